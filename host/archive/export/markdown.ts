import { harnessShareText } from '../../analysis/harness-share.ts';
import type { CellResult } from '../../analysis/result/cell-result.ts';
import type { Comparison, Result } from '../../analysis/result/result.ts';
import { engineBuild_ns, hasTrtexec, latencyMeaning, timedText } from '../../analysis/timed.ts';
import { formatDuration, formatInterval, formatNumber } from '../../quantities/format.ts';

/**
 * A result as a page of Markdown: what was measured, a person's note on it, the table, what to know
 * beside it.
 */
export function resultMarkdown(result: Result, note: string | null = null): string {
  const measured = bySoundness(result.cells.filter((cell) => cell.purpose === 'measure'));
  return `${[
    `# ${escaped(title(result, measured))}`,
    facts(result),
    ...(note === null ? [] : [quoted(note)]),
    cellTable(result, measured),
    ...verdictNotes(measured),
    ...passTable(measured),
    ...warnings(result),
    `${latencyMeaning(measured)}. The interval is over the medians of fresh processes, at 95 % or more.`,
  ].join('\n\n')}\n`;
}

function title(result: Result, cells: readonly CellResult[]): string {
  const models = [...new Set(cells.map((cell) => cell.model_name))].join(', ');
  return `${models} on ${result.context.board?.model ?? 'an unnamed board'}`;
}

function facts(result: Result): string {
  const { board, tool } = result.context;
  const parts = [
    `run ${result.run_id}`,
    result.created_utc,
    board?.jetpack == null ? null : `JetPack ${board.jetpack}`,
    board?.power_mode == null ? null : `power mode ${board.power_mode}`,
    result.environment['runtime.onnxruntime'] === null
      ? null
      : `ONNX Runtime ${result.environment['runtime.onnxruntime']}`,
    tool === null ? null : `${tool.name} ${tool.version}`,
    result.run.ended === 'completed' ? null : `the run ended: ${result.run.ended}`,
  ];
  return escaped(parts.filter((part) => part !== null).join(' · '));
}

function quoted(note: string): string {
  return note
    .split('\n')
    .map((line) => `> ${escaped(line)}`)
    .join('\n');
}

/** Rows are never hidden: those without a sound number go to the bottom. */
function bySoundness(cells: readonly CellResult[]): CellResult[] {
  return [...cells].sort((a, b) => Number(isUnsound(a)) - Number(isUnsound(b)));
}

function isUnsound(cell: CellResult): boolean {
  return cell.verdict.kind !== 'VALID' && cell.verdict.kind !== 'WIDE';
}

/** What is timed is told where it is not the same in all rows of all runs. */
function cellTable(result: Result, cells: readonly CellResult[]): string {
  const builds = cells.map(engineBuild_ns);
  const isMixed = hasTrtexec(cells);
  const isBuilt = isMixed || builds.some((build_ns) => build_ns !== null);
  const engine = [...(isMixed ? ['timed'] : []), ...(isBuilt ? ['engine build'] : [])];
  const figures = ['median, 95 % CI', 'p90', 'p99', 'per second', 'speed-up', 'harness'];
  return table(
    ['cell', ...figures, ...engine, 'verdict'],
    cells.map((cell, index) => {
      const build_ns = builds[index] ?? null;
      return [
        ...cellRow(cell, comparisonOf(result, cell)),
        ...(isMixed ? [timedText(cell)] : []),
        ...(isBuilt ? [build_ns === null ? '' : formatDuration(build_ns)] : []),
        cell.verdict.kind,
      ];
    }),
  );
}

function cellRow(cell: CellResult, comparison: Comparison | null): string[] {
  const ofMedian = (value: number | null) =>
    value === null ? 'n/a' : formatDuration(value, cell.ci?.half_width);
  return [
    cell.label,
    medianText(cell),
    ofMedian(cell.percentiles.p90.value_ns),
    ofMedian(cell.percentiles.p99.value_ns),
    cell.throughput_per_s === null ? 'n/a' : formatNumber(cell.throughput_per_s),
    speedUpText(cell, comparison),
    cell.overhead === null ? '' : harnessShareText(cell.overhead),
  ];
}

/** `~` where the blocks do not tell; nothing where the number itself is not sound. */
function speedUpText(cell: CellResult, comparison: Comparison | null): string {
  if (comparison === null || isUnsound(cell)) return '';
  if (comparison.decision === 'inconclusive') return '~';
  return `${formatNumber(comparison.speed_up.value)}×`;
}

function medianText(cell: CellResult): string {
  const { lo_ns, hi_ns } = cell.process_medians;
  if (cell.verdict.kind === 'INVALID' || cell.median_ns === null) return 'n/a';
  if (cell.verdict.kind === 'UNSTABLE' && lo_ns !== null && hi_ns !== null) {
    return `${formatDuration(lo_ns)} to ${formatDuration(hi_ns)}`;
  }
  return formatInterval(cell.median_ns, cell.ci?.half_width ?? null);
}

function comparisonOf(result: Result, cell: CellResult): Comparison | null {
  return result.comparisons.find((comparison) => comparison.cell === cell.cell) ?? null;
}

function verdictNotes(cells: readonly CellResult[]): string[] {
  const lines = cells
    .filter((cell) => cell.verdict.kind !== 'VALID')
    .map(({ label, verdict }) => {
      const action = verdict.action === null ? '' : ` Next: ${verdict.action}.`;
      return `- ${escaped(`${label}: ${verdict.kind}, ${verdict.reason}.${action}`)}`;
    });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function passTable(cells: readonly CellResult[]): string[] {
  const withPasses = cells.flatMap((cell) =>
    cell.passes === null ? [] : [{ label: cell.label, passes: cell.passes }],
  );
  const [first] = withPasses;
  if (first === undefined) return [];
  const seconds = (value: number) => formatDuration(value * 1e9);
  return [
    table(
      [`passes of ${first.passes.images_per_pass} images`, 'number', 'average', 'max', 'min'],
      withPasses.map(({ label, passes }) => [
        label,
        String(passes.n),
        seconds(passes.avg_s),
        seconds(passes.max_s),
        seconds(passes.min_s),
      ]),
    ),
  ];
}

function warnings(result: Result): string[] {
  const notes = result.cells.flatMap((cell) => cell.ci_note ?? []);
  const lines = [
    ...new Set(notes),
    ...result.warnings.map(({ cell, text }) => (cell === null ? text : `${cell}: ${text}`)),
  ];
  return lines.length === 0 ? [] : [lines.map((line) => `- ${escaped(line)}`).join('\n')];
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (fields: readonly string[]) => `| ${fields.map(escaped).join(' | ')} |`;
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(header), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/**
 * Labels and messages come from models and boards: they must not become markup, an entity or a
 * link, which GitHub makes of `https://` and `www.` as well
 * (https://github.github.com/gfm/#autolinks-extension-).
 */
export function escaped(text: string): string {
  return text
    .replace(/[\\`|<>*_~&[\]]/g, '\\$&')
    .replace(/(?<=\w):(?=\/\/)|(?<=www)\./gi, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/\s*\n\s*/g, ' ');
}
