import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counterDifference, countsPerCpu } from './counter-difference.ts';
import { parseCounterTable } from './counter-table.ts';
import { type CpuUse, cpuUse } from './cpu-use.ts';
import { parseProcStat } from './proc-stat.ts';

const fixtures = new URL('../../test/fixtures/', import.meta.url);
const fixture = (path: string) => readFileSync(new URL(path, fixtures), 'utf8');
const frame = (replay: string, n: number, file: string) =>
  fixture(`proc/replay/${replay}/${n}/${file}`);

/** The rows of every `section` that mpstat printed, sample by sample, until its averages. */
function mpstatRows(text: string, section: string): string[][][] {
  const samples = text.split('Average:')[0] ?? '';
  return samples
    .split('\n\n')
    .filter((block) => block.split('\n')[0]?.includes(section))
    .map((block) =>
      block
        .trim()
        .split('\n')
        .slice(1)
        .map((row) => row.trim().split(/\s+/).slice(1)),
    );
}

const printed = (name: string, use: CpuUse | undefined) => [
  name,
  ...[use?.usr, use?.nice, use?.sys, use?.iowait, use?.irq, use?.soft, use?.steal, use?.guest].map(
    (value) => value?.toFixed(2),
  ),
  use?.gnice.toFixed(2),
  use?.idle.toFixed(2),
];

describe('CPU use', () => {
  test.each([
    ['A', 5, 'all CPUs online'],
    ['C', 7, 'CPUs going offline and online'],
  ])('equals what mpstat 12.6.1 prints, to the digit: replay %s', (replay, steps) => {
    const expected = mpstatRows(fixture(`mpstat/${replay}-v12.6.1.txt`), '%usr');
    const ours = Array.from({ length: steps }, (_, n) => {
      const use = cpuUse(
        parseProcStat(frame(replay, n, 'stat')),
        parseProcStat(frame(replay, n + 1, 'stat')),
      );
      const rows = [...use.cpus].map(([cpu, one]) => printed(String(cpu), one));
      return [printed('all', use.all), ...rows];
    });
    expect(ours).toEqual(expected.slice(0, steps));
  });

  test('a CPU that slept through without a tick is idle', () => {
    const stat = parseProcStat('cpu0 1 2 3 4 5 6 7 8 9 10\n');
    expect(cpuUse(stat, stat).cpus.get(0)).toMatchObject({ usr: 0, idle: 100 });
  });

  test('iowait that steps back is no 97 percent', () => {
    const use = cpuUse(parseProcStat('cpu0 0 0 0 100 50'), parseProcStat('cpu0 0 0 0 200 45'));
    expect(use.cpus.get(0)).toMatchObject({ iowait: 0, idle: 100 });
  });
});

describe('/proc/stat', () => {
  test('totals and problems', () => {
    const stat = parseProcStat('cpu 1 1 1 1\ncpu0 1 x 3 4\nintr 99 1 2\nctxt 7\n');
    expect(stat).toMatchObject({ interrupts: 99, contextSwitches: 7 });
    expect(stat.problems).toEqual([{ line: 2, text: 'cpu0 1 x 3 4' }]);
    expect(parseProcStat('')).toMatchObject({ interrupts: null, contextSwitches: null });
  });
});

