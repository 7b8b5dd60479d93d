import type { ChalkInstance } from 'chalk';
import type { Result } from '../../host/analysis/result/result.ts';
import {
  type Change,
  type ChangeWord,
  type ComparedCell,
  environmentName,
  type RunComparison,
} from '../../host/archive/compare-runs.ts';
import { formatChange, formatDuration } from '../../host/quantities/format.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type Column, textTable } from '../terminal/text-table.ts';

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

/** Runs as letters: the baseline is A. */
function letterOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + (index % 26));
}

/**
 * Runs side by side, the first as the baseline: words, ratios with intervals, and what differs
 * around them.
 */
export function compareReport(comparison: RunComparison, terminal: Terminal): string[] {
  const { bold } = terminal.colour;
  const { results, cells, differences } = comparison;
  return [
    bold('runs'),
    ...runLines(results, terminal.columns()),
    '',
    bold('latency: medians over processes'),
    ...(cells.length === 0 ? ['  nothing was measured'] : cellTables(comparison, terminal)),
    '',
    bold('conditions'),
    ...(differences.length === 0
      ? [`  ${glyphsFor(terminal.isUnicode).done} the same in all`]
      : differences.flatMap(({ key, values }) => [
          `  ! ${environmentName(key)} differs`,
          ...values.map((value, at) => `      ${letterOf(at)}  ${value ?? 'unknown'}`),
        ])),
    ...unknownLine(comparison, terminal),
  ];
}

function unknownLine({ results, unknown }: RunComparison, { colour }: Terminal): string[] {
  const names = unknown.map(environmentName).join(', ');
  if (names === '') return [];
  return [colour.dim(`  not known of ${results.length > 2 ? 'any' : 'either'}: ${names}`)];
}

function runLines(results: readonly Result[], maxWidth: number): string[] {
  const rows = results.map(({ run_id, context, environment, created_utc }, at) => [
    letterOf(at),
    run_id,
    at === 0 ? 'baseline' : '',
    (context.board?.model ?? context.board?.cpu_model ?? '').replace(/^NVIDIA /, ''),
    environment['power.mode'] ?? '',
    created_utc.slice(0, 16).replace('T', ' '),
  ]);
  const columns = [
    ...['', 'run', ''].map(left),
    { ...left('board'), dropOrder: 2 },
    { ...left('power'), dropOrder: 1 },
    { ...left('made, UTC'), dropOrder: 3 },
  ];
  return textTable(columns, rows, maxWidth);
}

/** Side by side where there is room; else a table for each run against the baseline. */
function cellTables({ results, cells }: RunComparison, terminal: Terminal): string[] {
  const all = results.map((_, at) => at);
  const together = tableOf(cells, all, terminal, Number.POSITIVE_INFINITY);
  const widest = Math.max(...together.map((line) => line.length));
  if (results.length === 2 || widest <= terminal.columns()) {
    return tableOf(cells, all, terminal, terminal.columns());
  }
  return all
    .slice(1)
    .flatMap((at) => [
      `  ${letterOf(at)} against A`,
      ...tableOf(cells, [0, at], terminal, terminal.columns()),
    ]);
}

function tableOf(
  cells: readonly ComparedCell[],
  shown: readonly number[],
  terminal: Terminal,
  maxWidth: number,
): string[] {
  const columns = [
    left('cell'),
    ...shown.flatMap((at) => {
      const median = right(`${letterOf(at)} median`);
      return at === 0 ? [median] : [median, left('change, 95 % CI'), left(''), left('')];
    }),
  ];
  const rows = cells
    .filter(({ entries }) => shown.some((at) => entries[at]))
    .map((cell) => [cell.label, ...shown.flatMap((at) => fieldsOf(cell, at, terminal))]);
  return textTable(columns, rows, maxWidth);
}

function fieldsOf({ entries }: ComparedCell, at: number, terminal: Terminal): string[] {
  const entry = entries[at] ?? null;
  const blank = at === 0 ? [] : ['', '', ''];
  if (entry === null) return ['none', ...blank];
  const { median_ns, ci } = entry.cell;
  const median = median_ns === null ? 'none' : formatDuration(median_ns, ci?.half_width ?? null);
  if (at === 0) return [median];
  if (entry.change === null) return [median, '', `only in ${letterOf(at)}`, ''];
  const { figures, word, reason } = changeText(entry.change, terminal.colour);
  return [median, figures, word, reason];
}

/** A change in its parts: `-4.1 % (-4.4 to -3.8 %)`, `faster`, what to know beside it. */
export function changeText(
  { word, ratio, lo, hi, reason }: Change,
  colour: ChalkInstance,
): { readonly figures: string; readonly word: string; readonly reason: string } {
  const figures =
    ratio === null || lo === null || hi === null
      ? ''
      : `${formatChange(ratio - 1)}  ${formatChange(lo - 1)} to ${formatChange(hi - 1)}`;
  const shown: Readonly<Record<ChangeWord, string>> = {
    faster: colour.blue('faster'),
    same: 'same',
    SLOWER: colour.yellow('SLOWER'),
    undecided: colour.dim('undecided: measure longer'),
    'not comparable': `not comparable: ${reason ?? ''}`,
  };
  const beside = word === 'not comparable' || reason === null ? '' : colour.dim(reason);
  return { figures, word: shown[word], reason: beside };
}
