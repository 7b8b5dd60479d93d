import { encodeModel } from '../../models/onnx/codec.ts';
import type { TestBoard, TestModel } from './board.ts';
import { fixedInput } from './cells.ts';

/** ONNX's number of each element type, our name of it, and four values. */
export const elementTypes = [
  [1, 'float32', Float32Array.of(1, -2, 3, 0.5)],
  [11, 'float64', Float64Array.of(1, -2, 3, 0.5)],
  [10, 'float16', Uint16Array.of(0x3c00, 0xc000, 0x4200, 0x3800)],
  [3, 'int8', Int8Array.of(1, -2, 3, 4)],
  [2, 'uint8', Uint8Array.of(1, 2, 3, 255)],
  [5, 'int16', Int16Array.of(1, -2, 3, 4)],
  [4, 'uint16', Uint16Array.of(1, 2, 3, 4)],
  [6, 'int32', Int32Array.of(1, -2, 3, 4)],
  [12, 'uint32', Uint32Array.of(1, 2, 3, 4)],
  [7, 'int64', BigInt64Array.of(1n, -2n, 3n, 4n)],
  [13, 'uint64', BigUint64Array.of(1n, 2n, 3n, 4n)],
  [9, 'bool', Uint8Array.of(1, 0, 1, 1)],
] as const;

const STRING = 8;

/** A tensor of the graph's interface, for `encodeModel`. */
export function valueInfo(name: string, elemType: number, dims: readonly number[]) {
  const dim = dims.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/**
 * A model that gives back what it gets: `out_float32` for `in_float32`, and so on, `in_string` too.
 */
export function echoModel(): TestModel {
  const values = (direction: string) => [
    ...elementTypes.map(([id, name]) => valueInfo(`${direction}_${name}`, id, [4])),
    valueInfo(`${direction}_string`, STRING, [2]),
  ];
  const graph = {
    name: 'echo',
    node: [...elementTypes.map(([, name]) => name), 'string'].map((name) => ({
      opType: 'Identity',
      input: [`in_${name}`],
      output: [`out_${name}`],
    })),
    input: values('in'),
    output: values('out'),
  };
  const bytes = encodeModel({ irVersion: 8, opsetImport: [{ version: 17 }], graph });
  return { id: 'echo', main: 'echo.onnx', files: { 'echo.onnx': bytes } };
}

/** Inputs for it, in the board's store. */
export function echoInputs(board: TestBoard) {
  const inputs = elementTypes.map(([, dtype, values]) => {
    const sha256 = board.store(new Uint8Array(values.buffer));
    return { ...fixedInput(`in_${dtype}`, [4], sha256), dtype };
  });
  const words = board.store(Buffer.from('["a","é"]'));
  return [...inputs, { ...fixedInput('in_string', [2], words), dtype: 'string' as const }];
}
