import type { Cell, Plan } from '../../../agent/contract/plan.ts';
import { type Disturbances, disturbancesOf } from '../../analysis/activity/disturbances.ts';
import { explained, outlierIndices } from '../../analysis/activity/slow-iterations.ts';
import { analyseCell } from '../../analysis/analyse-cell.ts';
import type { ProcessAnalysis } from '../../analysis/analyse-process.ts';
import { modelName } from '../../analysis/model-name.ts';
import type { JournalData } from '../../journal/journal-data.ts';

/** Every iteration of one process, a column each; the constant ones are said once. */
export interface ProcessSamples {
  readonly runId: string;
  readonly cell: Pick<Cell, 'id' | 'ep' | 'threads' | 'batch' | 'affinity'>;
  readonly modelName: string;
  readonly block: number;
  readonly process: number;
  readonly length: number;
  /** Board's monotonic clock less the run's origin. */
  readonly t_ns: Float64Array;
  readonly dt_ns: Float64Array;
  readonly isSteady: (index: number) => boolean;
  readonly isOutlier: (index: number) => boolean;
  /** Involuntary context switches during the iteration. */
  readonly preempted: (index: number) => number;
  readonly minorFaults: (index: number) => number;
  readonly majorFaults: (index: number) => number;
  readonly isGc: (index: number) => boolean;
  /** Within a window of telemetry with a lower clock, or with far more interrupts than usual. */
  readonly isFreqDrop: (index: number) => boolean;
  readonly isInterruptBurst: (index: number) => boolean;
}

/** The iterations of a run, process by process in the order in which they began. */
export function* samplesOf(journal: JournalData): Generator<ProcessSamples> {
  const plan = journal.hello?.plan;
  if (plan === undefined) return;
  const cells = plan.cells.map((cell) => analyseCell(cell, plan, journal.processes));
  const analyses = cells.flatMap((analysed) => {
    const disturbances = disturbancesOf(analysed, journal.tele);
    const { cell, processes } = analysed;
    return processes.map((analysis) => ({ cell, analysis, disturbances }));
  });
  analyses.sort((a, b) => a.analysis.data.process - b.analysis.data.process);
  for (const { cell, analysis, disturbances } of analyses) {
    yield samplesOfProcess(plan, cell, analysis, disturbances);
  }
}

function samplesOfProcess(
  plan: Plan,
  cell: Cell,
  analysis: ProcessAnalysis,
  disturbances: Disturbances,
): ProcessSamples {
  const { data, state } = analysis;
  const { iterations } = data;
  const outliers = new Set(outlierIndices(analysis));
  const { gc, freq_drop, interrupt_burst } = explained(analysis, disturbances);
  return {
    runId: plan.runId,
    cell,
    modelName: modelName(plan, cell.model),
    block: data.block,
    process: data.process,
    length: iterations.duration_ns.length,
    t_ns: iterations.start_ns.view(),
    dt_ns: iterations.duration_ns.view(),
    isSteady: (index) => index >= state.start,
    isOutlier: (index) => outliers.has(index),
    preempted: (index) => iterations.preempted.get(index) ?? 0,
    minorFaults: (index) => iterations.faults.get(index)?.minor ?? 0,
    majorFaults: (index) => iterations.faults.get(index)?.major ?? 0,
    isGc: (index) => gc.has(index),
    isFreqDrop: (index) => freq_drop.has(index),
    isInterruptBurst: (index) => interrupt_burst.has(index),
  };
}
