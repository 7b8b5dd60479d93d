import type { JournalData } from '../journal/journal-data.ts';
import { type Disturbances, disturbancesOf } from './activity/disturbances.ts';
import { type Explanation, explanationsOf, outlierIndices } from './activity/slow-iterations.ts';
import { analyseCell } from './analyse-cell.ts';
import type { ProcessAnalysis } from './analyse-process.ts';

/** Why an iteration was slow, as far as the journal tells. */
export type SlowCause = Explanation | 'unexplained';

/** Neighbouring iterations of one process in one column of a chart. */
interface ShapeColumn {
  readonly lo_ns: number;
  readonly hi_ns: number;
  readonly isWarmUp: boolean;
  /** Outliers among them, and what goes with the first of these. */
  readonly slow: number;
  readonly cause: SlowCause | null;
}

interface ShapeProcess {
  readonly process: number;
  readonly block: number;
  readonly median_ns: number | null;
  /** Why it does not count for the headline. */
  readonly excluded: string | null;
  readonly columns: readonly ShapeColumn[];
}

/** The iterations of a cell at a resolution that a page or a terminal can show. */
export interface CellShape {
  /** Of the counted processes: steady iterations between `lo_ns` and `hi_ns`, and those outside. */
  readonly steady: number;
  readonly lo_ns: number;
  readonly hi_ns: number;
  readonly bins: readonly number[];
  readonly below: number;
  readonly above: number;
  /** All processes that have iterations, in the order in which they began. */
  readonly processes: readonly ShapeProcess[];
}

/** Cells of charts: bins of a distribution, columns of a time line over all processes of a cell. */
export interface ShapeSize {
  readonly bins: number;
  readonly columns: number;
}

/**
 * A long tail must not squeeze all else into one bin: what lies more than so many spreads (p10 to
 * p90) outside of these is counted apart.
 */
const SHOWN_SPREADS = 2;

/** The shapes of a run's cells by their ids; none where the journal has no plan. */
export function cellShapes(journal: JournalData, size: ShapeSize): ReadonlyMap<string, CellShape> {
  const plan = journal.hello?.plan;
  if (plan === undefined) return new Map();
  return new Map(
    plan.cells.map((cell) => {
      const analysed = analyseCell(cell, plan, journal.processes);
      const seen = analysed.processes.filter(({ data }) => data.iterations.duration_ns.length > 0);
      const disturbances = disturbancesOf(analysed, journal.tele);
      return [
        cell.id,
        {
          ...distribution(analysed.counted, size.bins),
          processes: timeLines(seen, disturbances, size.columns),
        },
      ] as const;
    }),
  );
}

function distribution(
  processes: readonly ProcessAnalysis[],
  bins: number,
): Omit<CellShape, 'processes'> {
  const steady = processes.reduce((sum, { steady_ns }) => sum + steady_ns.length, 0);
  const sorted = new Float64Array(steady);
  let at = 0;
  for (const { steady_ns } of processes) {
    sorted.set(steady_ns, at);
    at += steady_ns.length;
  }
  sorted.sort();
  const least = sorted[0] ?? 0;
  const quantile = (share: number) => sorted[Math.floor((steady - 1) * share)] ?? least;
  const [p10, p90] = [quantile(0.1), quantile(0.9)];
  const reach = SHOWN_SPREADS * (p90 - p10);
  const lo_ns = Math.max(least, p10 - reach);
  const hi_ns = Math.min(sorted.at(-1) ?? least, p90 + reach);
  const counts = new Array<number>(bins).fill(0);
  let [below, above] = [0, 0];
  for (const value of sorted) {
    const share = hi_ns > lo_ns ? (value - lo_ns) / (hi_ns - lo_ns) : 0.5;
    if (share > 1) above += 1;
    else if (share < 0) below += 1;
    else {
      const bin = Math.min(bins - 1, Math.floor(share * bins));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  return { steady, lo_ns, hi_ns, bins: counts, below, above };
}

/** Columns are shared out by the number of iterations; each process has one at least. */
function timeLines(
  processes: readonly ProcessAnalysis[],
  disturbances: Disturbances,
  columns: number,
): ShapeProcess[] {
  const lengthOf = ({ data }: ProcessAnalysis) => data.iterations.duration_ns.length;
  const total = processes.reduce((sum, process) => sum + lengthOf(process), 0);
  return processes.map((process) => ({
    process: process.data.process,
    block: process.data.block,
    median_ns: process.median_ns,
    excluded: process.excluded,
    columns: columnsOf(
      process,
      disturbances,
      Math.max(1, Math.floor((columns * lengthOf(process)) / total)),
    ),
  }));
}

function columnsOf(
  process: ProcessAnalysis,
  disturbances: Disturbances,
  wanted: number,
): ShapeColumn[] {
  const durations = process.data.iterations.duration_ns.view();
  const outliers = new Set(outlierIndices(process));
  const explain = explanationsOf(process, disturbances);
  const count = Math.min(wanted, durations.length);
  return Array.from({ length: count }, (_, column) => {
    const from = Math.floor((column * durations.length) / count);
    const to = Math.floor(((column + 1) * durations.length) / count);
    let [lo_ns, hi_ns, slow] = [Number.POSITIVE_INFINITY, 0, 0];
    let cause: SlowCause | null = null;
    for (let index = from; index < to; index += 1) {
      const duration = durations[index] ?? 0;
      lo_ns = Math.min(lo_ns, duration);
      hi_ns = Math.max(hi_ns, duration);
      if (!outliers.has(index)) continue;
      slow += 1;
      cause ??= explain(index)[0] ?? 'unexplained';
    }
    return { lo_ns, hi_ns, isWarmUp: to <= process.state.start, slow, cause };
  });
}
