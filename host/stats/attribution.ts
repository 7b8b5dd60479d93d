import { holm } from './holm.ts';
import { nonNegativeLeastSquares } from './nnls.ts';
import { seededRandom } from './seeded-random.ts';

/** What one process saw, window by window. */
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

/**
 * Excess latency by source: non-negative least squares of the excess of each window on the rates of all sources, each
 * process about its own mean. The p-value is that of shifting every process' excess round in a circle, each by a
 * random number of windows: it keeps the autocorrelation of both sides and breaks only what ties them. Seeded. Null
 * when there are too few windows for that.
 */
export function attributeExcess(
  processes: readonly WindowSeries[],
  seed: string,
  permutations = PERMUTATIONS,
): Attribution | null {
  const usable = processes.filter(({ excess }) => excess.length >= 3);
  const arrangements = usable.reduce((product, { excess }) => product * excess.length, 1);
  if (arrangements < MIN_ARRANGEMENTS) return null;
  const total = usable.reduce((sum, { excess }) => sum + sumOf(excess), 0);
  const groups = groupsOf(usable);
  const windows = usable.reduce((sum, { excess }) => sum + excess.length, 0);
  if (groups.length === 0 || total <= 0) return { windows, permutations, effects: [] };
  const fit = new Fit(usable, groups);
  const observed = fit.solve(usable.map(() => 0));
  const atLeast = groups.map(() => 0);
  const random = seededRandom(seed);
  for (let draw = 0; draw < permutations; draw += 1) {
    const shifts = usable.map(({ excess }) => Math.floor(random() * excess.length));
    const shuffled = fit.solve(shifts);
    for (let j = 0; j < groups.length; j += 1) {
      if ((shuffled[j] ?? 0) >= (observed[j] ?? 0)) atLeast[j] = (atLeast[j] ?? 0) + 1;
    }
  }
  const p = atLeast.map((count) => (count + 1) / (permutations + 1));
  const corrected = holm(p);
  const effects = groups.map((sources, j) => ({
    sources,
    shareOfExcess: ((observed[j] ?? 0) * fit.totalRate(j)) / total,
    p: p[j] ?? 1,
    pHolm: corrected[j] ?? 1,
  }));
  effects.sort((a, b) => a.pHolm - b.pHolm || b.shareOfExcess - a.shareOfExcess);
  return { windows, permutations, effects };
}

/** The regression with all that does not change from one shift to the next. */
class Fit {
  readonly #columns: readonly (readonly Float64Array[])[];
  readonly #excess: readonly Float64Array[];
  readonly #gram: readonly Float64Array[];
  readonly #totals: readonly number[];

  constructor(processes: readonly WindowSeries[], groups: readonly (readonly number[])[]) {
    const columnOf = (series: WindowSeries, [first = 0]: readonly number[]) =>
      series.rates[first] ?? [];
    this.#excess = processes.map(({ excess }) => centred(excess));
    // By process, then by group.
    this.#columns = processes.map((series) =>
      groups.map((group) => centred(columnOf(series, group))),
    );
    this.#gram = groups.map((_, j) =>
      Float64Array.from(groups, (_group, k) =>
        this.#columns.reduce((sum, columns) => sum + product(columns[j], columns[k], 0), 0),
      ),
    );
    this.#totals = groups.map((group) =>
      processes.reduce((sum, series) => sum + sumOf(columnOf(series, group)), 0),
    );
  }

  /** Excess per unit of rate for each group, with every process' excess shifted by its number of windows. */
  solve(shifts: readonly number[]): Float64Array {
    const moment = this.#gram.map((_, j) =>
      this.#columns.reduce(
        (sum, columns, at) => sum + product(columns[j], this.#excess[at], shifts[at] ?? 0),
        0,
      ),
    );
    return nonNegativeLeastSquares(this.#gram, moment);
  }

  totalRate(group: number): number {
    return this.#totals[group] ?? 0;
  }
}

/** Sources that vary, the most active first, with those that move with them. Nothing of the excess is looked at. */
function groupsOf(processes: readonly WindowSeries[]): number[][] {
  const count = Math.max(0, ...processes.map(({ rates }) => rates.length));
  const candidates = Array.from({ length: count }, (_, index) => {
    const columns = processes.map(({ rates }) => rates[index] ?? []);
    const parts = columns.map(centred);
    const variation = parts.reduce((sum, part) => sum + product(part, part, 0), 0);
    const active = columns.flat().filter((rate) => rate > 0).length;
    return { index, parts, variation, active, total: sumOf(columns.flat()) };
  })
    .filter(({ variation, active }) => variation > 0 && active >= MIN_ACTIVE_WINDOWS)
    .sort((a, b) => b.total - a.total);
  const groups: { readonly first: (typeof candidates)[number]; readonly members: number[] }[] = [];
  for (const candidate of candidates) {
    const same = groups.find(({ first }) => correlation(first, candidate) >= SAME);
    if (same) same.members.push(candidate.index);
    else if (groups.length < MAX_SOURCES) {
      groups.push({ first: candidate, members: [candidate.index] });
    }
  }
  return groups.map(({ members }) => members);
}

interface Column {
  readonly parts: readonly Float64Array[];
  readonly variation: number;
}

function correlation(a: Column, b: Column): number {
  const together = a.parts.reduce((sum, part, at) => sum + product(part, b.parts[at], 0), 0);
  return together / Math.sqrt(a.variation * b.variation);
}

function centred(values: readonly number[]): Float64Array {
  const mean = values.length === 0 ? 0 : sumOf(values) / values.length;
  return Float64Array.from(values, (value) => value - mean);
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
