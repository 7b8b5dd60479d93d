import { expect, test } from 'vitest';
import { givenBy } from '../../test/support/settings-of.ts';
import { portableOptions, readPlan } from './fleet-values.ts';

test('the plan of a fleet file is read as the command line would be', () => {
  const plan = { threads: '1,4', 'inter-op': 2, model: ['mlp-tiny', 'null'], quick: true };
  expect(readPlan(plan, 'orin-1', '/lab')).toEqual({
    threads: [1, 4],
    inter_op_threads: [2],
    models: ['mlp-tiny', 'null'],
    quick: true,
  });
  expect(() => readPlan({ threads: 'x' }, 'orin-1', '/lab')).toThrow(/--threads x/);
});

test.each([{ quick: 5 }, { threads: true }])('%j is refused with the board', (plan) => {
  expect(() => readPlan(plan, 'orin-1', '/lab')).toThrow(
    expect.objectContaining({ code: 'config', message: 'the plan of orin-1 cannot be read' }),
  );
});

test('paths of a fleet file are relative to it; built-in models are no paths', () => {
  const plan = { model: ['./a.onnx', 'mlp-tiny', '/b.onnx'], data: 'cifar10:batch.bin' };
  expect(readPlan(plan, 'orin-1', '/lab')).toEqual({
    models: ['/lab/a.onnx', 'mlp-tiny', '/b.onnx'],
    data: { kind: 'cifar10', path: '/lab/batch.bin' },
  });
});

test('options that are kept hold in any directory, and say nothing of the output', () => {
  const given = { ...givenBy('--model', 'a/b.onnx'), json: true, identity: '~/.ssh/k' };
  expect(portableOptions(given)).toEqual({
    models: [`${process.cwd()}/a/b.onnx`],
    identity: '~/.ssh/k',
  });
});
