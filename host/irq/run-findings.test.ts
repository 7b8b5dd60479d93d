import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { resultOf } from '../../test/support/journal-runs.ts';
import { allUsable } from '../board/cpu-facts.ts';
import { cellsOf } from '../plan/cells.ts';
import { axesOff } from './irq-axes.ts';
import { runFindings } from './run-findings.ts';

const read = (n: number, file: string) =>
  readFileSync(new URL(`../../test/fixtures/proc/replay/A/${n}/${file}`, import.meta.url), 'utf8');
const texts = (n: number) => ({
  stat: read(n, 'stat'),
  interrupts: read(n, 'interrupts'),
  softirqs: read(n, 'softirqs'),
});

interface Shape {
  /** Median of all six threads and of five off CPU 0, ns. */
  readonly all: number;
  readonly pinned: number;
  /** One in ten iterations takes this many times as long, with all threads. */
  readonly tail: number;
}

/** An Orin whose five pinned threads do as they are told, eight blocks. */
function findings({ all, pinned, tail }: Shape): string {
  const plan = testPlan([
    testCell('all', { label: '6 threads', threads: 6 }),
    testCell('off', { label: '5 threads off cpu0', threads: 5, affinity: '1-5' }),
  ]);
  const builder = new JournalBuilder(plan);
  const tele = { kind: 'tele' as const, cpus: [], intr: 0, ctxt: 0, memAvailableBytes: 0 };
  builder.event({ ...tele, t_ns: 0, link: { interface: 'eth0', interrupts: [] } });
  builder.event({ ...tele, t_ns: 0, idle: { edge: 'start', ...texts(0) } });
  builder.event({ ...tele, t_ns: 1e9, idle: { edge: 'end', ...texts(1) } });
  for (let block = 0; block < 8; block += 1) {
    const durations = (level: number, factor: number) =>
      around(level * (1 + 0.001 * (block % 3)), 400, 0.02, block).map((value, i) =>
        i % 10 === 0 ? Math.round(value * factor) : value,
      );
    const proc = [texts(1), texts(5)] as const;
    builder.process({ cell: 'all', block, durations_ns: durations(all, tail), proc });
    builder.process({
      cell: 'off',
      block,
      durations_ns: durations(pinned, 1),
      cpusAllowed: '1-5',
      proc,
    });
  }
  return runFindings(resultOf(builder.bye())).join('\n');
}

describe('the experiment ends in sentences with numbers', () => {
  const text = findings({ all: 20e6, pinned: 23e6, tail: 1.5 });

  test('which CPU serves what, what inference adds, where SCHED and the GPU are', () => {
    expect(text).toMatch(/With 6 threads devices interrupt .*on cpu0: .* on cpu0/);
    expect(text).toContain('eth0');
    expect(text).toContain('our own SSH traffic');
    expect(text).toMatch(
      /Idle, the board serves [\d.]+k?\/s, with 6 threads [\d.]+k?\/s: timer [+−]/,
    );
    expect(text).toMatch(/SCHED (stands out|does not stand out) on cpu1 during inference/);
    expect(text).toMatch(/The GPU interrupts .*host_syncpt/);
  });

  test('what pinning costs in the median and buys in the tail: merit where deadlines count', () => {
    expect(text).toMatch(
      /5 threads off cpu0 against 6 threads: median 1\.1[45]\d× \(.*, more\), p95 0\.7\d+× \(.*, less\)/,
    );
    expect(text).toContain('has merit on this board, in this run where deadlines count');
  });
});

test('pinning that buys nothing has no merit; pinning that is faster has', () => {
  expect(findings({ all: 20e6, pinned: 23e6, tail: 1 })).toContain(
    'Research into CPU interrupts has no merit on this board, in this run',
  );
  expect(findings({ all: 20e6, pinned: 18e6, tail: 1 })).toContain('is faster than 6 threads');
});

test('a run without counters has no findings but says so', () => {
  const builder = new JournalBuilder(testPlan([testCell('a')]));
  builder.process({ cell: 'a', block: 0, durations_ns: around(1e6, 400) });
  expect(runFindings(resultOf(builder.bye()))).toEqual([expect.stringContaining('no findings')]);
});

test.each([
  [6, 0, ['1', '3', '5', '6', '5 on 1,2,3,4,5']],
  [6, 2, ['1', '3', '5', '6', '5 on 0,1,3,4,5']],
  [2, 0, ['1', '2', '1 on 1']],
])('cells on %d CPUs with the interrupts on cpu%d', (count, cpu, expected) => {
  const online = Array.from({ length: count }, (_, at) => at);
  const base = {
    targets: [{ engine: 'ort' as const, ep: 'cpu' as const }],
    precisions: [null],
    epOptions: {},
    ortLibrary: null,
    threads: null,
    affinities: [null],
    graphOptimizations: ['all' as const],
    spinning: [true],
    interOpThreads: [null],
    sessionConfig: {},
    include: [],
    exclude: [],
    oversubscribe: false,
  };
  const model = {
    id: 'm',
    name: 'm',
    precision: 'fp32' as const,
    inputsByBatch: new Map([[1, []]]),
  };
  const { cells, notes } = cellsOf(axesOff(cpu, base, online), [model], model, allUsable(online));
  const measured = cells.filter(({ purpose }) => purpose === 'measure');
  const names = measured.map(({ threads, affinity }) =>
    affinity === null ? String(threads) : `${threads} on ${affinity}`,
  );
  expect(names.sort()).toEqual([...expected].sort());
  expect(notes).toEqual([]);
});
