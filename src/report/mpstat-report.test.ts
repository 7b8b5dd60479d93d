import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chalk } from 'chalk';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mpstatDifference } from '../../host/telemetry/mpstat-difference.ts';
import { readMpstatLog } from '../../host/telemetry/mpstat-log.ts';
import { readTegrastatsLog } from '../../host/telemetry/tegrastats-summary.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { mpstatReport } from './mpstat-report.ts';
import { tegrastatsReport } from './tegrastats-report.ts';

const fixture = (path: string) => join(import.meta.dirname, '../../test/fixtures', path);
const terminal = (columns: number, isUnicode = true): Terminal => ({
  stream: process.stdout,
  isInteractive: false,
  isUnicode,
  colour: new Chalk({ level: 0 }),
  columns: () => columns,
});
const log = (name: string) => readMpstatLog([fixture(`mpstat/${name}`)]);
const report = async (name: string, columns = 100) =>
  mpstatReport({ log: await log(name), against: null, difference: null }, terminal(columns));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-remote-logs-'));
});
afterAll(async () => await rm(directory, { recursive: true }));
const saved = async (name: string, text: string) => {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
};

describe('a log of mpstat', () => {
  test('intr/s of each CPU is that of -I SUM, which -A prints wrong', async () => {
    // By `mpstat -I SUM,CPU` over the same frames: no softirqs, so that its per-CPU sums are right.
    const right = await log('A-v12.6.1-I-SUM,CPU.txt');
    const { cpus, corrections } = await log('A-v12.6.1.txt');
    expect(right.corrections).toEqual([]);
    expect(corrections).toMatchObject([{ kind: 'softirqs-as-interrupts', samples: 5 }]);
    expect(cpus.map(({ interrupts_per_s: is }) => is?.toFixed(1))).toEqual(
      right.cpus.map(({ interrupts_per_s: is }) => is?.toFixed(1)),
    );
  });

  test.each([80, 100, 200])('fits into %i columns with its answers', async (columns) => {
    const text = await report('A-v12.6.1.txt', columns);
    const [, ...lines] = text.split('\n');
    expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
    expect(text.replace(/\s+/g, ' ')).toContain('CPU0 serves the most interrupts: 40 % of');
    expect(text).toContain('CPU1 is the busiest: 73 %');
    expect(text).toMatch(/^ {2}CPU +busy %.* intr\/s\*/m);
    expect(text).toMatch(/^ {2}128 +727 .*CPU0 100 %/m);
  });

  test('a column that was right is not marked', async () => {
    const text = await report('A-v12.6.1-I-SUM,CPU.txt');
    expect(text).not.toContain('intr/s*');
    expect(text).toMatch(/intr\/s +share/);
  });

  test('CPUs that went offline: no spike in any figure, and said', async () => {
    const { cpus, interrupts } = await log('C-v12.2.0.txt');
    expect(cpus.map(({ samples }) => samples)).toEqual([7, 7, 7, 7, 4, 1]);
    expect(Math.max(...interrupts.map(({ per_s }) => per_s))).toBeLessThan(10_000);
    const text = (await report('C-v12.2.0.txt', 200)).replace(/\s+/g, ' ');
    expect(text).toContain('CPU4 in 4 of 7, CPU5 in 1 of 7');
    expect(text).toContain('rows of CPUs that were offline');
  });

  test.each(['native/A-ko_KR.txt', 'native/plain.txt', 'native/A-json.json', 'native/I-CPU.txt'])(
    '%s: any locale, any tables, JSON',
    async (name) => {
      const summary = await log(name);
      expect(summary).toMatchObject({ period: 'interval', samples_incomplete: 0, problems: [] });
      expect(summary.samples).toBeGreaterThan(0);
    },
  );

  test('a report without an interval is said to be since boot', async () => {
    expect(await report('native/A-since-boot.txt')).toContain('averages since boot');
  });

  test('lines that were not read and a cut sample are told', async () => {
    const whole = await readFile(fixture('mpstat/A-v12.6.1.txt'), 'utf8');
    const cut = whole.slice(0, whole.indexOf('16:06:43       3'));
    const path = await saved('cut.log', `${cut.replace('\n\n', '\n\nwelcome to orin\n')}`);
    const summary = await readMpstatLog([path]);
    expect(summary).toMatchObject({ samples: 2, samples_incomplete: 1 });
    const analysis = { log: summary, against: null, difference: null };
    const text = mpstatReport(analysis, terminal(200));
    expect(text).toContain('(line 3: welcome to orin)');
    expect(text).toContain('within 1 sample: it is in no figure');
  });

  test('proc.log of a run without mpstat says the same as mpstat', async () => {
    const frames = await Promise.all(
      [0, 1, 2, 3, 4, 5].map(async (frame) => {
        const files = await Promise.all(
          ['uptime', 'stat', 'interrupts', 'softirqs'].map(async (name) => {
            const text = await readFile(fixture(`proc/replay/A/${frame}/${name}`), 'utf8');
            return `@file ${name} ${Buffer.byteLength(text)}\n${text}\n`;
          }),
        );
        return `@frame ${frame}000000000\n${files.join('')}`;
      }),
    );
    const own = await readMpstatLog([await saved('proc.log', frames.join(''))]);
    const printed = await log('A-v12.6.1.txt');
    expect(own).toMatchObject({ origin: 'proc', samples: 5, corrections: [], problems: [] });
    const rounded = (summary: typeof own) =>
      summary.cpus.map(({ busy_percent, interrupts_per_s: rate }) => [
        busy_percent?.mean.toFixed(1),
        Math.round(rate ?? 0),
      ]);
    expect(rounded(own)).toEqual(rounded(printed));
  });

  test('a file that is no log, and one that is not there, end with what to save', async () => {
    const path = await saved('none.log', 'nothing of mpstat\n');
    await expect(readMpstatLog([path])).rejects.toMatchObject({
      code: 'data-unreadable',
      why: 'line 1: nothing of mpstat',
      next: expect.stringContaining('mpstat -A'),
    });
    await expect(readMpstatLog([join(directory, 'absent')])).rejects.toMatchObject({
      code: 'data-unreadable',
      why: expect.stringContaining('ENOENT'),
    });
  });
});

