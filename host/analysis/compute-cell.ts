import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { EventOf } from '../../agent/contract/events.ts';
import { type Cell, itemsPerIteration, type Plan } from '../../agent/contract/plan.ts';
import {
  type CellInterval,
  cellInterval,
} from '../../agent/contract/statistics/between-processes.ts';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { engineWords } from '../journal/engine-words.ts';
import type { JournalData, ProcessData } from '../journal/journal-data.ts';
import { boardActivity, contention, steadySpans } from './activity/board-activity.ts';
import { disturbancesOf } from './activity/disturbances.ts';
import { attributeInterrupts } from './activity/interrupt-attribution.ts';
import { pooledIterations } from './activity/pooled-iterations.ts';
import { summarizeOutliers } from './activity/slow-iterations.ts';
import type { CellAnalysis } from './analyse-cell.ts';
import { type ProcessAnalysis, processFailure } from './analyse-process.ts';
import { boardStateOver } from './board/board-state.ts';
import { energyOf } from './board/energy.ts';
import { gpuEvidence } from './board/gpu-evidence.ts';
import { coldStart } from './cold-start.ts';
import { modelName } from './model-name.ts';
import { outputAgreement } from './output-agreement.ts';
import { processResult } from './process-result.ts';
import type { CellResult, Interval } from './result/cell-result.ts';
import { conditionsOf } from './result/conditions.ts';
import type { Result } from './result/result.ts';
import { finiteOrNull } from './round-numbers.ts';
import { passTimes_ns, summarizePasses } from './statistics/passes.ts';
import { type SteadyClass, steadyClasses } from './statistics/steady-state.ts';
import { trtexecResult } from './trtexec-result.ts';
import { placementOf } from './verdict/placement.ts';
import { type Evidence, relativeSd, verdictOf } from './verdict/verdict.ts';

const LEVEL = 0.95;

export interface CellSurroundings {
  readonly plan: Plan;
  readonly journal: JournalData;
  readonly runEnded: Result['run']['ended'];
  /** Ids of the cells that run on the CPU. */
  readonly cpuCells: ReadonlySet<string>;
  readonly reference: { readonly cell: Cell; readonly output: EventOf<'output'> } | null;
}

/** Everything that a run says about one cell, but the harness' share, which takes another cell. */
export function computeCell(analysis: CellAnalysis, around: CellSurroundings): CellResult {
  const { cell, counted, processes } = analysis;
  const data = counted.map((process) => process.data);
  const outputs = outputAgreement(
    cell,
    processes.map((process) => process.data),
    around.reference,
  );
  const spans = steadySpans(data);
  const board = boardStateOver(spans, around.journal.tele.board);
  const blocked = contention(data, cell.threads);
  const medians = counted.flatMap((process) => process.median_ns ?? []);
  const found = cellInterval(medians, around.plan.effort.precision);
  const profile = around.journal.placements.get(cell.id);
  // trtexec tells layers, and runs nowhere else.
  const placement = cell.engine === 'trtexec' ? null : placementOf(cell.ep, profile);
  const verdict = verdictOf(
    evidenceOf(analysis, around, { outputs, medians, blocked, board, placement }),
  );
  const hidesInterval = verdict.kind === 'UNSTABLE' || verdict.kind === 'INVALID';
  const isInvalid = verdict.kind === 'INVALID';
  return {
    cell: cell.id,
    label: cleanLine(cell.label),
    purpose: cell.purpose,
    model: cell.model,
    model_name: modelName(around.plan, cell.model),
    config: configOf(cell, processes),
    verdict,
    median_ns: isInvalid ? null : (found?.estimate ?? medians[0] ?? null),
    ci: found === null || hidesInterval ? null : interval(found),
    ci_note: around.plan.effort.name === 'quick' ? 'quick: ±CI is indicative' : null,
    ci_within: withinProcesses(counted),
    process_medians: {
      lo_ns: medians.length === 0 ? null : Math.min(...medians),
      hi_ns: medians.length === 0 ? null : Math.max(...medians),
      relative_sd: relativeSd(medians),
    },
    n_processes: counted.length,
    n_processes_excluded: processes.length - counted.length,
    ...pooledIterations(analysis),
    steady: steadySummary(counted),
    outliers: summarizeOutliers(counted, disturbancesOf(analysis, around.journal.tele)),
    passes: passes(analysis, around.plan),
    cold_start: coldStart(data),
    overhead: null,
    contention: blocked,
    activity: boardActivity(spans, around.journal.tele),
    attribution: attributeInterrupts(analysis, around.journal.tele, around.plan.seed),
    board,
    energy: energyOf(analysis, around.journal.tele, around.plan),
    placement,
    gpu: gpuEvidence(analysis, around.journal, placement, around.cpuCells),
    trtexec: trtexecResult(data, profile),
    outputs,
    conditions: conditionsOf(processes.map((process) => process.data)),
    labels: labelsOf(data),
    processes: processes.map(processResult),
  };
}

