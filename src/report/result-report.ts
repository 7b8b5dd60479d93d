import { labelUnderModel, modelName } from '../../host/analysis/model-name.ts';
import type { CellResult } from '../../host/analysis/result/cell-result.ts';
import type { Result } from '../../host/analysis/result/result.ts';
import { targetLabel } from '../../host/plan/engine-target.ts';
import { formatDuration, formatNumber, formatPercent } from '../../host/quantities/format.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { wrapSentence } from '../terminal/wrap-text.ts';
import { counted } from '../words/quantities.ts';
import { activitySummary } from './activity-report.ts';
import { energyLine } from './board-lines.ts';
import { experimentReport } from './experiment-report.ts';
import { resultTable, timedLines } from './result-table.ts';

/**
 * What a run came to, for people: a table per model, why a row is not VALID and what to do about
 * it, what the board did meanwhile, and where the run is kept.
 */
export function resultReport(result: Result, board: string, terminal: Terminal): string {
  const measured = result.cells.filter((cell) => cell.purpose === 'measure');
  const models = [...new Set(measured.map((cell) => cell.model))];
  const lines = models.flatMap((model) => {
    const cells = measured.filter((cell) => cell.model === model);
    return [
      terminal.colour.bold(modelLine(result, model, cells, board)),
      '',
      ...resultTable(cells, result, terminal),
      '',
      ...timedLines(cells),
      ...cells.flatMap(passLines),
      ...activityLine(cells, result),
      ...cells.flatMap((cell) => energyLine(cell) ?? []),
      ...cells.flatMap(verdictLines),
    ];
  });
  const text = [
    ...lines,
    ...notesOf(result),
    ...experimentReport(result, terminal),
    ...closingLines(result),
  ].join('\n');
  return `${wrapSentence(plainText(text, terminal.isUnicode), terminal.columns())}\n`;
}

function modelLine(
  result: Result,
  model: string,
  cells: readonly CellResult[],
  board: string,
): string {
  const name = modelName(result.plan, model);
  const kinds = [
    ...new Set(cells.map(({ config }) => `${targetLabel(config)} ${config.precision}`)),
  ];
  const context = result.context.board;
  const where = context?.model?.replace(/^NVIDIA /, '') ?? context?.cpu_model ?? board;
  const system = context?.jetpack ? `JetPack ${context.jetpack}` : context?.os;
  return [name, kinds.join(', '), where, system, context?.power_mode].filter(Boolean).join(' · ');
}

/**
 * Of the cell with the most threads: the one in which the CPUs have most to do beside interrupts.
 */
function activityLine(cells: readonly CellResult[], { idle }: Result): string[] {
  const [most] = [...cells].sort((a, b) => b.config.threads - a.config.threads);
  const text = most && activitySummary(most, idle);
  return text ? [`  ${cells.length > 1 ? `${labelUnderModel(most)}: ` : ''}${text}`] : [];
}

function passLines(cell: CellResult): string[] {
  if (!cell.passes) return [];
  const { images_per_pass, n, avg_s, max_s, min_s } = cell.passes;
  const seconds = (value: number) => `${formatNumber(value)} s`;
  return [
    `  ${labelUnderModel(cell)}: a pass of ${images_per_pass.toLocaleString('en')} images takes ${seconds(avg_s)} on average, at most ${seconds(max_s)}, at least ${seconds(min_s)} (${counted(n, 'pass', 'passes')})`,
  ];
}

function verdictLines(cell: CellResult): string[] {
  const { kind, reason, action } = cell.verdict;
  const labels = cell.labels
    ? [
        `  ${labelUnderModel(cell)}: top-1 ${formatPercent(cell.labels.top1)} of ${cell.labels.total} labelled images`,
      ]
    : [];
  if (kind === 'VALID') return labels;
  const lines = [...labels, `  ${kind}  ${labelUnderModel(cell)}: ${reason}`];
  return action ? [...lines, `    try: ${action}`] : lines;
}

/**
 * Notes on the whole run and on measured cells; those on calibration cells stay in the result file.
 */
function notesOf(result: Result): string[] {
  const labels = new Map(
    result.cells
      .filter((cell) => cell.purpose === 'measure')
      .map((cell) => [cell.cell, cell.label] as const),
  );
  const notes = result.warnings.flatMap(({ cell, text }) => {
    if (cell === null) return [`  ! ${text}`];
    const label = labels.get(cell);
    return label === undefined ? [] : [`  ! ${label}: ${text}`];
  });
  const ciNote = result.cells.find((cell) => cell.ci_note)?.ci_note;
  return ciNote ? [...notes, `  ! ${ciNote}`] : notes;
}

/** What each source is chosen for; docs/methodology/README.md has the figures. */
const sources: Readonly<Record<Result['plan']['telemetry'], string>> = {
  mpstat: 'mpstat, which disturbs least of those that keep a log',
  proc: 'proc',
  full: 'full',
  off: 'off',
};

function closingLines(result: Result): string[] {
  const { run } = result;
  const calibration = result.cells.find(
    (cell) => cell.purpose === 'calibration' && cell.median_ns !== null,
  );
  const ours = calibration?.median_ns
    ? `harness ${formatDuration(calibration.median_ns)} per iteration (null model)`
    : null;
  const agent = run.agent_cpu_share
    ? `supervisor and sampler (telemetry ${sources[result.plan.telemetry]}) ${formatPercent(run.agent_cpu_share.supervisor + run.agent_cpu_share.sampler)} of one CPU`
    : null;
  const processes = result.cells.reduce((sum, cell) => sum + cell.n_processes, 0);
  const what = `${counted(processes, 'process', 'processes')}, ${counted(run.iterations, 'iteration')}`;
  const ended = run.ended === 'completed' ? '' : `   ended: ${run.ended}`;
  return [
    '',
    `  ${[what, ours, agent].filter(Boolean).join(' · ')}${ended}`,
    `  saved ${result.run_id}   show: orin-remote results show ${result.run_id}`,
  ];
}
