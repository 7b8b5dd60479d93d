import { escaped, table } from '../archive/export/markdown.ts';
import { formatCount, formatDuration, formatInterval, formatNumber } from '../quantities/format.ts';
import type { FailureGroup } from './board-failure.ts';
import type { BoardSummary, CellSummary } from './board-summary.ts';
import { type FleetReport, oddSentence } from './fleet-report.ts';

/** A fleet run as a page of Markdown: a table for each cell, odd boards, failures. */
export function fleetMarkdown(report: FleetReport): string {
  const parts = [
    `# ${escaped(report.name ?? 'Fleet run')} (${escaped(report.id)})`,
    `${report.createdUtc}, ${formatCount(report.boards.length, 'board')} gave a result.`,
    ...report.cells.flatMap(({ key, cell, median_ns, min_ns, max_ns }) => [
      `## ${escaped(cell)}`,
      table(['board', 'median, 95 % CI', 'p99', 'per second', 'verdict'], rows(report.boards, key)),
      `Median of the boards ${formatDuration(median_ns)}, from ${formatDuration(min_ns)} to ${formatDuration(max_ns)}.`,
    ]),
    ...(report.odd.length === 0
      ? []
      : ['## Odd boards', report.odd.map((odd) => `- ${escaped(oddSentence(odd))}`).join('\n')]),
    ...failures('Unreachable', report.unreachable),
    ...failures('Failed', report.failed),
  ];
  return `${parts.join('\n\n')}\n`;
}

function rows(boards: readonly BoardSummary[], key: string): string[][] {
  return bySpeed(boards, key).map(({ board, cell }) => [
    board.name,
    cell.median_ns === null ? 'n/a' : formatInterval(cell.median_ns, cell.halfWidth),
    cell.p99_ns === null ? 'n/a' : formatDuration(cell.p99_ns),
    cell.throughputPerS === null ? 'n/a' : formatNumber(cell.throughputPerS),
    cell.verdict,
  ]);
}

/** The boards that measured a cell, the fastest first; those without a number last. */
export function bySpeed(
  boards: readonly BoardSummary[],
  key: string,
): readonly { readonly board: BoardSummary; readonly cell: CellSummary }[] {
  return boards
    .flatMap((board) => {
      const cell = board.cells.find((each) => each.key === key);
      return cell === undefined ? [] : [{ board, cell }];
    })
    .sort(
      (a, b) =>
        (a.cell.median_ns ?? Number.POSITIVE_INFINITY) -
        (b.cell.median_ns ?? Number.POSITIVE_INFINITY),
    );
}

function failures(title: string, groups: readonly FailureGroup[]): string[] {
  if (groups.length === 0) return [];
  const lines = groups.map(({ boards, cause }) => `- ${escaped(`${boards.join(', ')}: ${cause}`)}`);
  return [`## ${title}`, lines.join('\n')];
}
