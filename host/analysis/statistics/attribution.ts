import { holm } from './holm.ts';
import { nonNegativeLeastSquares } from './nnls.ts';
import { seededRandom } from './seeded-random.ts';
import { logarithmicSteps, plainSteps, type Steps } from './window-steps.ts';

/** What one process saw, window by window from the beginning of its steady part. */
export interface WindowSeries {
  /** Excess latency of each window. */
  readonly excess: readonly number[];
  /** Of each source its rate in each window. */
  readonly rates: readonly (readonly number[])[];
}

/** What one source, or several that cannot be told apart, explains of the excess. */
interface SourceEffect {
  /** Indices of the sources: the first stands for those that move with it. */
  readonly sources: readonly number[];
  /** Share of all excess that the fit ascribes to it. */
  readonly shareOfExcess: number;
  readonly p: number;
  /** Corrected by Holm over all sources of the fit. */
  readonly pHolm: number;
}

export interface Attribution {
  readonly windows: number;
  readonly permutations: number;
  /** Most explaining first. */
  readonly effects: readonly SourceEffect[];
}

const PERMUTATIONS = 1999;
/** Sources that move together as closely as this are one. */
const SAME = 0.95;
/** A source seen in fewer windows cannot be told from chance. */
const MIN_ACTIVE_WINDOWS = 5;
/** More sources than this cost Holm's correction more than they can tell. */
const MAX_SOURCES = 32;
/** Shifts of all processes together must give more arrangements than are drawn. */
const MIN_ARRANGEMENTS = 2000;
/** What rounding leaves of a source that does the same in all processes. */
const ROUNDING = 1e-9;
/** Fewer windows have no steps to shift. */
const MIN_WINDOWS = 4;

/**
 * Excess latency by source: non-negative least squares of the steps of the logarithm of the excess,
 * from window to window, on those of the rates of all sources, without what all processes have in
 * common (window-steps.ts). The p-value is that of shifting the steps of every process' excess
 * round in a circle, each by a random number: it keeps what is left of the autocorrelation of both
 * sides and breaks only what ties them (Harris 2020, "Nonsense correlations in neuroscience").
 * Seeded. Null when there are too few windows for that. How often null data alarm, and what is
 * found: test/truth/attribution-alarms.ts.
 */
export function attributeExcess(
  processes: readonly WindowSeries[],
  seed: string,
  permutations = PERMUTATIONS,
): Attribution | null {
  const usable = processes.filter(({ excess }) => excess.length >= MIN_WINDOWS);
  const arrangements = usable.reduce((product, { excess }) => product * (excess.length - 1), 1);
  if (arrangements < MIN_ARRANGEMENTS) return null;
  const excess = usable.map((series) => series.excess);
  const total = excess.reduce((sum, values) => sum + sumOf(values), 0);
  const groups = groupsOf(usable);
  const windows = excess.reduce((sum, values) => sum + values.length, 0);
  if (groups.length === 0 || total <= 0) return { windows, permutations, effects: [] };
  const p = pValues(logarithmicSteps(excess), groups, { seed, permutations });
  const corrected = holm(p);
  const coefficients = coefficientsOf(usable, groups);
  const effects = groups.map(({ members, total: totalRate }, j) => ({
    sources: members,
    shareOfExcess: ((coefficients[j] ?? 0) * totalRate) / total,
    p: p[j] ?? 1,
    pHolm: corrected[j] ?? 1,
  }));
  effects.sort((a, b) => a.pHolm - b.pHolm || b.shareOfExcess - a.shareOfExcess);
  return { windows, permutations, effects };
}

/**
 * Share of the shifted arrangements in which a source's coefficient is at least as large as it is.
 */
function pValues(
  excess: Steps,
  groups: readonly Group[],
  { seed, permutations }: { readonly seed: string; readonly permutations: number },
): number[] {
  const columns = groups.map(({ steps }) => steps);
  const gram = gramOf(columns);
  const still = excess.own.map(() => 0);
  const observed = nonNegativeLeastSquares(gram, new Moments(columns, excess.own).at(still));
  const moments = new Moments(columns, excess.drawn);
  const atLeast = groups.map(() => 0);
  const random = seededRandom(seed);
  for (let draw = 0; draw < permutations; draw += 1) {
    const shifts = excess.drawn.map((values) => Math.floor(random() * values.length));
    const shuffled = nonNegativeLeastSquares(gram, moments.at(shifts));
    for (let j = 0; j < groups.length; j += 1) {
      if ((shuffled[j] ?? 0) >= (observed[j] ?? 0)) atLeast[j] = (atLeast[j] ?? 0) + 1;
    }
  }
  return atLeast.map((count) => (count + 1) / (permutations + 1));
}

