import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { InputRequest } from '../../host/plan/inputs/cell-inputs.ts';
import type { StoreFile } from '../../host/store/push/store-file.ts';
import type { Dimension } from '../../models/facts.ts';
import { inspectModel } from '../../models/inspect/inspect-model.ts';
import { encodeModel } from '../../models/onnx/codec.ts';

/** Of ONNX' TensorProto.DataType. */
export const FLOAT = 1;
export const INT64 = 7;

/** A model `m` of these inputs that nobody runs. */
export async function inputModel(
  inputs: Readonly<Record<string, readonly [elemType: number, shape: readonly Dimension[]]>>,
) {
  const input = Object.entries(inputs).map(([name, [elemType, shape]]) => {
    const dim = shape.map((each) => {
      if (each === null) return {};
      return typeof each === 'number' ? { dimValue: each } : { dimParam: each };
    });
    return { name, type: { tensorType: { elemType, shape: { dim } } } };
  });
  const bytes = encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: { input, output: [{ name: 'y' }] },
  });
  return { facts: await inspectModel({ name: 'm', bytes }) };
}

/** A request of batch 1 with nothing else said, changed by the test. */
export function inputRequest(more: Partial<InputRequest>): InputRequest {
  return {
    batches: [1],
    batchAxes: [],
    shapes: {},
    ranges: {},
    distribution: 'uniform',
    files: {},
    data: null,
    seed: 1,
    ...more,
  };
}

/** Of a file that was made, not found. */
export function bytesOf(file: StoreFile | undefined): Buffer {
  if (file?.source.kind !== 'bytes') throw new Error('not in memory');
  return Buffer.from(file.source.bytes);
}

/** Writes float32 values as numpy.save does; gives the path. */
export async function saveArray(
  directory: string,
  name: string,
  shape: readonly number[],
  values: readonly number[],
) {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims}), }`.padEnd(117);
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length + 1, 0]);
  const data = new Uint8Array(Float32Array.from(values).buffer);
  const file = path.join(directory, name);
  await writeFile(file, Buffer.concat([start, Buffer.from(`${header}\n`), data]));
  return file;
}
