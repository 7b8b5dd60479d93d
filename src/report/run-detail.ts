import { basename } from 'node:path';
import { withOffline } from '../../host/analysis/activity/cpu-columns.ts';
import type { CellResult } from '../../host/analysis/result/cell-result.ts';
import { engineBuild_ns } from '../../host/analysis/timed.ts';
import type { SavedRun } from '../../host/archive/saved-runs.ts';
import { formatDuration, formatNumber, formatPercent } from '../../host/quantities/format.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { type Column, textTable } from '../terminal/text-table.ts';
import { wrapEntries } from '../terminal/wrap-text.ts';
import { completeCommands } from '../words/complete-commands.ts';
import { configItemsText } from '../words/items-text.ts';
import { counted, formatElapsed } from '../words/quantities.ts';
import { boardLines } from './board-lines.ts';
import { gpuLines, placementLines, trtexecLines } from './engine-lines.ts';
import { resultReport } from './result-report.ts';

const right = (title: string): Column => ({ title, align: 'right' });
const left = (title: string): Column => ({ title, align: 'left' });

/**
 * One run in full: the table, then for each cell what stands behind its row, then the environment.
 */
export function describeRun(run: SavedRun, terminal: Terminal): string {
  const { result } = run;
  const text = [
    ...(run.isPartial ? ['this run was not saved to its end: what its journal holds', ''] : []),
    completeCommands(resultReport(result, 'board', terminal), { runId: result.run_id }).trimEnd(),
    ...annotationLines(run),
    describeCells(run, terminal),
    '',
    terminal.colour.bold('environment'),
    ...environmentLines(run),
    '',
  ].join('\n');
  return wrapEntries(plainText(text, terminal.isUnicode), terminal.columns());
}

/** What stands behind the rows of a run's table. */
export function describeCells({ result }: SavedRun, terminal: Terminal): string {
  return result.cells
    .flatMap((cell) => [
      '',
      terminal.colour.bold(`${cell.label} (${cell.cell})`),
      ...cellLines(cell),
    ])
    .join('\n');
}

/** What a person said of the run. */
export function annotationLines({ note, baselineOf = [] }: SavedRun): string[] {
  return [
    ...(baselineOf.length > 0 ? [`  baseline of ${baselineOf.join(', ')} on such boards`] : []),
    ...(note
      ? note.split('\n').map((line, at) => `  ${at === 0 ? 'note ' : '     '} ${line}`)
      : []),
  ];
}

function cellLines(cell: CellResult): string[] {
  const iterations = `${cell.iterations.steady} steady of ${cell.iterations.total}`;
  const outliers = cell.outliers;
  const tags = tagTexts(outliers.by_tag);
  const lines = [
    `  iterations   ${iterations}, effective ${formatNumber(cell.n_eff)}; class ${cell.steady.class ?? 'unknown'}`,
    `  items        ${configItemsText(cell.config)}`,
    `  spread       min ${time(cell.min_ns)}, mean ${time(cell.mean_ns)}, max ${time(cell.max_ns)}, MAD ${time(cell.mad_ns)}`,
    `  outliers     ${outliers.count} (${formatPercent(outliers.share_of_iterations)}), ${formatPercent(outliers.share_of_excess)} of the time${tags.length > 0 ? `: ${tags.join(', ')}` : ''}`,
    `  cold start   ${coldStartText(cell)}`,
  ];
  if (cell.contention) {
    const { run_share, wait_share } = cell.contention;
    lines.push(
      `  threads      on a CPU ${formatPercent(run_share)} of the time; they waited ${formatPercent(wait_share)} of the time they wanted one`,
    );
  }
  if (cell.config.affinity_applied.length > 0) {
    lines.push(`  CPUs         allowed ${cell.config.affinity_applied.join('; ')} (read back)`);
  }
  lines.push(
    ...conditionLines(cell),
    ...placementLines(cell),
    ...gpuLines(cell),
    ...trtexecLines(cell),
    ...boardLines(cell),
    ...outputLines(cell),
    ...activityLines(cell),
    ...processLines(cell),
  );
  return lines;
}

type Tags = CellResult['outliers']['by_tag'];

/** What the last two say is of a window of telemetry: it holds the iteration, and much more. */
const tagNames: Readonly<Record<keyof Tags, string>> = {
  preempted: 'preempted',
  minor_fault: 'minor fault',
  major_fault: 'major fault',
  gc: 'gc',
  freq_drop: 'while the clock was down',
  interrupt_burst: 'during a burst of interrupts',
  unexplained: 'unexplained',
};

/** `preempted 38 (2.1 by chance)`: those that any outlier carries. */
function tagTexts(tags: Tags): string[] {
  return (Object.keys(tagNames) as (keyof Tags)[]).flatMap((name) => {
    const tag = tags[name];
    if (tag === null || tag.count === 0) return [];
    const chance =
      'expected_by_chance' in tag ? ` (${formatNumber(tag.expected_by_chance)} by chance)` : '';
    return [`${tagNames[name]} ${tag.count}${chance}`];
  });
}