/**
 * Excess per unit of rate for each group: in the units that were measured, which logarithms are
 * not.
 */
function coefficientsOf(
  processes: readonly WindowSeries[],
  groups: readonly Group[],
): Float64Array {
  const excess = plainSteps(processes.map((series) => series.excess)).own;
  const columns = groups.map(
    ({ members: [first = 0] }) => plainSteps(processes.map(({ rates }) => rates[first] ?? [])).own,
  );
  const still = excess.map(() => 0);
  return nonNegativeLeastSquares(gramOf(columns), new Moments(columns, excess).at(still));
}

type Column = readonly Float64Array[];

function gramOf(columns: readonly Column[]): Float64Array[] {
  return columns.map((a) => Float64Array.from(columns, (b) => together(a, b)));
}

/**
 * Products of the columns with the excess, for any shifts; those of a process with one shift are
 * made once.
 */
class Moments {
  readonly #columns: readonly Column[];
  readonly #excess: Column;
  readonly #known: readonly Map<number, Float64Array>[];

  constructor(columns: readonly Column[], excess: Column) {
    this.#columns = columns;
    this.#excess = excess;
    this.#known = excess.map(() => new Map());
  }

  at(shifts: readonly number[]): Float64Array {
    const sum = new Float64Array(this.#columns.length);
    shifts.forEach((shift, process) => {
      const moment = this.#of(process, shift);
      for (let j = 0; j < sum.length; j += 1) sum[j] = (sum[j] ?? 0) + (moment[j] ?? 0);
    });
    return sum;
  }

  #of(process: number, shift: number): Float64Array {
    const known = this.#known[process]?.get(shift);
    if (known !== undefined) return known;
    const moment = Float64Array.from(this.#columns, (column) =>
      product(column[process], this.#excess[process], shift),
    );
    this.#known[process]?.set(shift, moment);
    return moment;
  }
}

/** Sources that move together. */
interface Group {
  /** Indices of the sources; the first one is the most active. */
  readonly members: number[];
  /** Of the first, as are the figures below. */
  readonly steps: Column;
  readonly variation: number;
  /** Sum of its rates. */
  readonly total: number;
}

/**
 * Sources that vary, the most active first, with those that move with them. Nothing of the excess
 * is looked at.
 */
function groupsOf(processes: readonly WindowSeries[]): Group[] {
  const count = Math.max(0, ...processes.map(({ rates }) => rates.length));
  const candidates = Array.from({ length: count }, (_, index): Group[] => {
    const series = processes.map(({ rates }) => rates[index] ?? []);
    const active = series.flat().filter((rate) => rate > 0).length;
    if (active < MIN_ACTIVE_WINDOWS) return [];
    const steps = logarithmicSteps(series).own;
    return [
      { members: [index], steps, variation: together(steps, steps), total: sumOf(series.flat()) },
    ];
  })
    .flat()
    .filter(({ variation }) => variation > ROUNDING)
    .sort((a, b) => b.total - a.total);
  const groups: Group[] = [];
  for (const candidate of candidates) {
    const same = groups.find((group) => correlation(group, candidate) >= SAME);
    if (same) same.members.push(...candidate.members);
    else if (groups.length < MAX_SOURCES) groups.push(candidate);
  }
  return groups;
}

function correlation(a: Group, b: Group): number {
  return together(a.steps, b.steps) / Math.sqrt(a.variation * b.variation);
}

/** Sum of the products of two columns. */
function together(a: Column, b: Column): number {
  return a.reduce((sum, part, at) => sum + product(part, b[at], 0), 0);
}

/** Sum of a times b, with b shifted round by some places. */
function product(a: Float64Array | undefined, b: Float64Array | undefined, shift: number): number {
  if (a === undefined || b === undefined) return 0;
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) {
    sum += (a[i] ?? 0) * (b[(i + shift) % a.length] ?? 0);
  }
  return sum;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
