import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ofKind, readJournal, shortEffort, TestBoard } from './support/board.ts';
import { mlp, mlpCells } from './support/mlp-cells.ts';

const board = new TestBoard();
const mlpCell = mlpCells(board);

beforeAll(() => board.install());
afterAll(() => board.remove());

test('a cut run goes on as a second segment beside the first', async () => {
  const cells = [mlpCell('a'), mlpCell('b')];
  const plan = board.plan([mlp], cells, { telemetry: 'proc' });
  const first = board.start(plan);
  await first.until((events) => (ofKind(events, 'process-end').length === 2 ? true : undefined));
  process.kill(first.pid, 'SIGKILL');
  await first.exit;
  const before = readFileSync(join(first.directory, 'journal.ndjson'));

  const order = [[], plan.order[1] ?? []];
  const second = board.start(
    { ...plan, order, segment: 2, firstProcess: 3 },
    { options: ['--segment', '2'] },
  );
  expect(await second.exit).toBe(0);
  expect(readFileSync(join(first.directory, 'journal.ndjson'))).toEqual(before);
  expect(readFileSync(join(first.directory, 'plan.json'), 'utf8')).toBe(JSON.stringify(plan));
  const events = readJournal(second.directory, 2);
  expect(events[0]).toMatchObject({ seq: 0, kind: 'hello', plan: { segment: 2 } });
  expect(ofKind(events, 'process').map(({ process, block }) => [process, block])).toEqual([
    [3, 1],
    [4, 1],
  ]);
  expect(events.at(-1)).toMatchObject({ kind: 'bye', reason: 'completed' });
  expect(existsSync(join(second.directory, 'proc-2.log'))).toBe(true);
});

test('a segment is written once, and only by its own plan', async () => {
  const plan = board.plan([mlp], [mlpCell('a')], { effort: { ...shortEffort, maxBlocks: 1 } });
  const options = ['--segment', '2'];
  expect(await board.start({ ...plan, segment: 2 }, { options }).exit).toBe(0);
  const again = board.start({ ...plan, segment: 2 }, { options });
  expect(await again.exit).toBe(2);
  expect(readFileSync(join(again.directory, 'agent.log'), 'utf8')).toBe(
    `${again.directory}/journal-2.ndjson is there already: a journal is written once\n`,
  );

  const other = board.start({ ...plan, runId: 'other', segment: 2 });
  expect(await other.exit).toBe(2);
  const [refusal] = readJournal(other.directory);
  expect(refusal).toMatchObject({ kind: 'error', code: 'plan-unreadable' });
});

test.each([
  ['--segment', '0'],
  ['--segment', '1.5'],
  ['--wait', '-1'],
  ['--wait', 'long'],
  ['--patience', '3'],
])('%s %s is answered with the usage', async (...options) => {
  const run = board.start(board.plan([mlp], [mlpCell('a')]), { options });
  expect(await run.exit).toBe(2);
  expect(readFileSync(join(run.directory, 'agent.log'), 'utf8')).toBe(
    'usage: node agent.cjs supervise <run directory> [--segment n] [--wait seconds]\n',
  );
});
