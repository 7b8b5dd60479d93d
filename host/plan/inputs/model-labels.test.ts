import { expect, test } from 'vitest';
import { modelLabels } from './model-labels.ts';

const labels = (...places: string[]) =>
  modelLabels(places.map((place, at) => ({ id: `${at}`.repeat(64), place })));

test('a model is shown by its file name, however deep it lies', () => {
  expect(labels('/home/me/models/a b.onnx', 'mlp-tiny', '/x/模型.onnx')).toEqual([
    'a b.onnx',
    'mlp-tiny',
    '模型.onnx',
  ]);
});

test('equal names get as much of their paths as tells them apart, and the others nothing', () => {
  expect(labels('/m/fp32/model.onnx', '/m/int8/model.onnx', '/m/other.onnx')).toEqual([
    'fp32/model.onnx',
    'int8/model.onnx',
    'other.onnx',
  ]);
  expect(labels('/a/x/m.onnx', '/b/x/m.onnx')).toEqual(['a/x/m.onnx', 'b/x/m.onnx']);
  expect(labels('/m.onnx', '/a/m.onnx')).toEqual(['/m.onnx', 'a/m.onnx']);
});

test('a file of the name of a built-in is told by its folder', () => {
  expect(labels('null', '/home/me/null')).toEqual(['null', 'me/null']);
});

test('names that differ only in what a terminal must not get are told by their ids', () => {
  expect(labels('/m\u200b/a.onnx', '/m/a\u0007.onnx', '/m/\u0007')).toEqual([
    '/m/a.onnx (000000000000)',
    '/m/a.onnx (111111111111)',
    'm/',
  ]);
});

test('of a name that is too long the end stays, which tells it', () => {
  const deep = `/${'d'.repeat(400)}`;
  const [one = '', two = ''] = labels(`${deep}/fp32/m.onnx`, `${deep}/int8/m.onnx`);
  expect([one, two]).toEqual(['fp32/m.onnx', 'int8/m.onnx']);
  const [long = ''] = labels(`/${'n'.repeat(400)}.onnx`);
  expect(long).toHaveLength(300);
  expect(long).toMatch(/^…n+\.onnx$/);
});
