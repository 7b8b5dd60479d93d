import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Span } from '../../journal/edges.ts';
import { edgeSnapshot } from '../../journal/tele-collector.ts';
import { interruptsOver, isOfLink, softirqsOver } from './counter-rates.ts';

const file = (path: string) =>
  readFileSync(new URL(`../../../test/fixtures/proc/${path}`, import.meta.url), 'utf8');
const frame = (series: string, n: number, t_ns: number) =>
  edgeSnapshot(t_ns, {
    stat: file(`replay/${series}/${n}/stat`),
    interrupts: file(`replay/${series}/${n}/interrupts`),
    softirqs: file(`replay/${series}/${n}/softirqs`),
  });
/** Frames are a second apart. */
const span = (series: string, from: number, to: number): Span => ({
  start: frame(series, from, from * 1e9),
  end: frame(series, to, to * 1e9),
});
const link = { interface: 'eth0', interrupts: [] };

test('rates of an Orin are those that mpstat -I SUM prints for the same files', () => {
  const rates = interruptsOver([span('A', 0, 5)], link, null);
  expect(rates?.cpus_per_s).toEqual([1590.6, 466.8, 521.2, 479, 508.8, 456.2]);
  expect(rates).toMatchObject({ seconds: 5, cpus: [0, 1, 2, 3, 4, 5], busiest_cpu: 0 });
  const kinds = Object.values(rates?.by_kind ?? {}).reduce((sum, { per_s }) => sum + per_s, 0);
  expect(kinds).toBeCloseTo(rates?.per_s ?? 0, 6);
  expect(rates?.gpu.per_s).toBeGreaterThan(0);
  const eth0 = rates?.sources.find(({ name }) => name === 'eth0');
  expect(eth0).toMatchObject({ id: '301', is_link: true, role: 'network', busiest_cpu: 0 });
  expect(rates?.sources.filter(({ is_link }) => is_link)).toHaveLength(1);
});

test('processes of a cell add up: counts and seconds, then the rate', () => {
  const whole = interruptsOver([span('A', 0, 5)], null, null);
  const parts = interruptsOver([span('A', 0, 2), span('A', 2, 5)], null, null);
  expect(parts).toEqual(whole);
  expect(softirqsOver([span('A', 0, 2), span('A', 2, 5)], null)).toEqual(
    softirqsOver([span('A', 0, 5)], null),
  );
  expect(softirqsOver([span('A', 0, 5)], null)?.types.map(({ type }) => type)).toContain('NET_RX');
});

test('a CPU that was offline in one process is left out, not counted as zero', () => {
  expect(interruptsOver([span('C', 0, 1), span('C', 0, 2)], null, null)?.cpus).toEqual(
    interruptsOver([span('C', 0, 2)], null, null)?.cpus,
  );
  expect(interruptsOver([span('C', 0, 2)], null, null)?.cpus).toEqual([0, 1, 2, 3]);
});

test('sources beyond the largest are folded into one, but those of the GPU and of the link', () => {
  const rows = (factor: number) => [
    '           CPU0       CPU1',
    ...Array.from({ length: 60 }, (_, at) => {
      const device = at === 58 ? 'nvgpu_stall' : at === 59 ? 'eth0' : `dev${at}`;
      return ` ${at}: ${(100 - at) * factor} 0 GICv3 ${at} Level ${device}`;
    }),
  ];
  const at = (t_ns: number, factor: number) =>
    edgeSnapshot(t_ns, { stat: '', interrupts: rows(factor).join('\n'), softirqs: '' });
  const rates = interruptsOver([{ start: at(0, 0), end: at(1e9, 1) }], link, null);
  expect(rates?.sources).toHaveLength(26);
  expect(rates?.sources.slice(-2).map(({ name }) => name)).toEqual(['nvgpu_stall', 'eth0']);
  const listed = rates?.sources.reduce((sum, { per_s }) => sum + per_s, 0) ?? 0;
  expect(rates?.rest.sources).toBe(34);
  expect(listed + (rates?.rest.per_s ?? 0)).toBeCloseTo(rates?.per_s ?? 0, 6);
});

test('what cannot be read is null, what counted nothing is zero', () => {
  const nothing = edgeSnapshot(0, { stat: '', interrupts: '', softirqs: '' });
  expect(
    interruptsOver([{ start: nothing, end: { ...nothing, t_ns: 1e9 } }], null, null),
  ).toBeNull();
  const still = frame('A', 0, 0);
  expect(
    interruptsOver([{ start: still, end: { ...still, t_ns: 1e9 } }], null, null),
  ).toMatchObject({
    per_s: 0,
    imbalance: null,
    busiest_cpu: null,
    sources: [],
  });
});

test.each([
  [{ id: '301', name: 'eth0', kind: 'device' }, true],
  [{ id: '45', name: 'enp1s0-rx-0', kind: 'device' }, false],
  [{ id: '46', name: 'eth0-TxRx-3', kind: 'device' }, true],
  [{ id: '39', name: 'virtio2-output.0', kind: 'device' }, true],
  [{ id: '47', name: 'eth01', kind: 'device' }, false],
  [{ id: 'IPI0', name: 'eth0', kind: 'ipi' }, false],
] as const)('%o is of the link: %s', (source, expected) => {
  expect(isOfLink(source, { interface: 'eth0', interrupts: ['39'] })).toBe(expected);
  expect(isOfLink(source, null)).toBe(false);
});
