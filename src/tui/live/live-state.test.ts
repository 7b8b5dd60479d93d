import { expect, test } from 'vitest';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { steadyOf } from '../../../host/journal/process-state.ts';
import { cellOf } from '../../../host/journal/run-state.ts';
import { busyOf } from '../../../host/telemetry/cpu-use.ts';
import { around, JournalBuilder } from '../../../test/support/journal-builder.ts';
import {
  liveEvents,
  liveJournalEvents,
  livePlan,
  liveState,
} from '../../../test/support/live-run.ts';
import { jetsonParts } from './board-parts.ts';
import { columnsOf, windowOf } from './chart-columns.ts';
import { detailOf, distributionOf, processOf } from './live-state.ts';

const journal = liveJournalEvents();
const state = liveState();
const { run } = state.progress;

test('a cell has a median for each process that ended well', () => {
  expect(cellOf(run, 'c1').medians_ns).toHaveLength(2);
  expect(cellOf(run, 'c1').medians_ns[0]).toBeCloseTo(15.1e6, -5);
  expect(cellOf(run, 'c2').medians_ns).toHaveLength(2);
});

test('a process that was killed gives no median and a note in its own, cleaned words', () => {
  expect(cellOf(run, 'c3')).toMatchObject({ failed: 1 });
  expect(cellOf(run, 'c3').medians_ns).toHaveLength(2);
  expect(state.notes.map(({ kind, text }) => [kind, text])).toEqual([
    ['failed', '6 threads: process killed: out of memory'],
  ]);
});

test('a cell that left the plan says why', () => {
  expect(cellOf(run, 'c1').ended).toBe('precise');
  expect(cellOf(run, 'c2').ended).toBeNull();
});

test('the process under way has its steady iterations, without the warm-up', () => {
  const process = processOf(state);
  expect(process).toMatchObject({ cell: 'c2', block: 2, iterations: 120, isEnded: false });
  if (process === null) throw new Error('no process');
  expect(steadyOf(process)).toHaveLength(115);
  expect(distributionOf(process)).toMatchObject({ count: 115, p99_ns: null });
  expect(distributionOf(process)?.p90_ns).toBeGreaterThan(6.3e6);
});

test('CPU use is that between the two newest readings, with all columns of mpstat', () => {
  const { sample } = detailOf(state).cpu;
  expect([...(sample?.cpus.keys() ?? [])]).toEqual([0, 1, 2, 3, 4, 5]);
  const [first] = sample?.cpus.values() ?? [];
  expect(Object.keys(first ?? {})).toHaveLength(10);
  expect(first && busyOf(first)).toBeCloseTo(80, 5);
  expect(sample).toMatchObject({ interruptsPerS: 1200, contextSwitchesPerS: 3400 });
});

test('interrupts have their names and rates by CPU, hard ones first', () => {
  const { rates, cpus } = detailOf(state).irq;
  expect(cpus.length).toBeGreaterThan(1);
  const [first] = rates;
  expect(first?.kind).toBe('hard');
  expect(first?.perCpuS).toHaveLength(cpus.length);
  expect(rates.map(({ name }) => name)).toContain('arch_timer');
  expect(rates.map(({ name }) => name)).toContain('softirq TIMER');
  const soft = rates.findIndex(({ kind }) => kind === 'soft');
  expect(rates.slice(soft).every(({ kind }) => kind === 'soft')).toBe(true);
});

