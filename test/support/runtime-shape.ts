import { createRequire } from 'node:module';
import { expect } from 'vitest';
import { type Known, NodeView, type Shape } from '../../models/inspect/node-view.ts';
import { outputShapes } from '../../models/inspect/output-rules.ts';
import { storedValues } from '../../models/inspect/value-rules.ts';
import { decodeModel, encodeModel, toNumber } from '../../models/onnx/codec.ts';
import type { AttributeProto, Draft } from '../../models/onnx/messages.ts';

const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');

/** One node of the default domain, over float inputs and constants. */
export interface Case {
  readonly opType: string;
  readonly shapes: readonly Shape[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
  /** int64 inputs after the float ones. */
  readonly integers?: readonly (readonly number[])[];
  /**
   * Names of the node's inputs where they are not all of these in this order: `x0`, `i0`, `f0`,
   * empty for none.
   */
  readonly inputs?: readonly string[];
  /** Constant float inputs after those. */
  readonly floats?: readonly (readonly number[])[];
  /** `y` alone where nothing else is said. */
  readonly outputs?: readonly string[];
  /** 17 where nothing else is said. */
  readonly opset?: number;
}

function attributeOf(
  name: string,
  value: number | string | readonly number[],
): Draft<AttributeProto> {
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  return typeof value === 'number'
    ? { name, type: 2, i: value }
    : { name, type: 7, ints: [...value] };
}

function graphOf(given: Case) {
  const { opType, shapes, attributes = {}, integers = [], floats = [] } = given;
  const input = shapes.map((shape, i) => ({
    name: `x${i}`,
    type: { tensorType: { elemType: 1, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
  }));
  const initializer = integers.map((values, i) => ({
    name: `i${i}`,
    dims: [values.length],
    dataType: 7,
    rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  }));
  const scales = floats.map((values, i) => ({
    name: `f${i}`,
    dims: [values.length],
    dataType: 1,
    // As onnx.helper.make_tensor writes them.
    floatData: new Uint8Array(Float32Array.from(values).buffer),
  }));
  initializer.push(...scales.map(({ floatData, ...rest }) => ({ ...rest, rawData: floatData })));
  const names = given.inputs ?? [...input, ...initializer].map(({ name }) => name);
  const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
  const node = [
    { opType, name: 'n', input: names, output: [...(given.outputs ?? ['y'])], attribute },
  ];
  // The output's rank is left open: ONNX Runtime finds it out.
  return { name: 'g', node, input, initializer, output: [{ name: 'y', type: floatOfAnyShape }] };
}

const floatOfAnyShape = { tensorType: { elemType: 1 } };

async function runtimeShape(given: Case): Promise<readonly number[] | 'refused'> {
  const graph = graphOf(given);
  const bytes = encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: given.opset ?? 17 }],
    graph,
  });
  const feeds = given.shapes.map((shape, i) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    return [`x${i}`, new ort.Tensor('float32', new Float32Array(size), [...shape])] as const;
  });
  try {
    const session = await ort.InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    const result = await session.run(Object.fromEntries(feeds));
    await session.release();
    return result.y?.dims ?? [];
  } catch {
    return 'refused';
  }
}

function ourShape(given: Case): Shape | undefined {
  const bytes = encodeModel({ irVersion: 8, graph: graphOf(given) });
  const graph = decodeModel(bytes).graph;
  const node = graph?.node[0];
  if (!graph || !node) return undefined;
  const known: Known = { shapes: new Map(), values: new Map() };
  for (const [i, shape] of given.shapes.entries()) known.shapes.set(`x${i}`, shape);
  for (const tensor of graph.initializer) {
    known.shapes.set(tensor.name, tensor.dims.map(toNumber));
    known.values.set(tensor.name, storedValues(tensor) ?? []);
  }
  return outputShapes(new NodeView(node, known))[0];
}

/** True where ONNX Runtime ran it; then our shape must be its shape. */
export async function agrees(given: Case): Promise<boolean> {
  const theirs = await runtimeShape(given);
  if (theirs === 'refused') return false;
  expect({ given, shape: ourShape(given) }).toEqual({ given, shape: theirs });
  return true;
}
