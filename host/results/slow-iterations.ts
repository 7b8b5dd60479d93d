import { findOutliers } from '../stats/outliers.ts';
import type { ProcessAnalysis } from './analyse-process.ts';
import type { OutlierResult } from './cell-result.ts';

/** What may explain that an iteration was slow. */
const explanations = ['preempted', 'minor_fault', 'major_fault', 'gc'] as const;
export type Explanation = (typeof explanations)[number];

/** Which explanations apply to each iteration of a process; indices count from its first iteration. */
export function explanationsOf(
  process: ProcessAnalysis,
): (index: number) => readonly Explanation[] {
  const { iterations } = process.data;
  const collected = collectedIterations(process);
  return (index) => {
    const faults = iterations.faults.get(index);
    return explanations.filter((name) => {
      if (name === 'preempted') return (iterations.preempted.get(index) ?? 0) > 0;
      if (name === 'minor_fault') return (faults?.minor ?? 0) > 0;
      if (name === 'major_fault') return (faults?.major ?? 0) > 0;
      return collected.has(index);
    });
  };
}

/** Indices of all iterations that have any explanation, each once: few of many. */
function explained(process: ProcessAnalysis): ReadonlySet<number> {
  const { preempted, faults } = process.data.iterations;
  return new Set([...preempted.keys(), ...faults.keys(), ...collectedIterations(process)]);
}

/** Iterations during which a garbage collection ran. */
function collectedIterations(process: ProcessAnalysis): ReadonlySet<number> {
  const starts = process.data.iterations.start_ns.view();
  const durations = process.data.iterations.duration_ns.view();
  const found = new Set<number>();
  for (const { start_ns, end_ns } of process.data.collections) {
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
 * Outliers of a cell with their explanations, beside how many would carry each by chance: as many as its share
 * of all steady iterations.
 */
export function summarizeOutliers(processes: readonly ProcessAnalysis[]): OutlierResult {
  const among = new Map<Explanation, number>();
  const overall = new Map<Explanation, number>();
  const totals = { count: 0, excess: 0, time: 0, iterations: 0, tukeySevere: 0, unexplained: 0 };
  for (const process of processes) {
    const found = findOutliers(process.steady_ns);
    const explain = explanationsOf(process);
    const first = process.state.start;
    totals.count += found.indices.length;
    totals.excess += found.excess;
    totals.tukeySevere += found.tukeySevere;
    totals.iterations += process.steady_ns.length;
    totals.time += process.steady_ns.reduce((sum, value) => sum + value, 0);
    for (const index of explained(process)) {
      if (index >= first) tally(overall, explain(index));
    }
    for (const index of found.indices) {
      const reasons = explain(first + index);
      tally(among, reasons);
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
      unexplained: { count: totals.unexplained },
    },
  };
}

function tally(counts: Map<Explanation, number>, names: readonly Explanation[]): void {
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
