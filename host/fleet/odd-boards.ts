import { median } from '../../agent/contract/statistics/quantile.ts';
import { studentTQuantile } from '../../agent/contract/statistics/student-t.ts';
import { type Estimate, randomEffects } from '../analysis/statistics/random-effects.ts';
import { type BoardSummary, type Condition, conditionLabels } from './board-summary.ts';

/** A condition in which a board differs from most of its kind. */
interface Difference {
  readonly condition: Condition;
  readonly value: string;
  readonly others: string;
}

/**
 * A board that is faster or slower than its peers by more than chance and the usual spread between
 * boards explain.
 */
export interface OddBoard {
  readonly name: string;
  /** The cell in which it stands out most, and in how many it does. */
  readonly cell: string;
  readonly cells: number;
  /** Its latency over that of its peers, with a 95 % interval: 1.062 is 6.2 % slower. */
  readonly ratio: number;
  readonly lo: number;
  readonly hi: number;
  /** Modified z-score of its log median among its peers. */
  readonly z: number;
  readonly peers: number;
  /**
   * `environment`: it differs from its peers in what is known of them; `hardware`: in nothing of
   * that.
   */
  readonly cause: 'environment' | 'hardware';
  /** The strongest first. */
  readonly differences: readonly Difference[];
  /** Conditions that are not known of it or of its peers. */
  readonly unknown: readonly Condition[];
}

/** Fewer boards cannot say which of them is the odd one. */
const MIN_BOARDS = 3;
/** Modified z-score beyond which a value is called an outlier (Iglewicz and Hoaglin, 1993). */
const Z_BOUND = 3.5;
/** Makes the median absolute deviation of normal noise its standard deviation. */
const MAD_TO_SIGMA = 1.4826;
/** A difference below this is none that anybody would look for. */
const LEAST_DIFFERENCE = 0.01;

/**
 * What every board of the reference has in common; where they differ in these, times are expected
 * to differ.
 */
const strongConditions = ['power.mode', 'cpu.online', 'clocks.cpu', 'board.l4t'] as const;

/**
 * The odd boards of a fleet, the most different first. Boards of one kind that agree in the strong
 * conditions are the reference; each board is held against the others of it, on the log scale: a
 * modified z-score by median and MAD finds candidates, which one odd board among the peers cannot
 * hide, and a random-effects mean over the peers gives difference and interval. A candidate counts
 * when it lies outside the range in which another board would be expected. docs/fleet.md has the
 * rules in words.
 */
export function findOddBoards(boards: readonly BoardSummary[]): readonly OddBoard[] {
  return kindsOf(boards)
    .filter((kind) => kind.length >= MIN_BOARDS)
    .flatMap(oddOfOneKind)
    .sort((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)));
}

function kindsOf(boards: readonly BoardSummary[]): readonly (readonly BoardSummary[])[] {
  const models = new Set(boards.map(({ model }) => model));
  return [...models].map((model) => boards.filter((board) => board.model === model));
}

function oddOfOneKind(kind: readonly BoardSummary[]): OddBoard[] {
  const agreeing = kind.filter((board) =>
    strongConditions.every((key) => (board.conditions[key] ?? null) === usual(kind, key)),
  );
  const reference = agreeing.length >= MIN_BOARDS ? agreeing : kind;
  const keys = [...new Set(kind.flatMap(({ cells }) => cells.map(({ key }) => key)))];
  const nameOf = new Map(kind.flatMap(({ cells }) => cells.map(({ key, name }) => [key, name])));
  const deviations = keys.flatMap((key) => deviationsIn(key, kind, reference));
  return kind.flatMap((board) => {
    const own = deviations.filter(({ name }) => name === board.name);
    const [worst] = own.sort((a, b) => Math.abs(b.z) - Math.abs(a.z));
    if (worst === undefined) return [];
    const differences = differencesOf(board, reference, worst.ratio);
    const cause = differences.length > 0 ? 'environment' : 'hardware';
    const unknown = unknownOf(board, reference);
    return [
      {
        ...worst,
        cell: nameOf.get(worst.cell) ?? worst.cell,
        cells: own.length,
        cause,
        differences,
        unknown,
      } as const,
    ];
  });
}

/** Its cell is a key. */
type Deviation = Pick<OddBoard, 'name' | 'cell' | 'ratio' | 'lo' | 'hi' | 'z' | 'peers'>;

interface Unit extends Estimate {
  readonly name: string;
  readonly processes: number;
  readonly isReference: boolean;
}

function deviationsIn(
  cell: string,
  kind: readonly BoardSummary[],
  reference: readonly BoardSummary[],
): Deviation[] {
  const units = unitsOf(cell, kind, reference);
  const among = units.filter(({ isReference }) => isReference);
  if (among.length < MIN_BOARDS) return [];
  const scores = new Map(units.map((unit) => [unit.name, modifiedZ(unit, among)]));
  const isCandidate = ({ name }: Unit) => Math.abs(scores.get(name) ?? 0) > Z_BOUND;
  return units.filter(isCandidate).flatMap((unit) => {
    // Another odd board is no peer.
    const sound = among.filter((other) => other !== unit && !isCandidate(other));
    const difference = sound.length < 2 ? null : differenceFrom(unit, sound);
    if (difference === null) return [];
    const z = scores.get(unit.name) ?? 0;
    return [{ name: unit.name, cell, z, peers: sound.length, ...difference }];
  });
}