test('two logs: what changed, greatest first', async () => {
  const [before, after] = [await log('A-v12.6.1.txt'), await log('C-v12.6.1.txt')];
  const difference = mpstatDifference(before, after);
  const source = (of: typeof before, id: string) =>
    of.interrupts.find((each) => each.source === id)?.per_s ?? 0;
  const ipi = difference.interrupts.find((each) => each.source === 'IPI0')?.per_s;
  expect(ipi?.change).toBeCloseTo(source(after, 'IPI0') - source(before, 'IPI0'));
  const sizes = difference.interrupts.map(({ per_s }) => Math.abs(per_s.change ?? 0));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  expect(sizes[0]).toBeGreaterThan(100);
  const text = mpstatReport({ log: after, against: before, difference }, terminal(80));
  expect(text).toContain('What changed from');
  expect(text).toMatch(/^ {2}CPU +busy % +after +change +intr\/s +after +change/m);
  expect(text).toMatch(/^ {2}IPI0 +1,599 +1,\d+ +-\d+/m);
  // A log against itself differs in nothing.
  const same = mpstatDifference(before, before);
  expect(same.cpus.every(({ busy_percent }) => busy_percent.change === 0)).toBe(true);
});

describe('a log of tegrastats', () => {
  test('means and extremes of what every line has, whatever the dialect', async () => {
    const lines = [
      '11-19-2024 16:06:41 RAM 1000/7620MB (lfb 1x4MB) CPU [10%@729,off] GR3D_FREQ 0%@[306] cpu@40C tj@41.5C VDD_IN 4000mW/4000mW',
      'Permission denied',
      '11-19-2024 16:06:42 RAM 3000/7620MB (lfb 1x4MB) CPU [30%@1510,off] GR3D_FREQ 90%@[624] cpu@44C tj@45.5C VDD_IN 8000mW/5000mW NPU{3}',
    ];
    const summary = await readTegrastatsLog(await saved('tegra.log', lines.join('\n')));
    const figure = (name: string, unit: string) =>
      summary.figures.find((each) => each.name === name && each.unit === unit);
    expect(figure('GPU', '%')).toMatchObject({ mean: 45, min: 0, max: 90, lines: 2 });
    expect(figure('RAM', 'MB')).toMatchObject({ mean: 2000, max: 3000 });
    expect(figure('tj', '°C')).toMatchObject({ mean: 43.5, max: 45.5 });
    // Not the 5000 that the last line has as the mean since its tegrastats began.
    expect(figure('VDD_IN', 'mW')).toMatchObject({ mean: 6000, min: 4000, max: 8000 });
    expect(summary).toMatchObject({ always_off: ['CPU1'], unknown: ['NPU{3}'] });
    const text = tegrastatsReport(summary, terminal(80));
    expect(text).toContain('The GPU was busy 45 % of the time, at most 90 %');
    expect(text).toContain('line 2: Permission denied');
    expect(text).toContain('Off in every line: CPU1.');
    expect(text).toContain('NPU{3}');
  });

  test.each([80, 100, 200])('real lines of all JetPacks fit into %i columns', async (columns) => {
    const lines = (await readFile(fixture('tegrastats/lines.jsonl'), 'utf8')).trim().split('\n');
    for (const line of lines) {
      const path = await saved('real.log', JSON.parse(line).line);
      const text = tegrastatsReport(await readTegrastatsLog(path), terminal(columns, false));
      expect(text.split('\n').filter((each) => stringWidth(each) > columns)).toEqual([]);
      expect(text).toMatch(/RAM +\d+/);
    }
  });

  test('a file without such a line says how to save one', async () => {
    await expect(readTegrastatsLog(await saved('bad.log', 'hello\n'))).rejects.toMatchObject({
      code: 'data-unreadable',
      why: 'line 1: hello',
    });
  });
});
