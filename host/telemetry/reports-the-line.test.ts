import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mpstatText, readMpstatText, replayFrame } from '../../test/support/mpstat-fixtures.ts';
import { parseCounterTable } from './counter-table.ts';
import { MpstatJsonReader } from './mpstat-json.ts';
import { ProcLogReader } from './proc-log-reader.ts';
import { parseProcStat } from './proc-stat.ts';
import { TegrastatsReader } from './tegrastats.ts';

/** What no parser takes for one of its own lines, whatever the bytes. */
const noise = fc
  .string({ unit: 'binary', maxLength: 60 })
  .map((text) => `!?${text.replace(/[\r\n\u0085\u2028\u2029]/g, ' ')}`);
const { interrupts = '', softirqs = '', stat = '' } = replayFrame('A', 0).files;
const tegrastats = readFileSync(
  new URL('../../test/fixtures/tegrastats/lines.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { line: string }).line);

/** A noise line put before line `at` (from 0) of a text. */
const withNoise = (text: string, at: number, line: string) =>
  text.split('\n').toSpliced(at, 0, line).join('\n');

test.each([
  ['/proc/interrupts', interrupts],
  ['/proc/softirqs', softirqs],
])('%s: a foreign line is told with its number, all others are read', (_name, text) => {
  const whole = parseCounterTable(text);
  const last = text.trimEnd().split('\n').length;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: last }), noise, (at, line) => {
      const table = parseCounterTable(withNoise(text, at, line));
      expect(table.problems.map((problem) => problem.line)).toEqual([at + 1]);
      expect(table.rows).toEqual(whole.rows);
    }),
  );
});

test('/proc/stat: a line of a CPU that does not fit is told with its number', () => {
  const whole = parseProcStat(stat);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), noise, (at, line) => {
      const read = parseProcStat(withNoise(stat, at, `cpu99 ${line}`));
      expect(read.problems.map((problem) => problem.line)).toEqual([at + 1]);
      expect(read.cpus).toEqual(whole.cpus);
      expect(read.interrupts).toBe(whole.interrupts);
    }),
  );
});

test('mpstat as text: a foreign line between two rows is told with its number', () => {
  const text = mpstatText('native/P-ALL.txt');
  const whole = readMpstatText(text);
  const last = text.trimEnd().split('\n').length;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: last }), noise, (at, line) => {
      const log = readMpstatText(Buffer.from(withNoise(text, at, line)));
      expect(log.problems.map((problem) => problem.line)).toEqual([at + 1]);
      expect(log.samples).toEqual(whole.samples);
    }),
  );
});

test('mpstat as JSON: a sample that is none is told with its line, those around it are read', () => {
  const text = mpstatText('native/A-json.json');
  const whole = new MpstatJsonReader();
  const samples = whole.push(text);
  const first =
    text.indexOf('{"timestamp"') < 0
      ? text.indexOf('{', text.indexOf('statistics'))
      : text.indexOf('{"timestamp"');
  const at = text.slice(0, first).split('\n').length;
  fc.assert(
    fc.property(fc.constantFrom('7', '"x"', '[]', '{}', 'null'), fc.nat(5), (value, lines) => {
      const wrong = `${'\n'.repeat(lines)}{"cpu-load": [${value}]},`;
      const reader = new MpstatJsonReader();
      expect(reader.push(text.slice(0, first) + wrong + text.slice(first))).toEqual(samples);
      expect(reader.problems.map((problem) => problem.line)).toEqual([at + lines]);
    }),
  );
});

test('tegrastats: a foreign line is told with its number, all others are read', () => {
  const whole = tegrastats.join('\n');
  const samples = new TegrastatsReader().push(`${whole}\n`);
  fc.assert(
    fc.property(fc.nat(tegrastats.length), noise, (at, line) => {
      const reader = new TegrastatsReader();
      expect(reader.push(`${withNoise(whole, at, line)}\n`)).toEqual(samples);
      expect(reader.problems.map((problem) => problem.line)).toEqual([at + 1]);
    }),
  );
});

test('proc.log: foreign bytes are told with their offset, and the next frame is read', () => {
  const frame = (t_ns: number) => `@frame ${t_ns}\n@file uptime 4\n1 2\n\n`;
  fc.assert(
    fc.property(noise, (line) => {
      const reader = new ProcLogReader();
      const text = `${frame(1)}${line}\n${frame(2)}`;
      const frames = [...reader.push(Buffer.from(text)), ...reader.end()];
      // Nobody knows what else of the frame before them is damaged.
      expect(frames.map(({ t_ns }) => t_ns)).toEqual([2]);
      expect(reader.problems.map(({ offset }) => offset)).toEqual([frame(1).length]);
    }),
  );
});
