import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JournalEvent } from '../agent/contract/events.ts';
import { encodeEvent } from '../agent/contract/wire.ts';
import { resultFromJournal } from '../host/analysis/compute.ts';
import type { CellResult } from '../host/analysis/result/cell-result.ts';
import type { Result } from '../host/analysis/result/result.ts';
import { readJournal } from '../host/journal/journal.ts';
import { makeBuiltIn } from '../models/built-in.ts';
import { ofKind, shortEffort, TestBoard, type TestModel, type TestRun } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';
import { ReplayBoard } from './support/replay-board.ts';

/**
 * The real agent on a directory that has the /proc and /sys of an Orin Nano, whose frames go on
 * while it measures: idle, a cell that leaves the board in peace, and one that makes it hot. The
 * counters are captured, the steps are planted.
 */
const board = new TestBoard();
const BATCH = 512;
const mlp: TestModel = {
  id: 'mlp',
  main: 'mlp.onnx',
  files: { 'mlp.onnx': makeBuiltIn('mlp-tiny') },
};
const hwmon = '/sys/class/hwmon';
const cpufreq = (cpu: number, name: string) =>
  `/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_${name}_freq`;
/** Milliwatts of VDD_IN at 5 V. */
const power = (mW: number, jointMW: number) => ({
  [`${hwmon}/hwmon1/in1_input`]: '5000\n',
  [`${hwmon}/hwmon1/curr1_input`]: `${mW / 5}\n`,
  [`${hwmon}/hwmon1/in2_input`]: '5000\n',
  [`${hwmon}/hwmon1/curr2_input`]: `${jointMW / 5}\n`,
});

/** What counts while a cell is steady, by cell. */
const planted = {
  calm: {
    interrupts: [
      { row: '301', cpu: 0, count: 1234 },
      { row: '128', cpu: 0, count: 321 },
      { row: '13', cpu: 4, count: 2500 },
    ],
    softirqs: [
      { row: 'NET_RX', cpu: 0, count: 2000 },
      { row: 'SCHED', cpu: 1, count: 1560 },
      { row: 'SCHED', cpu: 3, count: 440 },
    ],
  },
  hot: {
    interrupts: [
      { row: '67', cpu: 0, count: 777 },
      { row: '233', cpu: 0, count: 55 },
      { row: 'IPI0', cpu: 5, count: 4000 },
    ],
    softirqs: [{ row: 'BLOCK', cpu: 2, count: 640 }],
  },
} as const;

let run: TestRun;
let result: Result;

