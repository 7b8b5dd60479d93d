import { compareIndependent } from '../stats/compare-independent.ts';
import type { CellResult } from './cell-result.ts';
import type { Result } from './result.ts';

/** Differences below 1 % are of no practical weight. */
const THRESHOLD = 0.01;
/** With fewer processes on a side an interval over processes is indicative only; see docs/methodology.md. */
const FEW_PROCESSES = 5;

/** What is said of a cell beside the same cell of the baseline. */
export type ChangeWord = 'faster' | 'same' | 'SLOWER' | 'undecided' | 'not comparable';

/** One cell against the same cell of the baseline; the figures are null where they cannot be computed. */
export interface Change {
  readonly word: ChangeWord;
  /** Latency over that of the baseline: below 1 is faster. With its 95 % interval. */
  readonly ratio: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  /** Why it does not compare, or what to know beside the word; null where there is nothing. */
  readonly reason: string | null;
}

interface ComparedEntry {
  readonly cell: CellResult;
  /** Null in the baseline itself, and where the baseline has no such cell. */
  readonly change: Change | null;
}

/** One configuration in every run that measured it. */
export interface ComparedCell {
  readonly label: string;
  readonly model: string;
  /** In the order of the runs; null where a run has no such cell. */
  readonly entries: readonly (ComparedEntry | null)[];
}

/** A key of the environment on which not all runs agree. */
interface EnvironmentDifference {
  readonly key: string;
  /** In the order of the runs; null is unknown. */
  readonly values: readonly (string | null)[];
}

/** Runs side by side; the first is the baseline of the others. */
export interface RunComparison {
  readonly results: readonly Result[];
  readonly cells: readonly ComparedCell[];
  readonly differences: readonly EnvironmentDifference[];
  /** Keys that no run knows. */
  readonly unknown: readonly string[];
}

/**
 * Holds the measured cells of runs against those of the first, as independent samples of processes (docs/methodology.md,
 * "Comparing"). Nothing is called faster or slower where the conditions differ or a number is not sound.
 */
export function compareRuns(baseline: Result, others: readonly Result[]): RunComparison {
  const results = [baseline, ...others];
  const byKey = results.map(
    (result) =>
      new Map(
        result.cells
          .filter(({ purpose }) => purpose === 'measure')
          .map((cell) => [keyOf(cell, result), cell] as const),
      ),
  );
  const keys = new Set(byKey.flatMap((cells) => [...cells.keys()]));
  const cells = [...keys].map((key): ComparedCell => {
    const found = byKey.map((of) => of.get(key) ?? null);
    const reference = found[0] ?? null;
    const entries = found.map((cell, at): ComparedEntry | null => {
      if (cell === null) return null;
      const result = results[at];
      if (at === 0 || reference === null || result === undefined) return { cell, change: null };
      return { cell, change: changeOf(reference, cell, differencesOf([baseline, result])) };
    });
    const first = found.find((cell) => cell !== null);
    return { label: first?.label ?? '', model: first?.model ?? '', entries };
  });
  return { results, cells, differences: differencesOf(results), unknown: unknownIn(results) };
}

/** `power.mode` as people say it: `power mode`. */
export function environmentName(key: string): string {
  return key.replaceAll('.', ' ');
}

function differencesOf(results: readonly Result[]): EnvironmentDifference[] {
  return keysOf(results).flatMap((key) => {
    const values = results.map(({ environment }) => environment[key]);
    return new Set(values).size > 1 ? [{ key, values }] : [];
  });
}

function unknownIn(results: readonly Result[]): string[] {
  return keysOf(results).filter((key) =>
    results.every(({ environment }) => environment[key] === null),
  );
}

function keysOf([first]: readonly Result[]): (keyof Result['environment'])[] {
  return Object.keys(first?.environment ?? {}) as (keyof Result['environment'])[];
}

/** Cells are the same when model, purpose and configuration are; what was read back is a result. */
function keyOf({ purpose, model, config }: CellResult, { plan }: Result): string {
  const { affinity_applied: _, ...asked } = config;
  const files = plan.models.find(({ id }) => id === model)?.files ?? [];
  const content = files.map(({ sha256 }) => sha256).join();
  return JSON.stringify([purpose, content === '' ? model : content, asked]);
}

function changeOf(
  before: CellResult,
  after: CellResult,
  differences: readonly EnvironmentDifference[],
): Change {
  const [a, b] = [countedOf(before), countedOf(after)];
  const compared = compareIndependent(a, b, THRESHOLD);
  const { ratio, lo, hi } = compared ?? { ratio: null, lo: null, hi: null };
  const obstacle = obstacleOf(before, after, differences);
  if (obstacle !== null || compared === null) {
    return { word: 'not comparable', ratio, lo, hi, reason: obstacle ?? 'too few processes' };
  }
  const isFew = Math.min(a.length, b.length) < FEW_PROCESSES;
  return {
    word: words[compared.decision],
    ratio,
    lo,
    hi,
    reason: isFew ? `indicative: fewer than ${FEW_PROCESSES} processes` : null,
  };
}

const words = {
  faster: 'faster',
  slower: 'SLOWER',
  equivalent: 'same',
  inconclusive: 'undecided',
} as const;

function obstacleOf(
  before: CellResult,
  after: CellResult,
  differences: readonly EnvironmentDifference[],
): string | null {
  const [first, ...more] = differences;
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return `${environmentName(first.key)}${others} ${more.length === 0 ? 'differs' : 'differ'}`;
  }
  if (!isSound(before)) return `the baseline is ${before.verdict.kind}`;
  return isSound(after) ? null : `this cell is ${after.verdict.kind}`;
}

function isSound({ verdict }: CellResult): boolean {
  return verdict.kind === 'VALID' || verdict.kind === 'WIDE';
}

/** Process medians that count for the headline. */
function countedOf({ processes }: CellResult): number[] {
  return processes.flatMap(({ median_ns, excluded }) =>
    median_ns === null || excluded !== null ? [] : [median_ns],
  );
}
