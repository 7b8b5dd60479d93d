import { expect, test } from 'vitest';
import { shareableArguments } from './shareable-arguments.ts';

test('what is kept tells how it was measured, not where or by whom', () => {
  const argv = [
    'bench',
    'me@orin.local',
    '-p',
    '2222',
    '--ssh-config=/home/me/.ssh/config',
    '--model',
    '/home/me/models/a.onnx',
    '--input=x=/home/me/x.npy',
    '--data',
    'cifar10:/data/cifar/test_batch.bin',
    '--threads',
    '1,3',
    '--session',
    'a=b',
  ];
  expect(shareableArguments(argv, 'me@orin.local')).toEqual([
    'bench',
    '<host>',
    '--model',
    'a.onnx',
    '--input',
    'x=x.npy',
    '--data',
    'cifar10:test_batch.bin',
    '--threads',
    '1,3',
    '--session',
    'a=b',
  ]);
});

test('paths of ONNX Runtime builds are shortened to their last part', () => {
  const argv = [
    'bench',
    'orin',
    '--ort',
    '/home/me/js/node',
    '--ort-lib=/home/me/libonnxruntime.so',
  ];
  expect(shareableArguments(argv, 'orin')).toEqual([
    'bench',
    '<host>',
    '--ort',
    'node',
    '--ort-lib',
    'libonnxruntime.so',
  ]);
});

test('a value that is attached to its short option is left out as well', () => {
  const argv = [
    ...['bench', 'orin', '-ljane', '-i/home/jane/.ssh/id_x', '-p2222', '-F/home/jane/config'],
    ...['-qljane', '-ql', 'jane', '-q', '-i', '/home/jane/key', '--login=jane', '--quick'],
  ];
  expect(shareableArguments(argv, 'orin')).toEqual(['bench', '<host>', '-q', '--quick']);
});
