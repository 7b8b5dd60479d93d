import { readFileSync } from 'node:fs';
import type { CpuUse } from '../../host/telemetry/cpu-use.ts';
import { ProcSamples } from '../../host/telemetry/mpstat-from-proc.ts';
import { MpstatJsonReader } from '../../host/telemetry/mpstat-json.ts';
import type { MpstatSample, RateTable } from '../../host/telemetry/mpstat-sample.ts';
import { MpstatTextReader } from '../../host/telemetry/mpstat-text.ts';
import type { ProcFrame } from '../../host/telemetry/proc-log-reader.ts';

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
/** A whole log that is at hand. */
function readWhole(reader: MpstatTextReader | MpstatJsonReader, text: Uint8Array | string) {
  const samples = [...reader.push(text), ...reader.end()];
  return { system: reader.system, samples, problems: reader.problems };
}
export const readMpstatText = (text: Uint8Array | string) =>
  readWhole(new MpstatTextReader(), text);
export const readMpstatJson = (text: Uint8Array | string) =>
  readWhole(new MpstatJsonReader(), text);
/** The samples of frames that are at hand: one fewer than frames. */
export function mpstatFromProc(frames: Iterable<Pick<ProcFrame, 'files'>>): MpstatSample[] {
  const samples = new ProcSamples();
  return [...frames].flatMap((frame) => samples.add(frame));
}

/**
 * A value as mpstat prints it: two decimals, a tie goes to the even digit as in C's printf.
 * JavaScript's toFixed rounds ties up; only multiples of 1/8 are ties that a double holds exactly.
 */
export function asPrinted(value: number): string {
  const isTie = Math.abs(value * 8) % 2 === 1;
  if (!isTie) return value.toFixed(2);
  const below = Math.floor(value * 100);
  return ((below % 2 === 0 ? below : below + 1) / 100).toFixed(2);
}

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