beforeAll(async () => {
  await board.install();
  const replay = new ReplayBoard(join(board.path, 'orin'));
  replay.set(power(5000, 1000));
  const ones = board.store(new Uint8Array(new Float32Array(BATCH * 784).fill(1).buffer));
  const cells = Object.keys(planted).map((id) =>
    testCell(id, 'mlp', [fixedInput('input', [BATCH, 784], ones)], { batch: BATCH }),
  );
  const effort = {
    ...shortEffort,
    minBlocks: 1,
    maxBlocks: 1,
    idleMs: 1200,
    // What happens between two processes has to have happened before the next one is steady.
    warmUp: { minIterations: 5, minMs: 1000, capMs: 1500, capShare: 1 },
    processBudgetMs: 6500,
    minIterations: 1_000_000,
    maxIterations: 1_000_000,
  };
  run = board.start(board.plan([mlp], cells, { effort, telemetry: 'full' }), {
    environment: { ORIN_REMOTE_ROOT: replay.rootPath },
  });
  const isSteady = (process: number) =>
    run.until((events) =>
      ofKind(events, 'phase').find((one) => one.process === process && one.phase === 'steady'),
    );
  await isSteady(0);
  replay.set(power(9250, 4000));
  replay.count('interrupts', planted.calm.interrupts);
  replay.count('softirqs', planted.calm.softirqs);
  replay.run(1, 400, 8000);
  replay.set({ '/sys/class/thermal/thermal_zone8/temp': '52000\n' });
  await run.until((events) => ofKind(events, 'process-end')[0]);
  // Of no cell: nobody is steady.
  replay.count('interrupts', [{ row: '301', cpu: 0, count: 99_999 }]);
  replay.count('softirqs', [{ row: 'NET_RX', cpu: 5, count: 99_999 }]);
  await isSteady(1);
  replay.set(power(12_000, 6000));
  replay.count('interrupts', planted.hot.interrupts);
  replay.count('softirqs', planted.hot.softirqs);
  replay.set({
    '/sys/class/thermal/thermal_zone8/temp': '91000\n',
    [`${hwmon}/hwmon3/oc2_event_cnt`]: '4\n',
    [`${hwmon}/hwmon3/oc3_event_cnt`]: '27400\n',
    [cpufreq(0, 'max')]: '1190400\n',
    [cpufreq(0, 'cur')]: '1190400\n',
  });
  await run.until((events) => {
    const steady = ofKind(events, 'phase').findLast(({ phase }) => phase === 'steady');
    return ofKind(events, 'tele').find(({ t_ns }) => t_ns > (steady?.t_ns ?? Infinity) + 1.5e9);
  });
  replay.set({ '/sys/class/thermal/thermal_zone8/temp': '88000\n' });
  expect(await run.exit).toBe(0);
  result = resultFromJournal(readJournal(readFileSync(join(run.directory, 'journal.ndjson'))));
}, 60_000);
afterAll(() => board.remove());

function cell(id: keyof typeof planted): CellResult {
  const found = result.cells.find((one) => one.cell === id);
  if (found === undefined) throw new Error(`no cell ${id}`);
  return found;
}

describe.each(['calm', 'hot'] as const)('the cell %s', (id) => {
  test.each(['interrupts', 'softirqs'] as const)(
    'has exactly its own %s, by source and CPU',
    (file) => {
      const table = cell(id).activity?.[file];
      const seconds = table?.seconds ?? 0;
      const rows =
        table === null || table === undefined
          ? []
          : 'sources' in table
            ? table.sources
            : table.types;
      const counted = rows.flatMap((row) =>
        row.cpus_per_s.flatMap((perS, at) => {
          const count = Math.round(perS * seconds);
          // Nine digits of a rate give the count back.
          expect(perS * seconds).toBeCloseTo(count, 3);
          const name = 'type' in row ? row.type : row.id;
          return count === 0 ? [] : [{ row: name, cpu: table?.cpus[at], count }];
        }),
      );
      const order = (list: readonly { row: string; cpu?: number | undefined }[]) =>
        [...list].sort((a, b) => `${a.row}/${a.cpu}`.localeCompare(`${b.row}/${b.cpu}`));
      expect(order(counted)).toEqual(order(planted[id][file]));
    },
  );
});

test('GPU interrupts and shares of the CPUs are told', () => {
  const { activity } = cell('calm');
  const counts = (perS = 0) => Math.round(perS * (activity?.interrupts?.seconds ?? 0));
  expect(counts(activity?.interrupts?.gpu.per_s)).toBe(321);
  expect(counts(activity?.interrupts?.by_kind.device.per_s)).toBe(1234 + 321);
  expect(activity?.softirqs?.types.find(({ type }) => type === 'SCHED')).toMatchObject({
    busiest_cpu: 1,
    imbalance: expect.closeTo(1560 / (2000 / 6), 5),
  });
  expect(activity?.cpus.map(({ cpu, usr, idle }) => [cpu, usr, idle])).toEqual(
    [0, 1, 2, 3, 4, 5].map((cpu) => (cpu === 1 ? [cpu, 100, 0] : [cpu, 0, 100])),
  );
  const switches = (activity?.context_switches_per_s ?? 0) * (activity?.interrupts?.seconds ?? 0);
  expect(switches).toBeCloseTo(8000, 3);
  expect(result.idle?.interrupts?.per_s).toBe(0);
});

