import { readFileSync } from 'node:fs';
import type { CpuUse } from '../../host/telemetry/cpu-use.ts';
import {
  asPrinted,
  type MpstatSample,
  type RateTable,
} from '../../host/telemetry/mpstat-sample.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
/** A log of test/fixtures/mpstat. */
export const mpstatBytes = (path: string) => readFileSync(new URL(`mpstat/${path}`, fixtures));
export const mpstatText = (path: string) => mpstatBytes(path).toString();
/** Frame `n` of a replay: a board's /proc, step by step. */
export const replayFrame = (replay: string, n: number) => ({
  files: Object.fromEntries(
    ['uptime', 'stat', 'interrupts', 'softirqs'].map((name) => [
      name,
      readFileSync(new URL(`proc/replay/${replay}/${n}/${name}`, fixtures), 'utf8'),
    ]),
  ),
});
const printedUse = (use: CpuUse | null) =>
  use && Object.fromEntries(Object.entries(use).map(([name, value]) => [name, asPrinted(value)]));
const printedRates = ({ sources, perS }: RateTable) => ({
  sources,
  perS: [...perS].map(([cpu, row]) => [cpu, row.map((rate) => rate !== null && asPrinted(rate))]),
});
/** Everything in a sample as mpstat prints numbers. */
export const printed = (sample: MpstatSample) => ({
  all: printedUse(sample.use.all),
  cpus: [...sample.use.cpus].map(([cpu, use]) => [cpu, printedUse(use)]),
  total: asPrinted(sample.interruptsPerS.all ?? -1),
  sums: [...sample.interruptsPerS.cpus].map(([cpu, sum]) => [cpu, asPrinted(sum ?? -1)]),
  interrupts: printedRates(sample.interrupts),
  softirqs: printedRates(sample.softirqs),
});
/** Kinds of corrections that were made. */
export const correctionKinds = (samples: readonly MpstatSample[]) => [
  ...new Set(samples.flatMap(({ corrections }) => corrections.map(({ kind }) => kind))),
];