describe('/proc/interrupts', () => {
  test('an Orin Nano: 144 rows, of which the devices all count on CPU0', () => {
    const table = parseCounterTable(fixture('proc/orin-interrupts.txt'));
    expect(table.cpus).toEqual([0, 1, 2, 3, 4, 5]);
    expect(table.rows).toHaveLength(144);
    expect(table.problems).toEqual([]);
    const devices = table.rows.filter((row) => /^\d+$/.test(row.id) && row.id !== '13');
    const total = devices.flatMap((row) => row.counts).reduce((sum, value) => sum + value, 0);
    expect(total).toBe(166_295_906);
    expect(devices.every((row) => row.counts.slice(1).every((value) => value === 0))).toBe(true);
    expect(table.rows.find((row) => row.id === 'IPI0')?.description).toBe(
      'Rescheduling interrupts',
    );
    expect(table.rows.find((row) => row.id === 'Err')?.counts).toEqual([0]);
  });

  test('an x86 machine, and softirqs of both', () => {
    const interrupts = parseCounterTable(fixture('proc/x86-interrupts.txt'));
    expect(interrupts.problems).toEqual([]);
    expect(interrupts.rows.find((row) => row.id === 'NMI')?.counts).toHaveLength(2);
    for (const file of ['proc/orin-softirqs.txt', 'proc/x86-softirqs.txt']) {
      const softirqs = parseCounterTable(fixture(file));
      expect(softirqs.problems).toEqual([]);
      expect(softirqs.rows.map((row) => row.id)).toEqual(
        'HI TIMER NET_TX NET_RX BLOCK IRQ_POLL TASKLET SCHED HRTIMER RCU'.split(' '),
      );
    }
  });

  test('per CPU and second equals what mpstat -I SUM,CPU prints', () => {
    const text = fixture('mpstat/A-v12.6.1-I-SUM,CPU.txt');
    const sums = mpstatRows(text, 'intr/s').slice(0, 5);
    const ours = sums.map((_, n) => {
      const difference = counterDifference(
        parseCounterTable(frame('A', n, 'interrupts')),
        parseCounterTable(frame('A', n + 1, 'interrupts')),
      );
      return countsPerCpu(difference).map((value, cpu) => [String(cpu), value.toFixed(2)]);
    });
    expect(ours).toEqual(sums.map((rows) => rows.slice(1)));
  });

  test('counters wrap, come back, appear and disappear', () => {
    const before = parseCounterTable('  CPU0 CPU1\n 1: 4294967290 9\n 2: 500 0\n 3: 1 1\n');
    const after = parseCounterTable('  CPU0 CPU1\n 1: 4 9\n 2: 3 0\n 4: 2 0  GICv3 7 Level eth0\n');
    expect(counterDifference(before, after)).toEqual({
      cpus: [0, 1],
      rows: [
        { id: '1', description: '', counts: [10, 0], isTotal: false },
        { id: '4', description: 'GICv3 7 Level eth0', counts: [2, 0], isTotal: false },
      ],
      reset: ['2'],
      unread: [],
    });
  });

  test('a damaged row is a problem with its source, in one reading and between two', () => {
    const header = '  CPU0 CPU1\n';
    const whole = parseCounterTable(`${header} 1: 70 80 x\n 2: 5 5 y\nErr: 0\n`);
    const damaged = parseCounterTable(
      `${header} 1: 7O 80 x\n 2: 5 5 y\n 2: 9 9 y\nIPI0: 4\nErr: 0\n`,
    );
    expect(damaged.rows.map(({ id }) => id)).toEqual(['2', 'Err']);
    expect(damaged.problems).toEqual([
      { line: 2, text: '1: 7O 80 x', id: '1' },
      { line: 4, text: '2: 9 9 y', id: '2' },
      { line: 5, text: 'IPI0: 4', id: 'IPI0' },
    ]);
    expect(damaged.unread).toBe(3);
    // What was damaged before did not appear meanwhile: its counts since boot are none of the time
    // between.
    expect(counterDifference(damaged, whole)).toMatchObject({ rows: [], unread: ['1', '2'] });
    expect(counterDifference(whole, damaged)).toMatchObject({ rows: [] });
    const nameless = parseCounterTable(`${header} ?? 70 80 x\n 2: 5 5 y\nErr: 0\n`);
    expect(counterDifference(nameless, whole)).toMatchObject({ rows: [], unread: ['1'] });
  });

  test('totals without a CPU are none of CPU 0, also on a board with one CPU', () => {
    const [before, after] = [1, 4].map((n) => parseCounterTable(`  CPU0\n 1: 5 x\nErr: ${n}\n`));
    if (before === undefined || after === undefined) throw new Error('no tables');
    const difference = counterDifference(before, after);
    expect(difference.rows).toMatchObject([{ id: 'Err', counts: [3], isTotal: true }]);
    expect(countsPerCpu(difference)).toEqual([0]);
  });

  test('a CPU that went offline is compared no further', () => {
    const before = parseCounterTable('  CPU0 CPU1 CPU2\n 1: 1 2 3\n');
    const after = parseCounterTable('  CPU0 CPU2\n 1: 2 5\n');
    expect(counterDifference(before, after)).toMatchObject({
      cpus: [0, 2],
      rows: [{ counts: [1, 2] }],
    });
  });
});

test('no bytes make a parser throw', () => {
  const pieces = fc.constantFrom(
    'CPU0 ',
    'CPU1',
    '\n',
    ':',
    ' 12',
    '4294967295',
    'cpu0',
    'intr ',
    'ß\0',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, text, (a, b) => {
      cpuUse(parseProcStat(a), parseProcStat(b));
      counterDifference(parseCounterTable(a), parseCounterTable(b));
    }),
  );
});
