import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBuiltIn } from '../models/built-in.ts';
import { ofKind, TestBoard, type TestModel } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';

const board = new TestBoard();
const nullModel: TestModel = {
  id: 'null',
  main: 'null.onnx',
  files: { 'null.onnx': makeBuiltIn('null') },
};
const mlp: TestModel = {
  id: 'mlp',
  main: 'mlp.onnx',
  files: { 'mlp.onnx': makeBuiltIn('mlp-tiny') },
};
const ones = new Uint8Array(new Float32Array(4096).fill(1).buffer);

beforeAll(() => board.install());
afterAll(() => board.remove());

function mlpCell(id: string, changes = {}) {
  return testCell(id, 'mlp', [fixedInput('input', [1, 784], board.store(ones))], changes);
}

function nullCell(id: string, changes = {}) {
  const input = fixedInput('input', [1, 1], board.store(ones));
  return testCell(id, 'null', [input], { purpose: 'calibration', ...changes });
}

function debugLogs(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('mat-debug'));
}

test('a run measures every cell in every block, one process each, and its journal is whole', async () => {
  const logsBefore = debugLogs();
  const cells = [
    mlpCell('one', { affinity: '0' }),
    mlpCell('two', { threads: 2 }),
    nullCell('null-1'),
  ];
  const plan = board.plan([mlp, nullModel], cells, { telemetry: 'mpstat' });
  const run = board.start(plan);
  expect(await run.exit).toBe(0);

  const events = run.events();
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  expect(ofKind(events, 'hello')[0]?.plan).toEqual(plan);
  const processes = ofKind(events, 'process');
  expect(processes.map(({ block, cell }) => [block, cell])).toEqual(
    plan.order.flatMap((ids, block) => ids.map((id) => [block, id])),
  );
  expect(new Set(processes.map(({ pid }) => pid)).size).toBe(6);
  expect(processes.find(({ cell }) => cell === 'one')?.cpusAllowed).toBe('0');
  for (const end of ofKind(events, 'process-end')) {
    expect(end).toMatchObject({ outcome: 'ok', exitCode: 0, message: '' });
    expect(end.iterations).toBeGreaterThan(end.warmUpIterations);
  }

  const bytes = readFileSync(join(run.directory, 'journal.ndjson'));
  const bye = events.at(-1);
  const lastLine = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  const iterations = ofKind(events, 'iter').reduce((sum, { dt_ns }) => sum + dt_ns.length, 0);
  expect(bye).toMatchObject({
    kind: 'bye',
    reason: 'completed',
    events: events.length - 1,
    iterations,
    sha256: createHash('sha256').update(bytes.subarray(0, lastLine)).digest('hex'),
  });
  expect(debugLogs()).toEqual(logsBefore);
  expect(existsSync(join(board.homePath, '.cache'))).toBe(false);
});
