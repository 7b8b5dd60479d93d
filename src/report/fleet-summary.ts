import type { FailureGroup } from '../../host/fleet/board-failure.ts';
import { bySpeed } from '../../host/fleet/fleet-markdown.ts';
import { type FleetReport, oddSentence } from '../../host/fleet/fleet-report.ts';
import { formatDuration, formatNumber, formatPercent } from '../../host/quantities/format.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { type Column, headedTable } from '../terminal/text-table.ts';
import { counted } from '../words/quantities.ts';

const right = (title: string, dropOrder?: number): Column => ({
  title,
  align: 'right',
  ...(dropOrder === undefined ? {} : { dropOrder }),
});

const columns: readonly Column[] = [
  { title: 'board', align: 'left' },
  right('median'),
  right('95 % CI'),
  right('of all', 4),
  right('p90', 3),
  right('p99', 1),
  right('max', 2),
  right('inf/s', 0),
  { title: 'verdict', align: 'left' },
];

/** A table by board for each cell, the fastest first, then the boards that are odd and why. */
export function fleetTables(report: FleetReport, terminal: Terminal): string[] {
  const lines = report.cells.flatMap(({ key, cell: name, median_ns }) => {
    const rows = bySpeed(report.boards, key).map(({ board, cell }) => [
      board.name,
      durationOf(cell.median_ns, cell.halfWidth),
      cell.halfWidth === null ? '' : `± ${formatPercent(cell.halfWidth)}`,
      cell.median_ns === null ? '' : distance(cell.median_ns / median_ns),
      durationOf(cell.p90_ns),
      durationOf(cell.p99_ns),
      durationOf(cell.max_ns),
      cell.throughputPerS === null ? '' : formatNumber(cell.throughputPerS),
      cell.verdict,
    ]);
    return [terminal.colour.bold(name), ...headedTable(columns, rows, terminal), ''];
  });
  const { note } = glyphsFor(terminal.isUnicode);
  const odd = report.odd.map((each) => `${terminal.colour.yellow(note)} ${oddSentence(each)}`);
  return [...lines, ...(odd.length > 0 ? [...odd, ''] : [])].map((line) =>
    plainText(line, terminal.isUnicode),
  );
}

function durationOf(duration_ns: number | null, halfWidth?: number | null): string {
  return duration_ns === null ? 'n/a' : formatDuration(duration_ns, halfWidth);
}

/** Distance from the median of all boards: `+3 %`, `-1 %`, `=`. */
function distance(ratio: number): string {
  const percent = Math.round((ratio - 1) * 100);
  return percent === 0 ? '=' : `${percent > 0 ? '+' : ''}${percent} %`;
}

/**
 * What came of it in one line that cannot be missed, then failures by their cause, then the command
 * that goes on.
 */
export function closingLines(report: FleetReport, terminal: Terminal): string[] {
  const { colour, isUnicode } = terminal;
  const { failed } = glyphsFor(isUnicode);
  const lines = [colour.bold(countsLine(report))];
  for (const group of report.failed) lines.push(failureLine(colour.bold.red(failed), group));
  for (const group of report.unreachable) lines.push(failureLine(colour.bold.red('?'), group));
  const { counts, id } = report;
  if (counts.running + counts.left > 0) {
    lines.push(`still on their boards: orin-remote fleet attach ${id}`);
  }
  const toRetry = counts.failed + counts.unreachable + counts.cancelled + counts.pending;
  lines.push(
    toRetry > 0
      ? `retry these: orin-remote fleet retry ${id}`
      : `saved ${id}   again: orin-remote fleet show ${id}`,
  );
  return lines.map((line) => plainText(line, isUnicode));
}

function countsLine({ counts, cells }: FleetReport): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = [
    `${counts.done} measured`,
    ...(['failed', 'unreachable', 'cancelled'] as const)
      .filter((outcome) => counts[outcome] > 0)
      .map((outcome) => `${counts[outcome]} ${outcome}`),
    ...(counts.running + counts.left > 0 ? [`${counts.running + counts.left} still running`] : []),
    ...(counts.pending > 0 ? [`${counts.pending} not begun`] : []),
  ];
  const [first] = cells;
  const spread =
    first === undefined
      ? ''
      : `    median ${formatDuration(first.median_ns)}, ${formatDuration(first.min_ns)} to ${formatDuration(first.max_ns)}${cells.length > 1 ? ` (${first.cell})` : ''}`;
  return `${counted(total, 'board')}: ${parts.join(', ')}${spread}`;
}

const MAX_NAMES = 8;

function failureLine(mark: string, { boards, cause }: FailureGroup): string {
  const more = boards.length - MAX_NAMES;
  const names = boards.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const same = boards.length > 1 ? `   (same error, ${boards.length} boards)` : '';
  return `  ${mark} ${names}   ${cause}${same}`;
}
