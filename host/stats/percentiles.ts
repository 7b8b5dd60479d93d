import { quantileOfSorted, sorted } from '../../agent/statistics/quantile.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * Fewest independent values from which two ranks enclose a percentile with 95 %: below it the interval would
 * have to reach beyond the largest value.
 */
export const percentileMinimum = { p90: 36, p95: 72, p99: 368, p999: 3688 } as const;
export type PercentileName = keyof typeof percentileMinimum;
const quantiles: Record<PercentileName, number> = { p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 };
const names = ['p90', 'p95', 'p99', 'p999'] as const;
const label: Record<PercentileName, string> = { p90: 'p90', p95: 'p95', p99: 'p99', p999: 'p99.9' };

const DRAWS = 2000;

export interface Percentile {
  readonly value: number | null;
  /** 95 % interval from resampling whole processes; null with fewer than two. */
  readonly lo: number | null;
  readonly hi: number | null;
  readonly nEff: number;
  readonly needed: number;
  /** Why there is no value. */
  readonly reason: string | null;
}

/**
 * Percentiles (nearest rank) of the pooled iterations of all processes, each only where the effective sample
 * size allows. Intervals by cluster bootstrap: processes are drawn, not iterations. Values are whole numbers.
 */
export function pooledPercentiles(
  processes: readonly Float64Array[],
  nEff: number,
  seed: string,
): Record<PercentileName, Percentile> {
  const pool = sorted(concatenated(processes));
  const allowed = names.filter((name) => nEff >= percentileMinimum[name]);
  const intervals = bootstrap(processes, allowed, seed);
  const of = (name: PercentileName): Percentile => {
    const needed = percentileMinimum[name];
    if (!allowed.includes(name)) {
      const reason = `${label[name]} n/a (N=${Math.floor(nEff)} < ${needed})`;
      return { value: null, lo: null, hi: null, nEff, needed, reason };
    }
    const interval = intervals.get(name);
    return {
      value: quantileOfSorted(pool, quantiles[name]),
      lo: interval?.lo ?? null,
      hi: interval?.hi ?? null,
      nEff,
      needed,
      reason: null,
    };
  };
  return { p90: of('p90'), p95: of('p95'), p99: of('p99'), p999: of('p999') };
}

/** Several series one after the other. */
export function concatenated(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

interface Bounds {
  readonly lo: number;
  readonly hi: number;
}

function bootstrap(
  processes: readonly Float64Array[],
  wanted: readonly PercentileName[],
  seed: string,
): Map<PercentileName, Bounds> {
  const bounds = new Map<PercentileName, Bounds>();
  if (processes.length < 2 || wanted.length === 0) return bounds;
  const upper = upperTail(processes);
  const random = seededRandom(seed);
  const draws = wanted.map(() => new Float64Array(DRAWS));
  const copies = new Int32Array(processes.length);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    copies.fill(0);
    for (let k = 0; k < processes.length; k += 1) {
      const chosen = Math.floor(random() * processes.length);
      copies[chosen] = (copies[chosen] ?? 0) + 1;
    }
    const values = drawnQuantiles(upper, copies, wanted);
    wanted.forEach((_, k) => {
      const into = draws[k];
      if (into !== undefined) into[draw] = values[k] ?? Number.NaN;
    });
  }
  wanted.forEach((name, k) => {
    const ascending = sorted(draws[k] ?? []);
    bounds.set(name, {
      lo: quantileOfSorted(ascending, 0.025),
      hi: quantileOfSorted(ascending, 0.975),
    });
  });
  return bounds;
}

interface Tail {
  /** Descending, with the process of each value. */
  readonly values: Float64Array;
  readonly owners: Int32Array;
  readonly sizes: Int32Array;
}

/** Value and process packed into one number, because numbers sort natively: exact below 2^53 / processes. */
function upperTail(processes: readonly Float64Array[]): Tail {
  const count = processes.length;
  const packed = sorted(
    concatenated(processes.map((part, owner) => part.map((value) => value * count + owner))),
  ).reverse();
  return {
    values: packed.map((pair) => Math.floor(pair / count)),
    owners: Int32Array.from(packed, (pair) => pair % count),
    sizes: Int32Array.from(processes, (part) => part.length),
  };
}

/**
 * Quantiles (ascending in `wanted`) of the pool in which process k occurs `copies[k]` times: counted down from
 * the largest value, so that a draw costs a tenth of the pool and no sorting.
 */
function drawnQuantiles(
  tail: Tail,
  copies: Int32Array,
  wanted: readonly PercentileName[],
): number[] {
  let total = 0;
  for (let k = 0; k < copies.length; k += 1) total += (copies[k] ?? 0) * (tail.sizes[k] ?? 0);
  const found = new Array<number>(wanted.length).fill(Number.NaN);
  let next = wanted.length - 1;
  const above = (name: PercentileName | undefined) =>
    name === undefined ? Infinity : total - Math.ceil(quantiles[name] * total - 1e-9);
  let limit = above(wanted[next]);
  let seen = 0;
  for (let i = 0; i < tail.values.length && next >= 0; i += 1) {
    seen += copies[tail.owners[i] ?? 0] ?? 0;
    while (next >= 0 && seen > limit) {
      found[next] = tail.values[i] ?? Number.NaN;
      next -= 1;
      limit = above(wanted[next]);
    }
  }
  return found;
}
