import type { TimeSpan } from '../../journal/tele-data.ts';
import type { ProcessAnalysis } from '../analyse-process.ts';
import type { OutlierResult } from '../result/cell-result.ts';
import { findOutliers } from '../statistics/outliers.ts';
import { type Disturbances, noDisturbances } from './disturbances.ts';

/** What may explain that an iteration was slow. */
const explanations = [
  'preempted',
  'minor_fault',
  'major_fault',
  'gc',
  'freq_drop',
  'interrupt_burst',
] as const;
export type Explanation = (typeof explanations)[number];

/** Iterations of a process that carry each explanation; indices count from its first iteration. */
type Explained = Readonly<Record<Explanation, { has(index: number): boolean }>>;

/** The explanations that apply to an iteration of a process. */
export function explanationsOf(
  process: ProcessAnalysis,
  disturbances: Disturbances,
): (index: number) => readonly Explanation[] {
  const found = explained(process, disturbances);
  return (index) => explanations.filter((name) => found[name].has(index));
}

/** Which iterations carry each explanation. */
export function explained(process: ProcessAnalysis, { bursts, drops }: Disturbances) {
  const { preempted, faults } = process.data.iterations;
  const faulted = (kind: 'minor' | 'major') =>
    new Set([...faults].flatMap(([index, of]) => (of[kind] > 0 ? [index] : [])));
  return {
    preempted: new Set([...preempted].flatMap(([index, times]) => (times > 0 ? [index] : []))),
    minor_fault: faulted('minor'),
    major_fault: faulted('major'),
    gc: overlapping(process, process.data.collections),
    freq_drop: overlapping(process, drops ?? []),
    interrupt_burst: overlapping(process, bursts ?? []),
  } satisfies Explained;
}

/** Iterations that any of these spans touches. */
function overlapping(process: ProcessAnalysis, spans: readonly TimeSpan[]): ReadonlySet<number> {
  const starts = process.data.iterations.start_ns.view();
  const durations = process.data.iterations.duration_ns.view();
  const found = new Set<number>();
  for (const { start_ns, end_ns } of spans) {
    let index = Math.max(0, firstAfter(starts, start_ns) - 1);
    for (; index < starts.length && (starts[index] ?? 0) <= end_ns; index += 1) {
      if ((starts[index] ?? 0) + (durations[index] ?? 0) >= start_ns) found.add(index);
    }
  }
  return found;
}

/** Index of the first of ascending `values` that is greater than `bound`. */
function firstAfter(values: Float64Array, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Indices of the outliers among all iterations of a process, warm-up left out. */
export function outlierIndices(process: ProcessAnalysis): number[] {
  return findOutliers(process.steady_ns).indices.map((index) => index + process.state.start);
}

/**
 * Outliers of a cell with their explanations, beside how many would carry each by chance: as many
 * as its share of all steady iterations.
 */
export function summarizeOutliers(
  processes: readonly ProcessAnalysis[],
  disturbances: Disturbances = noDisturbances,
): OutlierResult {
  const among = new Map<Explanation, number>();
  const overall = new Map<Explanation, number>();
  const totals = { count: 0, excess: 0, time: 0, iterations: 0, tukeySevere: 0, unexplained: 0 };
  for (const process of processes) {
    const found = findOutliers(process.steady_ns);
    const tags = explained(process, disturbances);
    const first = process.state.start;
    totals.count += found.indices.length;
    totals.excess += found.excess;
    totals.tukeySevere += found.tukeySevere;
    totals.iterations += process.steady_ns.length;
    totals.time += process.steady_ns.reduce((sum, value) => sum + value, 0);
    for (const name of explanations) {
      const steady = [...tags[name]].filter((index) => index >= first);
      overall.set(name, (overall.get(name) ?? 0) + steady.length);
    }
    for (const index of found.indices) {
      const reasons = explanations.filter((name) => tags[name].has(first + index));
      for (const name of reasons) among.set(name, (among.get(name) ?? 0) + 1);
      if (reasons.length === 0) totals.unexplained += 1;
    }
  }
  const tagged = (name: Explanation) => ({
    count: among.get(name) ?? 0,
    expected_by_chance: share(totals.count * (overall.get(name) ?? 0), totals.iterations),
  });
  return {
    count: totals.count,
    share_of_iterations: share(totals.count, totals.iterations),
    share_of_excess: share(totals.excess, totals.time),
    tukey_severe: totals.tukeySevere,
    by_tag: {
      preempted: tagged('preempted'),
      minor_fault: tagged('minor_fault'),
      major_fault: tagged('major_fault'),
      gc: tagged('gc'),
      freq_drop: disturbances.drops === null ? null : tagged('freq_drop'),
      interrupt_burst: disturbances.bursts === null ? null : tagged('interrupt_burst'),
      unexplained: { count: totals.unexplained },
    },
  };
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
