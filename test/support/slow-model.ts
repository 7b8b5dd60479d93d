import { encodeModel } from '../../models/onnx/codec.ts';
import type { TestModel } from './board.ts';

/**
 * y = x · w · w · … of square matrices: by default some seconds an iteration, in nodes of some tens
 * of milliseconds.
 */
export function slowModel({ size = 1024, nodes = 60 } = {}): TestModel {
  const dim = [{ dimValue: size }, { dimValue: size }];
  const tensor = (name: string) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim } } },
  });
  const names = ['x', ...Array.from({ length: nodes - 1 }, (_, i) => `t${i}`), 'y'];
  const graph = {
    name: 'slow',
    node: names.slice(1).map((to, i) => ({
      name: to,
      opType: 'MatMul',
      input: [names[i] ?? '', 'w'],
      output: [to],
    })),
    initializer: [
      {
        name: 'w',
        dims: [size, size],
        dataType: 1,
        rawData: new Uint8Array(new Float32Array(size * size).fill(1 / size).buffer),
      },
    ],
    input: [tensor('x')],
    output: [tensor('y')],
  };
  const opsetImport = [{ domain: '', version: 17 }];
  const bytes = encodeModel({ irVersion: 8, opsetImport, graph });
  return { id: 'slow', main: 's.onnx', files: { 's.onnx': bytes } };
}
