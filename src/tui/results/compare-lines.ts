import type { CellResult } from '../../../host/results/cell-result.ts';
import { formatDuration, formatNumber, formatPercent } from '../../../host/results/format.ts';
import type { Result } from '../../../host/results/result.ts';
import type { SavedRun } from '../../../host/results/saved-runs.ts';
import { compareIndependent } from '../../../host/stats/compare-independent.ts';
import { type Column, textTable } from '../../output/text-table.ts';
import { rule } from '../frame/text.ts';
import type { Theme } from '../frame/theme.ts';

/** Differences below 1 % are of no practical weight. */
const THRESHOLD = 0.01;

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string, dropOrder?: number): Column => ({
  title,
  align: 'right',
  ...(dropOrder === undefined ? {} : { dropOrder }),
});

/** Two runs side by side, the first as the baseline: words, ratios with intervals, and what differs around them. */
export function compareLines(
  baseline: SavedRun,
  run: SavedRun,
  columns: number,
  theme: Theme,
): string[] {
  const differences = environmentDifferences(baseline.result, run.result);
  const rows = pairsOf(baseline.result, run.result).map((pair) => rowOf(pair, differences, theme));
  const table = textTable(
    [
      left('cell'),
      right('baseline'),
      right('this run'),
      right('change'),
      left('95 % CI'),
      left(''),
    ],
    rows,
    columns,
  );
  const only = [
    ...onlyIn(baseline.result, run.result).map((label) => `  only in the baseline: ${label}`),
    ...onlyIn(run.result, baseline.result).map((label) => `  only in this run: ${label}`),
  ];
  return [
    ` baseline  ${nameOf(baseline)}`,
    ` this run  ${nameOf(run)}`,
    rule('latency: medians over processes', columns, theme),
    ...(rows.length > 0 ? table : ['  no cell is in both']),
    ...only,
    rule('conditions', columns, theme),
    ...conditionLines(differences, theme),
  ];
}

function nameOf({ runId, result }: SavedRun): string {
  const { board } = result.context;
  return [runId, board?.model ?? board?.cpu_model, board?.power_mode].filter(Boolean).join('  ');
}

interface Difference {
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** Keys of the environment that differ: results compare only where all of them agree. */
function environmentDifferences(before: Result, after: Result): Difference[] {
  const keys = Object.keys(before.environment) as (keyof Result['environment'])[];
  return keys.flatMap((key) => {
    const values = [before.environment[key], after.environment[key]] as const;
    const [a, b] = values;
    return a === b ? [] : [{ key, before: a ?? 'unknown', after: b ?? 'unknown' }];
  });
}

interface CellPair {
  readonly before: CellResult;
  readonly after: CellResult;
}

function pairsOf(before: Result, after: Result): CellPair[] {
  const others = new Map(after.cells.map((cell) => [keyOf(cell, after), cell]));
  return before.cells.flatMap((cell) => {
    const other = others.get(keyOf(cell, before));
    return other === undefined ? [] : [{ before: cell, after: other }];
  });
}

function onlyIn(one: Result, other: Result): string[] {
  const keys = new Set(other.cells.map((cell) => keyOf(cell, other)));
  return one.cells.filter((cell) => !keys.has(keyOf(cell, one))).map(({ label }) => label);
}

/** Cells are the same when model, purpose and configuration are; what was read back is a result. */
function keyOf({ purpose, model, config }: CellResult, { plan }: Result): string {
  const { affinity_applied: _, ...asked } = config;
  const files = plan.models.find(({ id }) => id === model)?.files ?? [];
  const content = files.map(({ sha256 }) => sha256).join();
  return JSON.stringify([purpose, content === '' ? model : content, asked]);
}

function rowOf(
  { before, after }: CellPair,
  differences: readonly Difference[],
  theme: Theme,
): string[] {
  const compared = compareIndependent(countedOf(before), countedOf(after), THRESHOLD);
  const medians = [before, after].map(({ median_ns, ci }) =>
    median_ns === null ? 'none' : formatDuration(median_ns, ci?.half_width ?? null),
  );
  if (compared === null)
    return [before.label, ...medians, '', '', 'not comparable: too few processes'];
  const { ratio, lo, hi, decision } = compared;
  const interval = `${signed(lo - 1)} to ${signed(hi - 1)}`;
  const [first] = differences;
  const word =
    first === undefined ? wordOf(decision, theme) : `not comparable: ${first.key} differs`;
  return [before.label, ...medians, signed(ratio - 1), interval, word];
}

/** Process medians that count for the headline. */
function countedOf({ processes }: CellResult): number[] {
  return processes.flatMap(({ median_ns, excluded }) =>
    median_ns === null || excluded !== null ? [] : [median_ns],
  );
}

function wordOf(
  decision: NonNullable<ReturnType<typeof compareIndependent>>['decision'],
  theme: Theme,
): string {
  switch (decision) {
    case 'faster':
      return theme.done('faster');
    case 'slower':
      return theme.note('SLOWER');
    case 'equivalent':
      return 'same';
    case 'inconclusive':
      return theme.dim('undecided: measure longer');
    default:
      return decision satisfies never;
  }
}

/** `-4.1 %`, `+12 %`; a change beyond twice is said as a factor. */
function signed(change: number): string {
  if (change > 1) return `${formatNumber(1 + change)}×`;
  return `${change < 0 ? '-' : '+'}${formatPercent(Math.abs(change))}`;
}

function conditionLines(differences: readonly Difference[], theme: Theme): string[] {
  if (differences.length === 0) return [`  ${theme.done(theme.glyphs.done)} the same in both`];
  return differences.flatMap(({ key, before, after }) => [
    `  ${theme.note(theme.glyphs.note)} ${key} differs`,
    `      baseline: ${before}`,
    `      this run: ${after}`,
  ]);
}