/**
 * Mean of the log process medians of each board; the variance within boards is pooled, because each
 * has few processes.
 */
function unitsOf(
  cell: string,
  kind: readonly BoardSummary[],
  reference: readonly BoardSummary[],
): Unit[] {
  const measured = kind.flatMap((board) => {
    const found = board.cells.find(({ key }) => key === cell);
    const logs = (found?.processMedians_ns ?? []).filter((value) => value > 0).map(Math.log);
    return logs.length === 0 ? [] : [{ board, logs, value: mean(logs) }];
  });
  const squares = measured.map(({ logs, value }) => sum(logs.map((log) => (log - value) ** 2)));
  const degrees = sum(measured.map(({ logs }) => logs.length - 1));
  const pooled = degrees > 0 ? sum(squares) / degrees : 0;
  return measured.map(({ board, logs, value }, i) => {
    const own = logs.length > 1 ? (squares[i] ?? 0) / (logs.length - 1) : 0;
    return {
      name: board.name,
      value,
      variance: Math.max(own, pooled) / logs.length,
      processes: logs.length,
      isReference: reference.includes(board),
    };
  });
}

/**
 * Never finer than the error of the medians themselves: boards that agree by luck make nobody odd.
 */
function modifiedZ(unit: Unit, among: readonly Unit[]): number {
  const centre = median(among.map(({ value }) => value));
  const mad = median(among.map(({ value }) => Math.abs(value - centre)));
  const error = Math.sqrt(mean(among.map(({ variance }) => variance)));
  const scale = Math.max(MAD_TO_SIGMA * mad, error, LEAST_DIFFERENCE / 10);
  return (unit.value - centre) / scale;
}

/** Null where another board could be expected there, or the difference is too small to matter. */
function differenceFrom(
  unit: Unit,
  peers: readonly Unit[],
): Pick<Deviation, 'ratio' | 'lo' | 'hi'> | null {
  const { mean: centre, variance, between } = randomEffects(peers);
  const difference = unit.value - centre;
  const error = unit.variance + variance;
  const t = studentTQuantile(0.975, freedomOf(unit, variance, peers.length));
  const reach = t * Math.sqrt(error);
  // The prediction interval for one more board: Higgins, Thompson and Spiegelhalter, JRSS A 172
  // (2009).
  const expected =
    studentTQuantile(0.975, Math.max(1, peers.length - 1)) * Math.sqrt(error + between);
  const least = Math.abs(difference) - reach;
  if (Math.abs(difference) <= expected || least <= Math.log1p(LEAST_DIFFERENCE)) return null;
  return {
    ratio: Math.exp(difference),
    lo: Math.exp(difference - reach),
    hi: Math.exp(difference + reach),
  };
}

/** Welch and Satterthwaite, for the sum of the board's own variance and that of its peers' mean. */
function freedomOf(unit: Unit, variance: number, peers: number): number {
  const total = (unit.variance + variance) ** 2;
  const parts =
    unit.variance ** 2 / Math.max(1, unit.processes - 1) + variance ** 2 / Math.max(1, peers - 1);
  return parts > 0 ? Math.max(1, total / parts) : Math.max(1, peers - 1);
}

const conditions = Object.keys(conditionLabels) as Condition[];

function differencesOf(
  board: BoardSummary,
  reference: readonly BoardSummary[],
  ratio: number,
): Difference[] {
  const others = reference.filter((other) => other !== board);
  return conditions.flatMap((condition) => {
    if (condition === 'temperature') return temperatureDifference(board, others, ratio);
    const value = board.conditions[condition] ?? null;
    const common = usual(others, condition);
    if (value === null || common === null || value === common) return [];
    // Less waiting than the others explains nothing.
    if (value === 'no') return [];
    return [{ condition, value, others: common }];
  });
}

/**
 * No two boards are equally warm: less than this apart, or within the spread of the others, is no
 * difference.
 */
const LEAST_DEGREES = 8;
const SPREADS = 3;

/**
 * A slow board that is far hotter than its peers, or a fast one that is far cooler. The other way
 * round explains nothing.
 */
function temperatureDifference(
  board: BoardSummary,
  others: readonly BoardSummary[],
  ratio: number,
): Difference[] {
  const own = degreesOf(board);
  const known = others.flatMap((other) => degreesOf(other) ?? []);
  if (own === null || known.length < 2) return [];
  const centre = median(known);
  const mad = median(known.map((value) => Math.abs(value - centre)));
  const above = (own - centre) * Math.sign(ratio - 1);
  if (above < Math.max(LEAST_DEGREES, SPREADS * MAD_TO_SIGMA * mad)) return [];
  const text = `${centre.toFixed(1)} °C`;
  return [{ condition: 'temperature', value: `${own.toFixed(1)} °C`, others: text }];
}

function degreesOf({ conditions: { temperature } }: BoardSummary): number | null {
  const value = Number.parseFloat(temperature ?? '');
  return Number.isFinite(value) ? value : null;
}

function unknownOf(board: BoardSummary, reference: readonly BoardSummary[]): Condition[] {
  return conditions.filter(
    (condition) =>
      (board.conditions[condition] ?? null) === null || usual(reference, condition) === null,
  );
}

/** What most boards have. */
function usual(boards: readonly BoardSummary[], condition: Condition): string | null {
  const counts = new Map<string | null, number>();
  for (const board of boards) {
    const value = board.conditions[condition] ?? null;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