function evidenceOf(
  { processes, counted, cell }: CellAnalysis,
  { journal, runEnded, plan }: CellSurroundings,
  known: Pick<Evidence, 'outputs' | 'medians' | 'placement'> &
    Pick<CellResult, 'board'> & {
      readonly blocked: CellResult['contention'];
    },
): Evidence {
  const failed = processes.filter((process) => processFailure(process.data) !== null);
  return {
    begun: processes.length,
    counted: counted.length,
    failures: failed.flatMap((process) => processFailure(process.data) ?? []),
    failureMessage: failureMessage(failed.at(-1)),
    failureText: failed.at(-1)?.data.ended?.message ?? '',
    failureNext: cleanLine(failed.at(-1)?.data.ended?.next ?? '', 1024),
    exclusions: processes.flatMap((process) => process.excluded ?? []),
    isGivenUp: journal.cellEnds.get(cell.id) === 'failed',
    runEnded,
    outputs: known.outputs,
    throttled: known.board?.throttling.slice(0, 3).join('; ') || null,
    placement: known.placement,
    classes: counted.map((process) => process.state.class),
    medians: known.medians,
    blocks: counted.flatMap(({ data, median_ns }) => (median_ns === null ? [] : data.block)),
    flaggedByContention: known.blocked?.flagged_processes.length ?? 0,
    effort: plan.effort,
  };
}

/**
 * A refusal that comes with advice is a sentence of ours, then what it follows from; any other is
 * the engine's own, all of it. The last words of what crashed say the most.
 */
function failureMessage(failed: ProcessAnalysis | undefined): string {
  const { message = '', outcome, next = null } = failed?.data.ended ?? {};
  if (outcome !== 'refused') return engineWords(message.trim().split('\n').at(-1) ?? '');
  return engineWords(next === null ? message : (message.split('\n', 1)[0] ?? ''));
}

function configOf(cell: Cell, processes: readonly ProcessAnalysis[]): CellResult['config'] {
  return {
    engine: cell.engine,
    ep: cell.ep,
    ep_options: cell.epOptions,
    ort_library: cell.ortLibrary,
    ort_version: processes.find(({ data }) => data.ortVersion !== null)?.data.ortVersion ?? null,
    threads: cell.threads,
    inter_op_threads: cell.interOpThreads,
    affinity: cell.affinity,
    affinity_applied: [
      ...new Set(
        processes.map((process) => process.data.cpusAllowed).filter((list) => list !== ''),
      ),
    ],
    batch: cell.batch,
    items_per_iteration: itemsPerIteration(cell),
    items_from: cell.batch === null ? { rule: 'none', dimension: null } : (cell.batchFrom ?? null),
    precision: cell.precision,
    graph_optimization: cell.graphOptimization,
    spinning: cell.spinning,
    session_config: cell.sessionConfig,
    ...(cell.isSteered && { interrupts_moved: true as const }),
  };
}

function interval(found: CellInterval): Interval {
  return {
    lo_ns: found.lo,
    hi_ns: found.hi,
    level: LEVEL,
    method: found.isPrecise ? 'spread-limit-log-process-medians' : 't-log-process-medians',
    half_width: found.halfWidth,
  };
}

function withinProcesses(counted: readonly ProcessAnalysis[]): CellResult['ci_within'] {
  if (counted.length === 0) return null;
  const widths = counted.map((process) => process.interval?.halfWidth ?? Infinity);
  return { half_width: finiteOrNull(median(widths)), method: 'order-statistic-ess' };
}

function steadySummary(counted: readonly ProcessAnalysis[]): CellResult['steady'] {
  const number = (name: SteadyClass) =>
    counted.filter((process) => process.state.class === name).length;
  const byClass = {
    flat: number('flat'),
    'warm-up': number('warm-up'),
    slowdown: number('slowdown'),
    'no-steady-state': number('no-steady-state'),
  };
  const most = Math.max(...Object.values(byClass));
  // Of equally many the worse, which comes later.
  const usual = most === 0 ? undefined : steadyClasses.findLast((name) => byClass[name] === most);
  return {
    class: usual ?? null,
    by_class: byClass,
    warm_up_iterations_median:
      counted.length === 0 ? null : median(counted.map((process) => process.state.start)),
  };
}

/** Passes are counted from the worker's own cut on: that is where it began to count them. */
function passes({ cell, counted }: CellAnalysis, plan: Plan): CellResult['passes'] {
  const images = plan.effort.imagesPerPass;
  if (images === null) return null;
  const perPass = Math.ceil(images / itemsPerIteration(cell));
  const times = counted.flatMap((process) =>
    passTimes_ns(process.data.iterations.duration_ns.view().subarray(process.liveCut), perPass),
  );
  const summary = summarizePasses(times);
  if (summary === null) return null;
  return {
    images_per_pass: images,
    n: summary.n,
    avg_s: summary.avgS,
    max_s: summary.maxS,
    min_s: summary.minS,
  };
}

function labelsOf(processes: readonly ProcessData[]): CellResult['labels'] {
  const labels = processes.map((process) => process.output?.labels).find((one) => one != null);
  if (labels == null || labels.total === 0) return null;
  return { ...labels, top1: labels.correct / labels.total };
}
