import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { resultFromJournal } from '../host/analysis/compute.ts';
import type { Result } from '../host/analysis/result/result.ts';
import { readJournal } from '../host/journal/journal.ts';
import { makeBuiltIn } from '../models/built-in.ts';
import { ofKind, shortEffort, TestBoard, type TestModel, type TestRun } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';

// No machine of these tests heats up on request: the temperatures are files below a directory,
// which the test moves on.

const board = new TestBoard();
const mlp: TestModel = {
  id: 'mlp',
  main: 'mlp.onnx',
  files: { 'mlp.onnx': makeBuiltIn('mlp-tiny') },
};
beforeAll(() => board.install());
afterAll(() => board.remove());

/**
 * A board with a PMIC, a zone that is powered down, one that is warmer than the junction tells, and
 * the junction.
 */
class Thermometer {
  readonly root: string;

  constructor(name: string, junctionMilliC: number) {
    this.root = join(board.path, name);
    const zones = { 'PMIC-Die': 100_000, 'CV0-therm': -256_000, 'cpu-thermal': 99_000 };
    for (const [index, [type, milliC]] of Object.entries(zones).entries())
      this.#zone(index, type, milliC);
    this.#zone(3, 'tj-thermal', junctionMilliC);
  }

  set(milliC: number): void {
    const file = join(this.root, 'sys/class/thermal/thermal_zone3/temp');
    // Never half written: the agent may look at any moment.
    writeFileSync(`${file}.new`, `${milliC}\n`);
    renameSync(`${file}.new`, file);
  }

  #zone(index: number, type: string, milliC: number): void {
    const directory = join(this.root, `sys/class/thermal/thermal_zone${index}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'type'), `${type}\n`);
    writeFileSync(join(directory, 'temp'), `${milliC}\n`);
  }
}

function start(root: string, maxMs: number, changes = {}): TestRun {
  const ones = new Uint8Array(new Float32Array(784).fill(1).buffer);
  const cell = testCell('a', 'mlp', [fixedInput('input', [1, 784], board.store(ones))]);
  const effort = { ...shortEffort, cooldown: { riseMilliC: 3000, maxMs }, ...changes };
  return board.start(board.plan([mlp], [cell], { effort, telemetry: 'off' }), {
    environment: { ORIN_REMOTE_ROOT: root },
  });
}

const firstProcess = (run: TestRun) => run.until((events) => ofKind(events, 'process')[0]);
const waits = (run: TestRun) =>
  ofKind(run.events(), 'tele').flatMap((event) => event.cooldown ?? []);

function resultOf(run: TestRun): Result {
  return resultFromJournal(readJournal(readFileSync(join(run.directory, 'journal.ndjson'))));
}

test('the second process waits until the junction is back at 3 °C above its start', async () => {
  const thermometer = new Thermometer('cooling', 40_000);
  const run = start(thermometer.root, 60_000);
  await firstProcess(run);
  thermometer.set(47_250);
  await run.until((events) =>
    ofKind(events, 'tele').find(({ cooldown }) => cooldown?.state === 'waiting'),
  );
  expect(ofKind(run.events(), 'process')).toHaveLength(1);
  thermometer.set(43_000);
  expect(await run.exit).toBe(0);
  const told = waits(run);
  expect(told[0]).toMatchObject({
    process: 1,
    state: 'waiting',
    zone: 'tj-thermal',
    milliC: 47_250,
    limitMilliC: 43_000,
  });
  expect(told.at(-1)).toMatchObject({ process: 1, state: 'reached', milliC: 43_000 });
  const { run: summary, warnings } = resultOf(run);
  expect(summary.cooldown).toMatchObject({ waits: 1, unfinished: 0, limit_c: 43 });
  expect(warnings.map(({ code }) => code)).not.toContain('cooldown-bound');
});

test('a board that stays warm is measured when the time is over, and the result says so', async () => {
  const thermometer = new Thermometer('warm', 40_000);
  const run = start(thermometer.root, 400);
  await firstProcess(run);
  thermometer.set(48_000);
  expect(await run.exit).toBe(0);
  expect(waits(run).at(-1)).toMatchObject({ state: 'bound', milliC: 48_000 });
  expect(waits(run).at(-1)?.waitedMs).toBeGreaterThanOrEqual(400);
  expect(ofKind(run.events(), 'process')).toHaveLength(2);
  const { run: summary, warnings } = resultOf(run);
  expect(summary.cooldown).toMatchObject({ waits: 1, unfinished: 1, hottest_start_c: 48 });
  expect(warnings.find(({ code }) => code === 'cooldown-bound')?.text).toMatch(
    /1 process of 1 that waited .* to 43\.0 °C began before it had, at up to 48\.0 °C \(tj-thermal\)/,
  );
});

test('the budget of the run ends a wait, and cancelling does', async () => {
  const thermometer = new Thermometer('budget', 40_000);
  const limited = start(thermometer.root, 600_000, { totalBudgetMs: 4000 });
  await firstProcess(limited);
  thermometer.set(60_000);
  expect(await limited.exit).toBe(0);
  expect(ofKind(limited.events(), 'bye')[0]?.reason).toBe('budget');
  thermometer.set(40_000);
  const cancelled = start(thermometer.root, 600_000);
  await firstProcess(cancelled);
  thermometer.set(60_000);
  await cancelled.until(() => waits(cancelled)[0]);
  process.kill(cancelled.pid, 'SIGTERM');
  expect(await cancelled.exit).toBe(6);
  expect(ofKind(cancelled.events(), 'process')).toHaveLength(1);
});

test('a board without a sensor never waits', async () => {
  const root = join(board.path, 'no-sensor');
  onTestFinished(() => expect(existsSync(join(root, 'sys'))).toBe(false));
  const run = start(root, 60_000);
  expect(await run.exit).toBe(0);
  expect(waits(run)).toEqual([]);
  expect(ofKind(run.events(), 'process')).toHaveLength(2);
  expect(resultOf(run).run.cooldown).toBeUndefined();
});