function time(duration_ns: number | null): string {
  return duration_ns === null ? 'n/a' : formatDuration(duration_ns);
}

function coldStartText(cell: CellResult): string {
  const { cold_start: start, config } = cell;
  const build_ns = engineBuild_ns(cell);
  // Where no engine is kept, session times hold the building.
  const isKept = !/^(0|false)$/i.test(config.ep_options.trt_engine_cache_enable ?? '');
  const isBuiltEach =
    config.ep === 'tensorrt' &&
    (config.engine === 'ort' || (config.engine === 'ort-capi' && !isKept));
  return [
    `runtime ${time(start.spawn_to_runtime_loaded_ns)}`,
    ...(build_ns === null ? [] : [`engine build ${time(build_ns)} once`]),
    `session ${time(start.runtime_loaded_to_session_created_ns)}${isBuiltEach ? ', its engine built each time' : ''}`,
    `first iteration ${time(start.first_iteration_ns)}`,
    `to steady ${time(start.first_iteration_to_steady_ns)}`,
  ].join(', ');
}

function outputLines({ cell, outputs }: CellResult): string[] {
  if (outputs.reference === null || outputs.rel_l2 === null) return [];
  const reference = outputs.reference === cell ? 'its first process' : outputs.reference;
  const top1 =
    outputs.top1_agreement === null
      ? ''
      : `, top-1 agrees ${formatPercent(outputs.top1_agreement)}`;
  const judged = outputs.ok === null ? '; not judged' : '';
  return [
    `  outputs      against ${reference}: relative L2 ${outputs.rel_l2.toPrecision(2)}, max abs ${(outputs.max_abs ?? 0).toPrecision(2)}${top1}${judged}`,
  ];
}

function activityLines({ activity }: CellResult): string[] {
  if (!activity) return [];
  const online = activity.cpus.map((cpu) => [
    String(cpu.cpu),
    ...[cpu.usr, cpu.sys, cpu.iowait, cpu.irq, cpu.soft, cpu.steal, cpu.idle].map((value) =>
      value.toFixed(1),
    ),
  ]);
  const columns = ['CPU', '%usr', '%sys', '%iowait', '%irq', '%soft', '%steal', '%idle'].map(
    (title) => right(title),
  );
  const rows = withOffline(online, activity.cpus_offline, columns.length - 1);
  const rates = `${formatNumber(activity.interrupts_per_s)} interrupts/s, ${formatNumber(activity.context_switches_per_s)} context switches/s`;
  return [`  CPU use      ${rates}`, ...textTable(columns, rows).map((line) => `    ${line}`)];
}

function processLines(cell: CellResult): string[] {
  const rows = cell.processes.map((process) => [
    String(process.block + 1),
    process.outcome,
    time(process.median_ns),
    process.within?.half_width == null ? '' : `± ${formatPercent(process.within.half_width)}`,
    String(process.iterations),
    String(process.warm_up_iterations),
    process.class ?? '',
    process.excluded ?? '',
  ]);
  const columns = [
    right('block'),
    left('outcome'),
    right('median'),
    left('within'),
    right('iterations'),
    right('warm-up'),
    left('class'),
    left('why it does not count'),
  ];
  return ['  processes', ...textTable(columns, rows).map((line) => `    ${line}`)];
}

/** Under which conditions it was measured, and where it is kept. */
export function environmentLines({ result, directory }: SavedRun): string[] {
  const known = Object.entries(result.environment).filter(([, value]) => value !== null);
  const width = Math.max(...known.map(([name]) => name.length), 'directory'.length);
  return [
    ...known.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    `  ${'took'.padEnd(width)}  ${formatElapsed(result.run.duration_s * 1000)}, ${counted(result.run.blocks_begun, 'block')}`,
    ...variableLines(result.run.variables, width),
    `  ${'directory'.padEnd(width)}  ${directory}`,
  ];
}

/** The account's variables, by name: a value may be a secret, and never left the board. */
function variableLines(variables: SavedRun['result']['run']['variables'], width: number): string[] {
  if (variables === undefined) return [];
  const line = (title: string, names: readonly string[]) =>
    `  ${title.padEnd(width)}  ${names.length === 0 ? 'none' : names.join(', ')}`;
  return [line('vars passed', variables.passed), line('vars dropped', variables.dropped)];
}

/** What its processes loaded and inherited. */
function conditionLines({ conditions }: CellResult): string[] {
  if (conditions === null) return [];
  const { libraries, variables } = conditions;
  const shown = libraries.filter(({ sha256 }) => sha256 !== null);
  const names = libraries.filter(({ sha256 }) => sha256 === null).map(({ path }) => basename(path));
  return [
    ...shown.map(
      ({ path, sha256 }) => `  library      ${path}, sha256 ${sha256?.slice(0, 12) ?? ''}…`,
    ),
    ...(names.length > 0 ? [`  beside it    ${names.join(', ')}`] : []),
    ...(variables.length > 0 ? [`  variables    ${variables.join(', ')} of the account`] : []),
  ];
}
