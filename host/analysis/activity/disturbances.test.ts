import { describe, expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../../test/support/journal-builder.ts';
import { cellOf, resultOf } from '../../../test/support/journal-runs.ts';
import { samplesOf } from '../../archive/export/samples.ts';
import { readJournal } from '../../journal/journal.ts';
import { burstBound, dropBound } from '../../telemetry/usual-range.ts';
import { seededRandom } from '../statistics/seeded-random.ts';

const LEVEL_NS = 10e6;
const GAP_NS = 1000;
const WINDOW_NS = 200e6;
const PROCESSES = 3;
const ITERATIONS = 500;
const cpufreq = (cpu: number) => `/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`;

interface Planted {
  /** Windows of each process, from its first one, in which interrupts come or the clock falls. */
  readonly at: readonly number[];
  readonly burst?: number;
  readonly burstCpu?: 0 | 1;
  readonly dropKHz?: number;
  /** How much longer iterations of such windows take. */
  readonly factor?: number;
  /** Whether the sampler tells sources. */
  readonly isBySource?: boolean;
}

/**
 * Three processes of five seconds on CPU 1 of two, watched five times a second: eth0 interrupts
 * both CPUs at random, about 400 a second, and CPU 0 sleeps at its lowest clock.
 */
function journal({ at, burst = 0, burstCpu = 1, dropKHz, factor = 1, isBySource = true }: Planted) {
  const random = seededRandom('disturbances');
  const builder = new JournalBuilder(testPlan([testCell('a', { affinity: '1' })]));
  const totals = [0, 0];
  const tele = (t_ns: number, kHz: number) =>
    builder.event({
      kind: 'tele',
      t_ns: Math.round(t_ns),
      cpus: [],
      intr: (totals[0] ?? 0) + (totals[1] ?? 0),
      ctxt: 0,
      memAvailableBytes: 0,
      files: { [cpufreq(0)]: '115200\n', [cpufreq(1)]: `${kHz}\n` },
      ...(isBySource && {
        counted: {
          interrupts: { cpus: [0, 1], rows: [{ id: '301', counts: [...totals] }] },
          softirqs: { cpus: [0, 1], rows: [] },
        },
      }),
    });
  const files = () => ({
    stat: '',
    interrupts: `  CPU0 CPU1\n301: ${totals.join(' ')} MSI 1074266112 Edge eth0\n`,
    softirqs: '',
  });
  let t_ns = 0;
  for (let block = 0; block < PROCESSES; block += 1) {
    t_ns += 81e6;
    const before = files();
    const isPlanted = (time: number) => at.includes(Math.floor((time - first_ns) / WINDOW_NS));
    const first_ns = t_ns;
    let next_ns = t_ns;
    const durations_ns: number[] = [];
    for (let i = 0; i < ITERATIONS; i += 1) {
      for (; t_ns >= next_ns; next_ns += WINDOW_NS) {
        tele(next_ns, dropKHz !== undefined && isPlanted(next_ns) ? dropKHz : 1_510_400);
        const extra = isPlanted(next_ns) ? burst : 0;
        totals.forEach((total, cpu) => {
          totals[cpu] = total + 60 + Math.round(40 * random()) + (cpu === burstCpu ? extra : 0);
        });
      }
      const slow = isPlanted(t_ns) && i % 3 === 0 ? factor : 1;
      const duration = Math.round(LEVEL_NS * slow * (1 + 0.01 * random()));
      durations_ns.push(duration);
      t_ns += duration + GAP_NS;
    }
    builder.process({
      cell: 'a',
      block,
      durations_ns,
      cpusAllowed: '1',
      proc: [before, files()],
    });
    t_ns += 1e6;
  }
  return builder.bye();
}

const tagsOf = (planted: Planted) => {
  const { outliers } = cellOf(resultOf(journal(planted)));
  return { count: outliers.count, ...outliers.by_tag };
};

describe('bursts of interrupts', () => {
  test('slow iterations of a burst window say so, far more of them than chance would', () => {
    const { count, interrupt_burst, freq_drop, unexplained } = tagsOf({
      at: [7, 15],
      burst: 4000,
      factor: 2,
    });
    expect(count).toBeGreaterThan(15);
    expect(interrupt_burst?.count).toBe(count);
    expect(interrupt_burst?.expected_by_chance).toBeLessThan(count / 5);
    expect(unexplained.count).toBe(0);
    expect(freq_drop?.count).toBe(0);
  });

  test('also where only the total of the board is told', () => {
    const { count, interrupt_burst } = tagsOf({
      at: [7],
      burst: 4000,
      factor: 2,
      isBySource: false,
    });
    expect(interrupt_burst?.count).toBe(count);
    expect(count).toBeGreaterThan(5);
  });

  test('slow iterations without a burst are not put down to interrupts', () => {
    const { count, interrupt_burst, unexplained } = tagsOf({ at: [7, 15], factor: 2 });
    expect(count).toBeGreaterThan(15);
    expect(interrupt_burst).toEqual({ count: 0, expected_by_chance: 0 });
    expect(unexplained.count).toBe(count);
  });

  test('interrupts of a CPU that the process may not use do not count, where sources are told', () => {
    const elsewhere = { at: [7], burst: 4000, burstCpu: 0, factor: 2 } as const;
    expect(tagsOf(elsewhere).interrupt_burst?.count).toBe(0);
    expect(tagsOf({ ...elsewhere, isBySource: false }).interrupt_burst?.count).toBeGreaterThan(5);
  });

  test('of two hundred windows of noise not one is a burst', () => {
    const random = seededRandom('elsewhere');
    const windows = Array.from({ length: 200 }, (_, at) => ({
      start_ns: at * WINDOW_NS,
      end_ns: (at + 1) * WINDOW_NS,
      count: Math.round(100 + 60 * random()),
    }));
    const bound = burstBound(windows);
    expect(windows.filter(({ count }) => count / 0.2 > (bound?.(0.2) ?? 0))).toEqual([]);
    expect(bound?.(0.2)).toBeLessThan(2000);
  });
});

describe('drops of the clock', () => {
  test('slow iterations around a sample with a lower clock say so; an idle CPU is no drop', () => {
    const { count, freq_drop, interrupt_burst } = tagsOf({
      at: [7, 8, 15],
      dropKHz: 1_113_600,
      factor: 1.4,
    });
    expect(count).toBeGreaterThan(15);
    // The slow windows begin with the sample: those of their last tenth of a second are of the next
    // one.
    expect(freq_drop?.count).toBeGreaterThan(count / 2);
    expect(freq_drop?.expected_by_chance).toBeLessThan(count / 5);
    expect(interrupt_burst?.count).toBe(0);
  });

  test('a clock that keeps its steps is not tagged', () => {
    expect(tagsOf({ at: [7], dropKHz: 1_510_400, factor: 2 }).freq_drop?.count).toBe(0);
  });

  test('nor is one step of a governor that moves all the time', () => {
    const moving = Array.from({ length: 40 }, (_, at) => 1.51e9 - (at % 4) * 77e6);
    expect(Math.min(...moving)).toBeGreaterThan(dropBound(moving) ?? Infinity);
    expect(dropBound([1, 1, 1])).toBeNull();
  });
});

test('iterations of such windows are marked in the samples', () => {
  const data = readJournal(journal({ at: [7], burst: 4000, factor: 2 }).bytes());
  const [first] = samplesOf(data);
  const marked = Array.from({ length: first?.length ?? 0 }, (_, index) => index).filter((index) =>
    first?.isInterruptBurst(index),
  );
  // A window of 200 ms of iterations of 10 ms and 20 ms.
  expect(marked.length).toBeGreaterThan(8);
  expect(marked.length).toBeLessThan(25);
});

test('too few readings are not watched, which is not the same as nothing', () => {
  const builder = new JournalBuilder(testPlan([testCell('a')]));
  builder.process({ cell: 'a', block: 0, durations_ns: [1e6, 1e6, 9e6] });
  const { by_tag } = cellOf(resultOf(builder.bye())).outliers;
  expect([by_tag.freq_drop, by_tag.interrupt_burst]).toEqual([null, null]);
});