test('where readings count sources, their rates are of the newest moment, under their names', () => {
  const reading = (t_ns: number, timer: readonly number[], isAll: boolean) => ({
    kind: 'tele' as const,
    seq: 0,
    t_ns,
    cpus: [],
    intr: 0,
    ctxt: 0,
    memAvailableBytes: 0,
    counted: {
      interrupts: {
        cpus: [0, 1],
        rows: [
          { id: cleanLine('13'), counts: [...timer] },
          // What did not count is told the first time only.
          ...(isAll ? [{ id: cleanLine('99'), counts: [5, 5] }] : []),
        ],
      },
      softirqs: { cpus: [0, 1], rows: [{ id: cleanLine('TIMER'), counts: [...timer] }] },
    },
  });
  const { irq } = detailOf(
    liveState(
      liveEvents([
        ...journal,
        reading(40e9, [100, 100], true),
        reading(42e9, [300, 100], false),
        reading(43e9, [300, 150], false),
      ]),
    ),
  );
  expect(irq.over).toBe('moment');
  expect(irq.rates.map(({ name, perS, perCpuS }) => [name, perS, perCpuS])).toEqual([
    ['arch_timer', 50, [0, 50]],
    ['softirq TIMER', 50, [0, 50]],
  ]);
});

test("the board's own files tell GPU, heat and throttling; only events of this run count", () => {
  expect(jetsonParts(detailOf(state).board)).toEqual([
    'gpu 97 % 625 MHz',
    'tj 65 °C',
    'OVER-CURRENT 3×',
  ]);
});

test('a slow iteration is on the time line with its cause, once its process has a steady level', () => {
  const slow = detailOf(state).timeline.buckets.filter((bucket) => bucket.slow !== null);
  expect(new Set(slow.map((bucket) => bucket.slow))).toEqual(new Set(['preempted']));
});

test('a chart of any width shows the highest iteration of the window', () => {
  const highest = Math.max(...detailOf(state).timeline.buckets.map(({ max_ns }) => max_ns));
  for (const columns of [1, 7, 30, 178, 400]) {
    const shown = columnsOf(detailOf(state).timeline, 60, columns);
    expect(shown).toHaveLength(columns);
    expect(Math.max(...shown.map(({ max_ns }) => max_ns ?? 0))).toBe(highest);
  }
});

test('the window grows with the run', () => {
  expect(windowOf(detailOf(state).timeline)).toBe(15);
});

test('what is kept does not grow with the length of a run', () => {
  const batch = journal.find(({ kind }) => kind === 'iter');
  if (batch?.kind !== 'iter') throw new Error('no batch');
  const many = Array.from({ length: 400 }, (_, index) => ({
    ...batch,
    process: 7,
    first: index * 64,
    t0_ns: 1e9 + index * 1e9,
  }));
  const long = liveState(liveEvents([...journal, ...many]));
  expect(detailOf(long).timeline.buckets.length).toBeLessThanOrEqual(6000);
  const process = processOf(long);
  if (process === null) throw new Error('no process');
  expect(process.iterations).toBe(400 * 64);
  expect(steadyOf(process).length).toBeLessThanOrEqual(20_000);
  expect(steadyOf(process).length).toBeGreaterThan(0);
});

test('slow iterations of a window with a burst of interrupts, or a lower clock, are marked so', () => {
  const builder = new JournalBuilder(livePlan);
  // Loaded after 81 ms; each second is told at its end. The clock falls in the tenth, interrupts
  // come in the twelfth.
  for (let second = 0; second <= 15; second += 1) {
    builder.event({
      kind: 'tele',
      t_ns: 81e6 + second * 1e9,
      cpus: [],
      intr: second * 1000 + (second >= 12 ? 20_000 : 0),
      ctxt: 0,
      memAvailableBytes: 0,
      files: {
        '/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq': `${second === 10 ? 729_600 : 1_510_400}\n`,
      },
    });
  }
  const durations_ns = around(10e6, 1200);
  for (const at of [500, 950, 1150]) durations_ns[at] = 40e6;
  builder.process({ cell: 'c1', block: 0, durations_ns, end: null });
  const { timeline } = detailOf(liveState(liveEvents(liveJournalEvents(builder))));
  const slow = timeline.buckets.flatMap((bucket) => (bucket.slow === null ? [] : [bucket]));
  const causes = new Map(slow.map(({ at, slow: cause }) => [Math.floor(at / 20), cause]));
  expect([...causes]).toEqual([
    [5, 'unexplained'],
    [9, 'clock'],
    [11, 'interrupts'],
  ]);
});
