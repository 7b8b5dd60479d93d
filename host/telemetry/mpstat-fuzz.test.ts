import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mpstatText, readMpstatJson, readMpstatText } from '../../test/support/mpstat-fixtures.ts';
import { type MpstatSample, rateOfCpu } from './mpstat-sample.ts';
import { MpstatTextReader } from './mpstat-text.ts';

describe('no bytes make a reader throw or grow', () => {
  const logs = ['A-v12.6.1.txt', 'native/A-ko_KR.txt', 'native/I-SUM.txt', 'C-v12.2.0.txt'].map(
    (path) => mpstatText(path).slice(0, 20_000),
  );
  const documents = [
    mpstatText('native/A-json.json'),
    mpstatText('A-v12.2.0-cut.json').slice(0, 20_000),
  ];
  const shuffled = (whole: string) =>
    fc.shuffledSubarray(whole.split('\n')).map((lines) => lines.join('\n'));
  const cut = (whole: string) =>
    fc
      .tuple(fc.nat(whole.length), fc.nat(whole.length))
      .map(([a, b]) => whole.slice(Math.min(a, b), Math.max(a, b)));
  const damaged = (whole: string) =>
    fc
      .tuple(fc.nat(whole.length), fc.string({ unit: 'binary', maxLength: 40 }))
      .map(([at, noise]) => whole.slice(0, at) + noise + whole.slice(at));
  const anyOf = (wholes: readonly string[]) =>
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 2000 }),
      ...wholes.flatMap((whole) => [shuffled(whole), cut(whole), damaged(whole)]),
    );
  const values = (sample: MpstatSample) =>
    [...sample.interrupts.perS.values()].reduce((sum, row) => sum + row.length, 0);

  test('text', () => {
    fc.assert(
      fc.property(anyOf(logs), (log) => {
        const { samples, problems } = readMpstatText(Buffer.from(log));
        expect(problems.length).toBeLessThanOrEqual(20);
        const held = samples.reduce((sum, sample) => sum + values(sample), 0);
        expect(held).toBeLessThanOrEqual(log.length);
        for (const sample of samples) rateOfCpu(sample.interrupts, 0);
      }),
      { numRuns: 150 },
    );
  });

  test('JSON', () => {
    fc.assert(
      fc.property(anyOf(documents), (log) => {
        const { samples, problems } = readMpstatJson(Buffer.from(log));
        expect(problems.length).toBeLessThanOrEqual(20);
        expect(samples.length).toBeLessThanOrEqual(log.length);
      }),
      { numRuns: 100 },
    );
  });

  test('a line without an end is not kept', () => {
    const reader = new MpstatTextReader();
    for (let n = 0; n < 100; n += 1) expect(reader.push(' 1.00'.repeat(4000))).toEqual([]);
    reader.push('\n');
    expect(reader.problems).toHaveLength(1);
  });
});
