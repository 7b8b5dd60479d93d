import { median } from '../../../agent/contract/statistics/quantile.ts';
import type { JournalData } from '../../journal/journal-data.ts';
import type { BoardSample } from '../../journal/tele-data.ts';
import { formatCount, formatPercent } from '../../quantities/format.ts';
import { steadySpans } from '../activity/board-activity.ts';
import type { CellAnalysis } from '../analyse-cell.ts';
import type { GpuEvidence } from '../result/board-result.ts';
import type { PlacementResult } from '../result/cell-result.ts';
import { placementText } from '../verdict/placement.ts';

/** Fewer samples than this say nothing: one may fall between two inferences. */
const MIN_SAMPLES = 3;
/**
 * Percentage points above anything that was seen while no model ran on the GPU: that was this cell.
 */
const CLEARLY_ABOVE = 10;
/** Up to so many points above it nothing was seen of the cell at all. */
const STILL_IDLE = 3;

interface Interval {
  readonly start_ns: number;
  readonly end_ns: number;
}

/**
 * What proves that a cell ran on the GPU: where the profiled session put its nodes, else that the
 * load of the GPU rose while the cell ran. The load is what the board's sysfs told about once a
 * second during the steady parts, held against the idle baseline and the cells of the same run that
 * ran on the CPU. Null for such cells.
 */
export function gpuEvidence(
  analysis: CellAnalysis,
  journal: JournalData,
  placement: PlacementResult | null,
  cpuCells: ReadonlySet<string>,
): GpuEvidence | null {
  const { cell, counted } = analysis;
  if (cell.ep === 'cpu') return null;
  const steady = counted.flatMap(({ steady_ns, steadyStart_ns }): Interval[] => {
    const start_ns = steadyStart_ns[0];
    const last_ns = steadyStart_ns.at(-1);
    if (start_ns === undefined || last_ns === undefined) return [];
    return [{ start_ns, end_ns: last_ns + (steady_ns.at(-1) ?? 0) }];
  });
  const load = loadOver(journal, steady, idleIntervals(journal, cpuCells));
  const proof = proofOf(cell.engine === 'trtexec', placement, load);
  return { proof, load };
}

function proofOf(
  isTrtexec: boolean,
  placement: PlacementResult | null,
  load: GpuEvidence['load'],
): GpuEvidence['proof'] {
  if (placement !== null && placementText(placement) !== null) return 'placement';
  if (isTrtexec) return 'engine';
  return load?.change === 'rose' ? 'load' : 'none';
}

/** Times when no model of this run was on the GPU. */
function idleIntervals({ tele, processes }: JournalData, cpuCells: ReadonlySet<string>) {
  const onCpu = processes.filter((process) => cpuCells.has(process.cell));
  return [...tele.idle, ...steadySpans(onCpu)].map(
    ({ start, end }): Interval => ({ start_ns: start.t_ns, end_ns: end.t_ns }),
  );
}

function loadOver(
  { tele }: JournalData,
  steady: readonly Interval[],
  idle: readonly Interval[],
): GpuEvidence['load'] {
  const loads = loadsIn(tele.board, steady);
  if (loads.length < MIN_SAMPLES) return null;
  const without = loadsIn(tele.board, idle);
  const clocks = within(tele.board, steady).flatMap(({ state }) => state.gpu?.currentHz ?? []);
  return {
    samples: loads.length,
    median_percent: median(loads),
    max_percent: Math.max(...loads),
    idle_samples: without.length,
    idle_percent: without.length === 0 ? null : median(without),
    clock_hz: clocks.length === 0 ? null : median(clocks),
    change: changeOf(loads, without),
  };
}

function changeOf(
  loads: readonly number[],
  idle: readonly number[],
): NonNullable<GpuEvidence['load']>['change'] {
  if (idle.length === 0) return 'unknown';
  const most = Math.max(...idle);
  if (median(loads) >= most + CLEARLY_ABOVE) return 'rose';
  // Against the usual idle, not its busiest moment: a passing spike there must not make a working
  // GPU look idle.
  return Math.max(...loads) <= median(idle) + STILL_IDLE ? 'idle' : 'unclear';
}

function loadsIn(samples: readonly BoardSample[], intervals: readonly Interval[]): number[] {
  return within(samples, intervals).flatMap(({ state }) => state.gpu?.loadPercent ?? []);
}

function within(samples: readonly BoardSample[], intervals: readonly Interval[]): BoardSample[] {
  return samples.filter(({ t_ns }) =>
    intervals.some(({ start_ns, end_ns }) => t_ns >= start_ns && t_ns <= end_ns),
  );
}

/**
 * `load 87 % while it ran, 1 % without it (12 samples), at 1020 MHz`; null where the board told
 * none.
 */
export function gpuLoadText({ load }: GpuEvidence): string | null {
  if (load === null) return null;
  const idle = load.idle_percent === null ? '' : `, ${percent(load.idle_percent)} without it`;
  const clock = load.clock_hz === null ? '' : `, at ${Math.round(load.clock_hz / 1e6)} MHz`;
  return `load ${percent(load.median_percent)} while it ran${idle} (${formatCount(load.samples, 'sample')})${clock}`;
}

function percent(value: number): string {
  return formatPercent(value / 100);
}
