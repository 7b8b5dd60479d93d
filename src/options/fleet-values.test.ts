import { Command, type OptionValues } from 'commander';
import { expect, test } from 'vitest';
import { plainBoard } from '../../host/fleet/fleet-board.ts';
import { addBenchOptions } from './bench-options.ts';
import { optionsFor, portableOptions, withAbsolutePaths } from './fleet-values.ts';

function given(...args: string[]): OptionValues {
  const command = new Command();
  addBenchOptions(command);
  return command.parse(args, { from: 'user' }).opts();
}

test('the plan of the fleet file fills in what the command line leaves open', () => {
  const plan = { threads: '1,4', 'inter-op': 2, model: ['a.onnx', 'null'], quick: true };
  const board = plainBoard('orin-1', { plan });
  const options = optionsFor(board, given('--threads', '6', '--seed', '7'));
  expect(options).toMatchObject({
    threads: '6',
    interOp: '2',
    model: ['a.onnx', 'null'],
    quick: true,
    seed: '7',
  });
});

test('an option that there is not is refused with the board', () => {
  const board = plainBoard('orin-1', { plan: { thread: '1' } });
  expect(() => optionsFor(board, given())).toThrow(/plan of orin-1/);
});

test('paths of a fleet file are relative to it; built-in models are no paths', () => {
  const plan = { model: ['./a.onnx', 'mlp-tiny', '/b.onnx'], data: 'cifar10:batch.bin' };
  const board = withAbsolutePaths(plainBoard('orin-1', { plan }), '/lab/fleet.yaml');
  expect(board.plan).toEqual({
    model: ['/lab/a.onnx', 'mlp-tiny', '/b.onnx'],
    data: 'cifar10:/lab/batch.bin',
  });
});

test('options that are kept hold in any directory, and say nothing of the output', () => {
  const kept = portableOptions({ ...given('--model', 'a/b.onnx', '--json'), identity: '~/.ssh/k' });
  expect(kept.model).toEqual([`${process.cwd()}/a/b.onnx`]);
  expect(kept.identity).toBe('~/.ssh/k');
  expect(kept).not.toHaveProperty('json');
});
