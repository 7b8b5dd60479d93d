import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { probeBoard } from '../host/board/probe.ts';
import { ofKind, TestBoard } from './support/board.ts';
import { openLocalLink } from './support/local-link.ts';
import { longEffort, mlp, mlpCells } from './support/mlp-cells.ts';

const board = new TestBoard();
const mlpCell = mlpCells(board);

beforeAll(() => board.install());
afterEach(() => board.stopAll());
afterAll(() => board.remove());

test.each([
  ['the same user', () => board.basePath],
  ['another user', () => mkdtempSync(join(board.path, 'base-'))],
])('a board that is busy refuses a second run, of %s, and names the first', async (_who, base) => {
  const first = board.start(board.plan([mlp], [mlpCell('a')], { effort: longEffort }));
  await first.until((events) => ofKind(events, 'iter')[0]);
  const plan = board.plan([mlp], [mlpCell('a')], { owner: 'other@there' });
  const second = board.start(plan, { basePath: base() });
  expect(await second.exit).toBe(3);
  const events = second.events();
  expect(events.map(({ kind }) => kind)).toEqual(['hello', 'error', 'bye']);
  expect(ofKind(events, 'error')[0]).toMatchObject({ code: 'board-busy' });
  expect(ofKind(events, 'error')[0]?.text).toMatch(
    /^tester@here is benchmarking: run run-\d+, for less than a minute, since \S+ \(process \d+ of user \w+/,
  );
  process.kill(first.pid, 'SIGTERM');
  expect(await first.exit).toBe(6);
});

test('a run that waits says for whom, and is measured when the board is free', async () => {
  const first = board.start(board.plan([mlp], [mlpCell('a')], { effort: longEffort }));
  await first.until((events) => ofKind(events, 'iter')[0]);
  const second = board.start(board.plan([mlp], [mlpCell('a')]), { options: ['--wait', '60'] });
  const waiting = await second.until((events) => ofKind(events, 'warn')[0]);
  expect(waiting.code).toBe('waiting');
  expect(waiting.text).toMatch(/^waiting for the board: tester@here is benchmarking: run run-\d+/);
  process.kill(first.pid, 'SIGKILL');
  await first.exit;
  expect(await second.exit).toBe(0);
  const ends = ofKind(second.events(), 'process-end');
  expect(ends.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
});

test('a run that waits can be cancelled', async () => {
  const first = board.start(board.plan([mlp], [mlpCell('a')], { effort: longEffort }));
  await first.until((events) => ofKind(events, 'iter')[0]);
  const second = board.start(board.plan([mlp], [mlpCell('a')]), { options: ['--wait', '60'] });
  await second.until((events) => ofKind(events, 'warn')[0]);
  process.kill(second.pid, 'SIGTERM');
  expect(await second.exit).toBe(6);
  expect(second.events().at(-1)).toMatchObject({ kind: 'bye', reason: 'cancelled' });
  process.kill(first.pid, 'SIGTERM');
  expect(await first.exit).toBe(6);
});

test('a probe sees whose run holds the board, of the same user and of another', async () => {
  const home = mkdtempSync(join(board.path, 'home-'));
  const probe = async (place: string) => {
    const env = { ORIN_REMOTE_DIR: place, ORIN_REMOTE_LOCK: board.lockScope, HOME: home };
    const link = openLocalLink({ env: { PATH: process.env.PATH ?? '', ...env } });
    return (await probeBoard(link)).facts;
  };
  expect((await probe(home)).lock).toBeNull();
  const plan = board.plan([mlp], [mlpCell('a')], { effort: longEffort });
  const run = board.start(plan);
  await run.until((events) => ofKind(events, 'iter')[0]);
  const own = (await probe(board.path)).lock;
  expect(own).toMatchObject({ runId: plan.runId, pid: run.pid, isAlive: true });
  const { lock, bootId } = await probe(home);
  const { owner, runId } = plan;
  expect(lock).toMatchObject({ owner, runId, pid: null, bootId, isAlive: true });
  expect(lock?.startedUtc).toBe(`${own?.startedUtc.slice(0, 19)}Z`);
  process.kill(run.pid, 'SIGKILL');
  await run.exit;
  expect((await probe(home)).lock).toBeNull();
  expect((await probe(board.path)).lock).toMatchObject({ pid: run.pid, isAlive: false });
});
