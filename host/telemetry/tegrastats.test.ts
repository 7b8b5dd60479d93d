import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTegrastats, TegrastatsReader, type TegrastatsSample } from './tegrastats.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/tegrastats/${name}`, import.meta.url), 'utf8');

interface Line {
  readonly id: string;
  readonly line: string;
}
/** Values of the same lines, taken out by hand and by another program. */
interface Expected {
  readonly timestamp: string | null;
  readonly ram: readonly number[];
  readonly swap: readonly number[] | null;
  readonly cpu: readonly (readonly [number, number | null] | null)[];
  readonly emc: readonly [number, number | null] | null;
  readonly gr3d: { readonly load: number | null; readonly freqs: readonly number[] };
  readonly temps: Readonly<Record<string, number>>;
  readonly rails: Readonly<Record<string, readonly number[]>>;
}
const lines: readonly Line[] = fixture('lines.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const expected: Readonly<Record<string, Expected>> = JSON.parse(fixture('expected.json'));

const asExpected = (sample: TegrastatsSample | null) =>
  sample && {
    timestamp: sample.time,
    ram: [sample.ramMB.used, sample.ramMB.total],
    swap: sample.swapMB && [sample.swapMB.used, sample.swapMB.total, sample.swapMB.cached],
    cpu: sample.cpus.map((cpu) => cpu && [cpu.percent, cpu.mhz]),
    emc: sample.emc && [sample.emc.percent, sample.emc.mhz],
    gr3d: { load: sample.gpu?.percent ?? null, freqs: sample.gpu?.mhz },
    temps: Object.fromEntries(sample.temperaturesC),
    rails: Object.fromEntries(
      sample.rails.map(({ name, mW, meanSinceStartMW, maxSinceStartMW }) => [
        name,
        [mW, meanSinceStartMW, ...(maxSinceStartMW === null ? [] : [maxSinceStartMW])],
      ]),
    ),
  };

describe('tegrastats', () => {
  test.each(lines)('$id', ({ id, line }) => {
    const values = expected[id];
    // Ours leaves out what is no measurement: powered-down zones and the constant of the PMIC.
    const temps = Object.fromEntries(
      Object.entries(values?.temps ?? {})
        .filter(([zone, celsius]) => celsius > -256 && zone !== 'PMIC')
        .map(([zone, celsius]) => [zone.toLowerCase(), celsius]),
    );
    const sample = parseTegrastats(line);
    expect(asExpected(sample)).toEqual({ ...values, swap: values?.swap ?? null, temps });
    expect(sample?.unknown).toEqual([]);
  });

  test('engines that are off, run at a clock, or say their load', () => {
    const engines = (id: string) =>
      new Map(
        parseTegrastats(lines.find((line) => line.id === id)?.line ?? '')?.engines.map((engine) => [
          engine.name,
          [engine.percent, engine.mhz, engine.isOff],
        ]),
      );
    const agx = engines('agx-orin-jp6.2.1-nvenc');
    expect(agx.get('NVENC')).toEqual([79, 166, false]);
    expect(agx.get('NVDEC')).toEqual([null, null, true]);
    expect(agx.get('PVA0')).toEqual([null, null, true]);
    expect(agx.get('APE')).toEqual([null, 174, false]);
    expect(engines('agx-thor-jp7.1').get('NVENC0')).toEqual([null, 0, false]);
    expect(engines('orin-8gb-jp5-root-2024').get('GR3D2')).toEqual([0, 0, false]);
    expect(engines('agx-orin-32-jp5-root-2023').get('VIC')).toEqual([null, 729, false]);
  });

  test('words of a dialect to come are listed and passed over', () => {
    const [line = ''] = lines.map((each) => each.line);
    const sample = parseTegrastats(line.replace(' EMC_FREQ', ' NPU{3} EMC_FREQ'));
    expect(sample?.unknown).toEqual(['NPU{3}']);
    expect({ ...sample, unknown: [] }).toEqual(parseTegrastats(line));
  });

  test('a log comes in chunks cut anywhere, with lines between that are none', () => {
    const log = lines.map(({ line }) => line).join('\n');
    const reader = new TegrastatsReader();
    const samples = [...`Permission denied\n${log}\n`].flatMap((part) => reader.push(part));
    expect(samples).toEqual(lines.map(({ line }) => parseTegrastats(line)));
    expect(reader.problems).toEqual([{ line: 1, text: 'Permission denied' }]);
  });

  test('no text makes it throw or grow', () => {
    const words = lines.flatMap(({ line }) => line.split(' '));
    const mixed = fc
      .array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 12 })), {
        maxLength: 80,
      })
      .map((parts) => `RAM 1/2MB CPU [off] ${parts.join(' ')}`);
    fc.assert(
      fc.property(fc.oneof(mixed, fc.string({ unit: 'binary', maxLength: 500 })), (line) => {
        const sample = parseTegrastats(line);
        if (sample === null) return;
        expect(sample.unknown.length).toBeLessThanOrEqual(32);
        expect(sample.rails.length + sample.engines.length).toBeLessThanOrEqual(line.length);
      }),
    );
  });
});
