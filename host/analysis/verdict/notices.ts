import { cleanLine, cleanText } from '../../../agent/contract/clean-text.ts';
import type { Plan } from '../../../agent/contract/plan.ts';
import type { JournalData } from '../../journal/journal-data.ts';
import { runContext } from '../../plan/run-context.ts';
import { formatCount, formatPercent } from '../../quantities/format.ts';
import { sourcesText } from '../activity/interrupt-attribution.ts';
import { gpuLoadText } from '../board/gpu-evidence.ts';
import { harnessShareText } from '../harness-share.ts';
import type { Activity } from '../result/activity-result.ts';
import type { CellResult } from '../result/cell-result.ts';
import { inheritedNotices } from '../result/conditions.ts';
import type { Notice } from '../result/notice.ts';
import { loneProcess } from '../statistics/process-structure.ts';
import { telemetryCostNotices } from '../telemetry-cost.ts';
import { placementText } from './placement.ts';
import { unreadRows } from './unread-rows.ts';

/** The harness may take this share of a median before we speak of it. */
const MAX_OVERHEAD = 0.01;
/** So many outliers, or so much time lost to them, and the mean and the throughput feel it. */
const MAX_OUTLIERS = 0.01;
const MAX_EXCESS = 0.02;

/** Percent of all CPUs: our own sampler and a board's services stay far below. */
const MAX_IDLE_BUSY = 20;

/** Level of a finding, after Holm's correction. */
const SIGNIFICANT = 0.05;

type Rule = (cell: CellResult, plan: Plan) => Omit<Notice, 'cell'> | null;

/** What a reader of the numbers should know beyond the verdicts, in a fixed order. */
export function noticesOf(
  journal: JournalData,
  cells: readonly CellResult[],
  plan: Plan,
  idle: Activity | null = null,
): Notice[] {
  const fromBoard = journal.notices.map((event) => ({
    code: cleanLine(event.code, 64),
    text: cleanText(event.text),
    cell: null,
  }));
  const fromJournal = journal.problems.slice(0, 20).map((problem) => ({
    code: 'journal',
    text: `journal line ${problem.line} (byte ${problem.byte_offset}): ${problem.text}`,
    cell: null,
  }));
  const measured = cells.filter((cell) => cell.purpose === 'measure');
  const fromCells = measured.flatMap((cell) =>
    rules.flatMap((rule) => {
      const notice = rule(cell, plan);
      return notice === null ? [] : [{ ...notice, cell: cell.cell }];
    }),
  );
  const costs = telemetryCostNotices(measured, plan);
  return [
    ...cutOf(journal),
    ...fromBoard,
    ...fromJournal,
    ...unreadRows(journal),
    ...restless(idle),
    ...limited(plan),
    ...inheritedNotices(journal.processes, plan.cells),
    ...costs,
    ...fromCells,
  ];
}

/** Fewer CPUs than the board has: threads were counted against them. */
function limited({ context }: Plan): Notice[] {
  const limit = runContext.parse(context).board?.cpu_limit ?? null;
  return limit === null ? [] : [{ code: 'cpu-limit', text: limit, cell: null }];
}

/** A baseline of a busy board is none: what the other programs did is in every rate. */
function restless(idle: Activity | null): Notice[] {
  if (idle === null || idle.busy_percent <= MAX_IDLE_BUSY) return [];
  const text = `the board was ${formatPercent(idle.busy_percent / 100)} busy before the first process: something else is running on it`;
  return [{ code: 'not-idle', text, cell: null }];
}

/**
 * First of all: what was planned beyond this point was not measured, whatever the verdicts of the
 * rest.
 */
function cutOf({ bye, events }: JournalData): Notice[] {
  if (bye !== null) return [];
  const text = `the run was cut at event ${events}: this is what had been measured until then`;
  return [{ code: 'cut', text, cell: null }];
}

const rules: readonly Rule[] = [
  overhead,
  outliers,
  interrupted,
  slowdown,
  lone,
  contended,
  failures,
  placement,
  idleGpu,
  notJudged,
];

function overhead({ overhead: found }: CellResult): Omit<Notice, 'cell'> | null {
  if (found === null || Math.max(found.share, found.on_model?.lo ?? 0) < MAX_OVERHEAD) return null;
  const text = `${harnessShareText(found)} of the median is our own harness; it is not subtracted`;
  return { code: 'harness-share', text };
}

function outliers({ outliers: found }: CellResult): Omit<Notice, 'cell'> | null {
  if (found.share_of_iterations <= MAX_OUTLIERS && found.share_of_excess <= MAX_EXCESS) return null;
  const text = `${formatCount(found.count, 'outlier')} (${formatPercent(found.share_of_iterations)} of the iterations) take ${formatPercent(found.share_of_excess)} of the time: the mean and the throughput feel it`;
  return { code: 'outliers', text };
}

