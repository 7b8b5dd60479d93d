import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { JournalEvent } from '../../agent/contract/events.ts';
import { encodeEvent } from '../../agent/contract/wire.ts';
import { resultFromJournal } from '../../host/analysis/compute.ts';
import { readJournal } from '../../host/journal/journal.ts';
import { cpuReport } from '../../src/report/activity-report.ts';
import { terminalOf } from '../../src/terminal/terminal.ts';
import { ofKind, shortEffort, TestBoard, type TestRun } from '../support/board.ts';
import { type SwitchableCpu, switchableCpu } from '../support/hotplug.ts';
import { mlp, mlpCells } from '../support/mlp-cells.ts';

// A real CPU goes: every process of this machine notices, so that no other test runs beside this
// file (vitest.config.ts).

const board = new TestBoard();
const mlpCell = mlpCells(board);
const effort = {
  ...shortEffort,
  processBudgetMs: 3000,
  maxIterations: 10_000_000,
  precision: 1e-9,
};

beforeAll(() => board.install());
afterEach(() => board.stopAll());
afterAll(() => board.remove());

const ascii = terminalOf(new PassThrough() as unknown as NodeJS.WriteStream, {}, { ascii: true });

function resultOf(run: TestRun) {
  const text = run.events().map(encodeEvent).join('');
  return resultFromJournal(readJournal(Buffer.from(text)));
}

/** Resolves when the `n`th process of the run is in its steady part. */
async function steady(run: TestRun, n: number): Promise<void> {
  await run.until((events) => {
    const begun = ofKind(events, 'phase').filter(({ phase }) => phase === 'steady');
    return begun.length >= n ? true : undefined;
  });
}

const cpusSeen = (events: readonly JournalEvent[]) =>
  ofKind(events, 'tele').map(({ cpus }) => cpus.map(({ cpu }) => cpu).join());

test('a process during which a real CPU goes and comes back does not count', async ({ skip }) => {
  const cpu = switchableCpu();
  if (typeof cpu === 'string') return skip(cpu);
  const run = board.start(board.plan([mlp], [mlpCell('a')], { effort, telemetry: 'proc' }));
  await steady(run, 2);
  cpu.off();
  // Shorter than a period of the sampler, which then does not see it.
  await sleep(200);
  cpu.on();
  expect(await run.exit).toBe(0);
  const [cell] = resultOf(run).cells;
  expect(cell?.processes.map(({ excluded }) => excluded)).toEqual([
    null,
    `CPU ${cpu.cpu} went offline and came back while it ran`,
  ]);
  expect(cell?.activity).toMatchObject({ cpus_offline: [] });
});

test('a CPU that the sampler saw go has n/a in the tables, not 0', async ({ skip }) => {
  const cpu = switchableCpu();
  if (typeof cpu === 'string') return skip(cpu);
  const once = { ...effort, processBudgetMs: 400, minBlocks: 1, maxBlocks: 1 };
  const plan = board.plan([mlp], [mlpCell('a')], {
    effort: { ...once, idleMs: 300 },
    telemetry: 'full',
  });
  const run = board.start(plan);
  await goneAfterFirstReading(run, cpu);
  await run.until((events) => ofKind(events, 'process-end')[0]);
  cpu.on();
  expect(await run.exit).toBe(0);
  const result = resultOf(run);
  const [cell] = result.cells;
  expect(cell?.processes.map(({ excluded }) => excluded)).toEqual([null]);
  expect(cell?.activity).toMatchObject({ cpus_offline: [cpu.cpu] });
  const saved = { runId: 'r', directory: '/d', isPartial: false, result };
  const row = new RegExp(`^ +${cpu.cpu}( +n/a){13} *$`, 'm');
  expect(cpuReport(saved, ascii)).toMatch(row);
});

async function goneAfterFirstReading(run: TestRun, cpu: SwitchableCpu): Promise<void> {
  const withIt = await run.until((events) => cpusSeen(events)[0]);
  expect(withIt.split(',')).toContain(String(cpu.cpu));
  cpu.off();
}
