import { expect, test } from 'vitest';
import { readOutputs } from './outputs.ts';

const file = (
  ...outputs: readonly (readonly [name: string, dimensions: string, values: string])[]
) =>
  `[\n${outputs
    .map(
      ([name, dimensions, values]) =>
        `{ "name" : "${name}"\n  , "dimensions" : "${dimensions}"\n  , "values" : [ ${values} ]\n  }\n`,
    )
    .join(', ')}]\n`;

test('shapes and values as trtexec prints them, scalars and empty tensors too', () => {
  const text = file(['a', '1x3', '1, -2.5e-05, nan'], ['b', '', '16777217'], ['c', '0x4', '']);
  expect(readOutputs(text).map(({ shape, data }) => [shape, [...data]])).toEqual([
    [
      [1, 3],
      [1, -2.5e-5, Number.NaN],
    ],
    [[], [16_777_217]],
    [[0, 4], []],
  ]);
});

test('a shape that depends on the data is that of the values, where it is told beside them', () => {
  const told = 'Final shape is 2x1 reported by the output allocator.\n3, 4';
  const [y, z] = readOutputs(file(['y', '-1x1', told], ['z', '2', '5, 6']));
  expect(y).toMatchObject({ shape: [2, 1], data: Float64Array.of(3, 4) });
  expect(z).toMatchObject({ shape: [2], data: Float64Array.of(5, 6) });
});

test.each([
  [file(['y', '-1x4', '']), 'the shape of the output y depends on the data'],
  [file(['y', '2', '1, 2, 3']), 'trtexec wrote 3 values of the output y, whose shape is 2'],
  [file(['y', '2', '\u0001, \u0002']), "trtexec's outputs are no JSON"],
  ['[{}]', "trtexec's outputs do not read"],
])('%s: refused', (text, why) => {
  expect(() => readOutputs(text)).toThrow(why);
});