/** Only what chance does not explain; an association, which the words say. */
function interrupted({ attribution }: CellResult): Omit<Notice, 'cell'> | null {
  const found = attribution?.effects.filter(({ p_holm }) => p_holm < SIGNIFICANT) ?? [];
  if (found.length === 0) return null;
  const parts = found
    .slice(0, 3)
    .map(
      ({ sources, share_of_excess, p_holm }) =>
        `${sourcesText(sources)} ${formatPercent(Math.min(1, share_of_excess))} (p ${p_holm.toPrecision(1)})`,
    );
  const text = `slow iterations come together with interrupts: of the time beyond the median go with ${parts.join(', ')}`;
  return { code: 'interrupts', text };
}

function slowdown({ steady }: CellResult): Omit<Notice, 'cell'> | null {
  if (steady.by_class.slowdown === 0) return null;
  const text = `${formatCount(steady.by_class.slowdown, 'process', 'processes')} became slower while running: look at heat and clocks before the model`;
  return { code: 'slowdown', text };
}

/**
 * One process apart is no mode yet: of a mode that few processes have, so many often see none or
 * one.
 */
function lone({ processes, verdict }: CellResult): Omit<Notice, 'cell'> | null {
  const medians = processes.flatMap(({ excluded, median_ns }) =>
    excluded === null ? (median_ns ?? []) : [],
  );
  const distance = loneProcess(medians);
  if (distance === null || verdict.kind === 'INVALID') return null;
  const k = medians.length;
  const direction = distance > 0 ? 'slower' : 'faster';
  const missed = formatPercent((1 - 1 / k) ** k);
  const text = `1 of ${k} processes was ${formatPercent(Math.abs(distance))} ${direction} than the others: a mode that 1 in ${k} processes has is not seen at all in ${missed} of such runs`;
  return { code: 'lone-process', text };
}

function contended({ contention, n_processes }: CellResult): Omit<Notice, 'cell'> | null {
  if (contention === null || contention.flagged_processes.length === 0) return null;
  const text = `in ${contention.flagged_processes.length} of ${formatCount(n_processes, 'process', 'processes')} threads waited for a CPU (${formatPercent(contention.wait_share)} of their time): something else was running`;
  return { code: 'contention', text };
}

function failures(cell: CellResult): Omit<Notice, 'cell'> | null {
  const [first] = cell.processes.filter((process) => process.excluded !== null);
  if (first === undefined || cell.verdict.kind === 'INVALID') return null;
  const text = `not counted: ${formatCount(cell.n_processes_excluded, 'process', 'processes')}, the first: ${first.excluded}`;
  return { code: 'excluded', text };
}

/** Without a placement the load of the GPU decides, where the board tells it. */
function unplaced({ placement: found, gpu }: CellResult): Omit<Notice, 'cell'> {
  const why = found?.failure?.split('\n', 1)[0] ?? 'no profiled session was made';
  const load = gpu === null ? null : gpuLoadText(gpu);
  if (gpu?.proof === 'load') {
    return { code: 'gpu-by-load', text: `GPU proven by its ${load}; where the nodes ran: ${why}` };
  }
  const seen = load === null ? 'the board tells no load of its GPU' : `its ${load}`;
  return { code: 'gpu-not-proven', text: `GPU not proven: ${why}; ${seen}` };
}

/**
 * Outputs that are neither right nor wrong, or that nobody could read: nobody should take silence
 * for a yes.
 */
function notJudged({ outputs: found, trtexec, verdict }: CellResult): Omit<Notice, 'cell'> | null {
  const isCompared = found.ok === null && found.rel_l2 !== null;
  const why = trtexec?.outputs_failure ?? (isCompared ? found.reason : null);
  if (why === null || verdict.kind === 'INVALID') return null;
  return { code: 'outputs-not-judged', text: `outputs not judged: ${why}` };
}

/** Whatever else speaks for the GPU: one that stays idle is worth a look. */
function idleGpu({ gpu, verdict }: CellResult): Omit<Notice, 'cell'> | null {
  if (gpu === null || verdict.kind === 'INVALID' || gpu.load?.change !== 'idle') return null;
  if (gpu.proof === 'none') return null;
  const claim = gpu.proof === 'placement' ? 'its nodes were placed there' : 'trtexec ran there';
  const text = `the GPU stayed idle: ${gpuLoadText(gpu)}, although ${claim}`;
  return { code: 'gpu-idle', text };
}

/**
 * A GPU number without its proof is said to be none; a part of the model elsewhere is said in every
 * case.
 */
function placement(cell: CellResult): Omit<Notice, 'cell'> | null {
  const { placement: found, config, verdict } = cell;
  if (verdict.kind === 'INVALID' || config.ep === 'cpu' || config.engine === 'trtexec') return null;
  const text = found === null ? null : placementText(found);
  if (found === null || text === null) return unplaced(cell);
  if (found.nodes_on_asked === found.nodes) return null;
  return {
    code: 'partly-elsewhere',
    text: `not all of the model ran where asked: ${text}`,
  };
}
