import { median } from '../../../agent/contract/statistics/quantile.ts';
import type { ProcessData } from '../../journal/journal-data.ts';
import type { CountedWindow, TeleData } from '../../journal/tele-data.ts';
import { interruptSource } from '../../telemetry/interrupt-source.ts';
import type { CellAnalysis } from '../analyse-cell.ts';
import type { ProcessAnalysis } from '../analyse-process.ts';
import type { AttributedSource, InterruptAttribution } from '../result/activity-result.ts';
import { attributeExcess, type WindowSeries } from '../statistics/attribution.ts';
import { isOfLink } from './counter-rates.ts';

/** Windows beyond these would tell the same for more time. */
const MAX_WINDOWS = 5000;

/**
 * Which interrupts and softirqs, on which CPU, go with the time that iterations took beyond the
 * median. Null where the sampler told no sources, and for calibration cells.
 */
export function attributeInterrupts(
  { cell, counted }: CellAnalysis,
  tele: TeleData,
  seed: number,
): InterruptAttribution | null {
  if (cell.purpose !== 'measure' || tele.windows.length === 0) return null;
  const named = new Map<string, AttributedSource>();
  for (const { data } of counted) nameSources(data, tele, named);
  const keys = [...named.keys()];
  const parts = counted.map((process) => {
    const windows = windowsOf(process, tele.windows);
    return { windows, excess_ns: excessIn(process, windows) };
  });
  const windows = parts.flatMap((part) => part.windows);
  const seconds = windows.map(({ start_ns, end_ns }) => (end_ns - start_ns) / 1e9);
  const total_s = seconds.reduce((sum, value) => sum + value, 0);
  const excess_s =
    parts.reduce((sum, part) => sum + part.excess_ns.reduce((a, b) => a + b, 0), 0) / 1e9;
  const series = parts.map(
    (part): WindowSeries => ({
      excess: part.windows.map((window, at) => (part.excess_ns[at] ?? 0) / lengthOf(window)),
      rates: keys.map((key) =>
        part.windows.map((window) => (window.counts.get(key) ?? 0) / lengthOf(window)),
      ),
    }),
  );
  const found = attributeExcess(series, `${seed}/${cell.id}/interrupts`);
  return {
    windows: windows.length,
    window_s: seconds.length === 0 ? 0 : median(seconds),
    excess_share: total_s > 0 ? excess_s / total_s : 0,
    permutations: found?.permutations ?? 0,
    effects: (found?.effects ?? []).map((effect) => ({
      sources: effect.sources.flatMap((index) => named.get(keys[index] ?? '') ?? []),
      share_of_excess: effect.shareOfExcess,
      p: effect.p,
      p_holm: effect.pHolm,
    })),
    reason:
      found === null
        ? `${windows.length} windows of telemetry are too few: take --telemetry full and more or longer processes`
        : null,
  };
}

/** `eth0 on cpu0 (our own SSH traffic)`; sources that cannot be told apart, together. */
export function sourcesText(sources: readonly AttributedSource[]): string {
  const names = sources
    .slice(0, 3)
    .map(
      ({ name, cpu, is_link }) => `${name} on cpu${cpu}${is_link ? ' (our own SSH traffic)' : ''}`,
    );
  const more = sources.length - names.length;
  return `${names.join(' with ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * Device interrupts and softirqs. Interrupts between processors and the timer are left out: they
 * follow from what the CPUs do themselves, slow iterations included.
 */
function nameSources(
  { end }: ProcessData,
  { link }: TeleData,
  named: Map<string, AttributedSource>,
): void {
  if (end === null) return;
  for (const row of end.interrupts.rows) {
    const source = interruptSource(row);
    if (source.kind !== 'device') continue;
    const is_link = isOfLink(source, link);
    for (const cpu of end.interrupts.cpus) {
      const { id, name } = source;
      named.set(`irq/${id}/${cpu}`, { table: 'interrupt', id, name, cpu, is_link });
    }
  }
  for (const { id } of end.softirqs.rows) {
    for (const cpu of end.softirqs.cpus) {
      named.set(`softirq/${id}/${cpu}`, { table: 'softirq', id, name: id, cpu, is_link: false });
    }
  }
}

/** Those that lie whole in the steady part. */
function windowsOf(process: ProcessAnalysis, windows: readonly CountedWindow[]): CountedWindow[] {
  const { steadyStart_ns, steady_ns } = process;
  const from = steadyStart_ns[0] ?? Infinity;
  const to = (steadyStart_ns.at(-1) ?? 0) + (steady_ns.at(-1) ?? 0);
  return windows
    .filter(({ start_ns, end_ns }) => start_ns >= from && end_ns <= to)
    .slice(0, MAX_WINDOWS);
}

/**
 * Time beyond the median in each window; that of an iteration across an edge is divided by its
 * parts.
 */
function excessIn(process: ProcessAnalysis, windows: readonly CountedWindow[]): number[] {
  const { steadyStart_ns, steady_ns, median_ns } = process;
  const excess = windows.map(() => 0);
  let first = 0;
  steady_ns.forEach((duration, index) => {
    const beyond = duration - (median_ns ?? duration);
    const start = steadyStart_ns[index] ?? 0;
    while (first < windows.length && (windows[first]?.end_ns ?? 0) <= start) first += 1;
    if (beyond <= 0) return;
    for (let at = first; at < windows.length; at += 1) {
      const window = windows[at];
      if (window === undefined || window.start_ns >= start + duration) break;
      const inside = Math.min(window.end_ns, start + duration) - Math.max(window.start_ns, start);
      excess[at] = (excess[at] ?? 0) + (beyond * Math.max(0, inside)) / duration;
    }
  });
  return excess;
}

function lengthOf({ start_ns, end_ns }: CountedWindow): number {
  return end_ns - start_ns;
}