test('heat, clocks and over-current are those of the cell', () => {
  const zone = (id: keyof typeof planted) =>
    cell(id).board?.temperatures.find((one) => one.zone === 'tj');
  expect(zone('calm')).toMatchObject({ start_c: 47.5, end_c: 52, max_c: 52 });
  expect(zone('hot')).toMatchObject({ start_c: 52, end_c: 88, max_c: 91 });
  expect(cell('calm').board?.over_current.map(({ events }) => events)).toEqual([0, 0, 0]);
  expect(cell('hot').board?.over_current.map(({ events }) => events)).toEqual([0, 4, 10]);
  expect(cell('hot').board?.cpu_clock?.current_hz).toEqual({
    min: 1_190_400_000,
    max: 1_728_000_000,
  });
});

test('the board slowed itself down in one of them, and the evidence says how', () => {
  expect(cell('calm').board?.throttling).toEqual([]);
  expect(cell('calm').verdict.kind).not.toBe('THROTTLED');
  expect(cell('hot').verdict.kind).toBe('THROTTLED');
  expect(cell('hot').verdict.reason).toContain('oc2 (mean power) rose by 4');
  expect(cell('hot').verdict.reason).toContain(
    "the cap of cpu0's clock fell from 1728 MHz to 1190 MHz",
  );
});

test.each([
  ['calm', 0, 9.25, 4],
  ['hot', 1, 12, 6],
] as const)(
  '%s: energy of an item, all of it and above idle; the joint rail stays whole',
  (id, process, watts, jointW) => {
    const { text, period_ns } = evened(run.events(), process);
    const [evenly] = resultFromJournal(readJournal(Buffer.from(text))).cells.filter(
      (one) => one.cell === id,
    );
    const energy = evenly?.energy;
    expect(energy).toMatchObject({ rail: 'VDD_IN', reason: null, processes: 1, lo_j: null });
    expect(energy?.mean_w).toBeCloseTo(watts, 6);
    expect(energy?.idle_w).toBeCloseTo(5, 6);
    const seconds = period_ns / 1e9 / BATCH;
    // Between iterations lies a thousandth of a millisecond in which nothing is computed.
    expect((energy?.per_item_j ?? 0) / (watts * seconds)).toBeCloseTo(1, 3);
    expect((energy?.net_per_item_j ?? 0) / ((watts - 5) * seconds)).toBeCloseTo(1, 3);
    expect(energy?.rails.map(({ name }) => name)).toEqual(['VDD_IN', 'VDD_CPU_GPU_CV', 'VDD_SOC']);
    // Its mean is over the whole steady part, whose first half second had the power before.
    expect(energy?.rails[1]?.mean_w).toBeGreaterThan(jointW / 2);
    expect(energy?.rails[1]?.mean_w).toBeLessThanOrEqual(jointW + 1e-9);
    expect(energy?.note).toContain('cannot be told apart');
  },
);

/**
 * The journal with the steady iterations of a process evenly over their time: on a busy machine
 * their steady part may be too short for an energy, which is right and another test's matter. Power
 * and its times stay as the agent told them.
 */
function evened(events: readonly JournalEvent[], process: number) {
  const ended = ofKind(events, 'process-end').find((one) => one.process === process);
  const [start, end] = ofKind(events, 'edge').filter((one) => one.process === process);
  const [first = 0, count = 0] = [ended?.warmUpIterations, ended?.iterations];
  const from_ns = start?.t_ns ?? 0;
  const period_ns = Math.floor(((end?.t_ns ?? 0) - from_ns) / (count - first));
  const lines = events.map((event) => {
    if (event.kind !== 'iter' || event.process !== process || event.first < first) return event;
    const t0_ns = from_ns + (event.first - first) * period_ns;
    const dt_ns = event.dt_ns.map(() => period_ns - 1000);
    return { ...event, t0_ns, dt_ns, gap_ns: event.gap_ns.map(() => 1000) };
  });
  return { text: lines.map(encodeEvent).join(''), period_ns };
}
