import { labelUnderModel } from '../analysis/model-name.ts';
import type { CellResult } from '../analysis/result/cell-result.ts';
import type { Result } from '../analysis/result/result.ts';
import {
  compareIndependent,
  type IndependentComparison,
} from '../analysis/statistics/compare-independent.ts';
import { holm } from '../analysis/statistics/holm.ts';
import { measuredByKey } from './same-cell.ts';

/** Differences below 1 % are of no practical weight. */
const THRESHOLD = 0.01;
/**
 * With fewer processes on a side an interval over processes is indicative only; see
 * docs/methodology/README.md.
 */
const FEW_PROCESSES = 5;
/** Level of a word, after Holm's correction over the comparisons that could have one. */
const SIGNIFICANT = 0.05;

/** What is said of a cell beside the same cell of the baseline. */
export type ChangeWord = 'faster' | 'same' | 'SLOWER' | 'undecided' | 'not comparable';

/**
 * One cell against the same cell of the baseline; the figures are null where they cannot be
 * computed.
 */
export interface Change {
  readonly word: ChangeWord;
  /** Latency over that of the baseline: below 1 is faster. With its 95 % interval. */
  readonly ratio: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  /** Welch's p of no difference. */
  readonly p: number | null;
  /**
   * The same after Holm's correction over all changes of the comparison that can have a word; null
   * without one.
   */
  readonly p_holm: number | null;
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
  /** Id of the model, and what it is called in the first run that measured it. */
  readonly model: string;
  readonly modelName: string;
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

/** A cell beside that of the baseline, before it is known how many more are held against theirs. */
interface FoundChange {
  readonly compared: IndependentComparison | null;
  /** Why no word can be given. */
  readonly obstacle: string | null;
  /** What to know beside the word. */
  readonly remark: string | null;
}

/**
 * Holds the measured cells of runs against those of the first, as independent samples of processes
 * (docs/methodology/README.md, "Environment keys"). Nothing is called faster or slower where the
 * conditions differ, a number is not sound, or chance among so many cells explains it.
 */
export function compareRuns(baseline: Result, others: readonly Result[]): RunComparison {
  const results = [baseline, ...others];
  const byKey = results.map(measuredByKey);
  const differences = results.map((result) => differencesOf([baseline, result]));
  const keys = [...new Set(byKey.flatMap((cells) => [...cells.keys()]))];
  const rows = keys.map((key) => {
    const cells = byKey.map((of) => of.get(key) ?? null);
    const reference = cells[0] ?? null;
    const found = cells.map((cell, at): FoundChange | null => {
      const result = results[at];
      if (at === 0 || cell === null || reference === null || result === undefined) return null;
      const sides = [
        { cell: reference, result: baseline },
        { cell, result },
      ] as const;
      return findChange(...sides, differences[at] ?? []);
    });
    return { cells, found };
  });
  const nameOf = cellNames(rows.flatMap(({ cells }) => cells.flatMap((cell) => cell ?? [])));
  const changes = decideTogether(rows.flatMap(({ found }) => found.flatMap((one) => one ?? [])));
  const compared = rows.map(({ cells, found }): ComparedCell => {
    const entries = cells.map((cell, at): ComparedEntry | null => {
      const one = found[at] ?? null;
      return cell === null ? null : { cell, change: one && (changes.get(one) ?? null) };
    });
    const first = cells.find((cell) => cell !== null);
    return {
      label: first === undefined ? '' : nameOf(first),
      model: first?.model ?? '',
      modelName: first?.model_name ?? '',
      entries,
    };
  });
  return {
    results,
    cells: compared,
    differences: differencesOf(results),
    unknown: unknownIn(results),
  };
}

/**
 * Names of cells of several runs: with the model where there are two, as a run of one model does
 * not say it in its labels. Where two models have one name the beginning of the id tells which.
 */
function cellNames(cells: readonly CellResult[]): (cell: CellResult) => string {
  const models = new Map(cells.map(({ model, model_name }) => [model, model_name]));
  if (models.size < 2) return labelUnderModel;
  const names = [...models.values()];
  return (cell) => {
    const name = models.get(cell.model) ?? cell.model_name;
    const isShared = names.indexOf(name) !== names.lastIndexOf(name);
    return `${labelUnderModel(cell)} · ${name}${isShared ? ` (${cell.model.slice(0, 12)})` : ''}`;
  };
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

interface Side {
  readonly cell: CellResult;
  readonly result: Result;
}

function findChange(
  before: Side,
  after: Side,
  differences: readonly EnvironmentDifference[],
): FoundChange {
  const [a, b] = [countedOf(before.cell), countedOf(after.cell)];
  const compared = compareIndependent(a, b, THRESHOLD);
  const obstacle =
    obstacleOf(before, after, differences) ?? (compared === null ? 'too few processes' : null);
  const isFew = Math.min(a.length, b.length) < FEW_PROCESSES;
  const remarks = [
    ...(isFew ? [`indicative: fewer than ${FEW_PROCESSES} processes`] : []),
    ...(isReleaseHalfKnown(before.cell, after.cell)
      ? ['the release of ONNX Runtime is known of one only']
      : []),
  ];
  return { compared, obstacle, remark: remarks.length === 0 ? null : remarks.join('; ') };
}

/** Words for all of them at once: the more there are, the less each may be chance. */
function decideTogether(all: readonly FoundChange[]): ReadonlyMap<FoundChange, Change> {
  const family = all.filter(({ compared, obstacle }) => compared !== null && obstacle === null);
  const corrected = holm(family.map(({ compared }) => compared?.p ?? 1));
  return new Map(
    all.map((one) => {
      const at = family.indexOf(one);
      return [one, changeOf(one, at < 0 ? null : (corrected[at] ?? 1), family.length)];
    }),
  );
}

function changeOf(
  { compared, obstacle, remark }: FoundChange,
  pHolm: number | null,
  familySize: number,
): Change {
  const { ratio, lo, hi, p } = compared ?? { ratio: null, lo: null, hi: null, p: null };
  const figures = { ratio, lo, hi, p, p_holm: pHolm };
  if (compared === null || pHolm === null) {
    return { word: 'not comparable', ...figures, reason: obstacle };
  }
  const word = words[compared.decision];
  const isChance = (word === 'faster' || word === 'SLOWER') && pHolm >= SIGNIFICANT;
  if (!isChance) return { word, ...figures, reason: remark };
  const chance = `may be chance among ${familySize} (p ${pHolm.toPrecision(2)})`;
  const reason = [chance, ...(remark === null ? [] : [remark])].join('; ');
  return { word: 'undecided', ...figures, reason };
}

const words = {
  faster: 'faster',
  slower: 'SLOWER',
  equivalent: 'same',
  inconclusive: 'undecided',
} as const;

function obstacleOf(
  before: Side,
  after: Side,
  differences: readonly EnvironmentDifference[],
): string | null {
  const [first, ...more] = differences;
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return `${environmentName(first.key)}${others} ${more.length === 0 ? 'differs' : 'differ'}`;
  }
  const [old, now] = [before.cell.config.ort_version, after.cell.config.ort_version];
  if (old !== null && now !== null && old !== now) {
    return `ONNX Runtime differs (${old}, ${now})`;
  }
  if (shapesOf(before) !== shapesOf(after)) return 'the shapes of the inputs differ';
  if (!isSound(before.cell)) return `the baseline is ${before.cell.verdict.kind}`;
  return isSound(after.cell) ? null : `this cell is ${after.cell.verdict.kind}`;
}

/**
 * Of a library that the board has: which release it is was not always told. What was pushed is in
 * the environment, and trtexec has none.
 */
function isReleaseHalfKnown(
  { config: before }: CellResult,
  { config: after }: CellResult,
): boolean {
  return (
    before.engine === 'ort-capi' && (before.ort_version === null) !== (after.ort_version === null)
  );
}

function shapesOf({ cell, result }: Side): string {
  const planned = result.plan.cells.find(({ id }) => id === cell.cell);
  return JSON.stringify(planned?.inputs.map(({ name, shape }) => [name, shape]) ?? []);
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
