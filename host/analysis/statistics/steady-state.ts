import {
  median,
  medianOfSorted,
  quantileOfSorted,
  sorted,
} from '../../../agent/contract/statistics/quantile.ts';
import { changepoints, MIN_SEGMENT } from './changepoints.ts';
import { timerResolution } from './timer-resolution.ts';

/** Worst last, so that of two the worse can be told. */
export const steadyClasses = ['flat', 'warm-up', 'slowdown', 'no-steady-state'] as const;
export type SteadyClass = (typeof steadyClasses)[number];

export interface SteadyState {
  /** Null for a series too short to tell. */
  readonly class: SteadyClass | null;
  /** First steady iteration: the later of the live cut and where the last level begins. */
  readonly start: number;
  /** First iterations of later levels. */
  readonly changepoints: readonly number[];
}

/** Levels within 1 % are one level. */
const SAME_LEVEL = 0.01;
/** The last level holds at least this many iterations, and this share of them all. */
const MIN_STEADY = 50;
const MIN_STEADY_SHARE = 0.2;
/**
 * An excursion from the last level that returns does not end it, while excursions stay below this
 * share.
 */
const MAX_EXCURSIONS = 0.1;
/** Longer series are binned: the work grows with the square. */
const MAX_POINTS = 1000;
const CLIP_WINDOW = 200;

/**
 * Classifies the iterations of one process, warm-up included and in time order. flat: one level ·
 * warm-up: the last level is the fastest · slowdown: an earlier level was faster (heat, clocks) ·
 * no steady state: the last level is too short. Nothing is dropped by this: it labels.
 */
export function steadyState(durations: Float64Array, liveCut: number): SteadyState {
  const n = durations.length;
  if (n < 2 * MIN_SEGMENT) return { class: null, start: Math.min(liveCut, n), changepoints: [] };
  const bin = Math.ceil(n / MAX_POINTS);
  const resolution = timerResolution(durations);
  const series = clipped(binned(durations, bin), resolution);
  const edges = [0, ...changepoints(series, resolution), series.length];
  const segments = edges.slice(1).map((to, k) => segmentOf(series, edges[k] ?? 0, to));
  const level = lastLevel(segments, series.length, resolution);
  const needed = Math.max(Math.min(MIN_STEADY, n / 2), MIN_STEADY_SHARE * n);
  const found = {
    changepoints: edges.slice(1, -1).map((at) => at * bin),
    start: Math.min(n, Math.max(liveCut, level.from * bin)),
  };
  if (level.length * bin < needed) {
    return { ...found, class: 'no-steady-state', start: Math.min(liveCut, n) };
  }
  if (level.from === 0) return { ...found, class: 'flat' };
  return { ...found, class: level.wasFaster ? 'slowdown' : 'warm-up' };
}

interface Segment {
  readonly from: number;
  readonly length: number;
  readonly mean: number;
}

function segmentOf(series: Float64Array, from: number, to: number): Segment {
  const part = series.subarray(from, to);
  const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
  return { from, length: part.length, mean };
}

/**
 * The level that the series ends on: where it begins, its points, and whether an earlier one was
 * faster.
 */
function lastLevel(segments: readonly Segment[], n: number, resolution: number) {
  const last = segments.at(-1) ?? { from: 0, length: n, mean: 1 };
  const delta = Math.max(SAME_LEVEL * last.mean, resolution);
  let best = { from: last.from, length: last.length };
  let length = 0;
  for (const segment of [...segments].reverse()) {
    if (Math.abs(segment.mean - last.mean) > delta) continue;
    length += segment.length;
    const excursions = n - segment.from - length;
    if (excursions <= MAX_EXCURSIONS * (n - segment.from)) best = { from: segment.from, length };
  }
  const wasFaster = segments.some(
    (segment) => segment.from < best.from && segment.mean < last.mean - delta,
  );
  return { ...best, wasFaster };
}

/** Medians of runs of `size` values; what is left over at the end joins the last run. */
function binned(values: Float64Array, size: number): Float64Array {
  if (size === 1) return values;
  const bins = Math.floor(values.length / size);
  return Float64Array.from({ length: bins }, (_, k) =>
    median(values.subarray(k * size, k === bins - 1 ? values.length : (k + 1) * size)),
  );
}

/** For the detector only: outliers pulled in to median ± 3 · (p90 - p10) of their window. */
function clipped(values: Float64Array, resolution: number): Float64Array {
  const result = Float64Array.from(values);
  for (let from = 0; from < values.length; from += CLIP_WINDOW) {
    const to = Math.min(values.length, from + CLIP_WINDOW);
    const window = sorted(values.subarray(Math.max(0, to - CLIP_WINDOW), to));
    const centre = medianOfSorted(window);
    const spread = quantileOfSorted(window, 0.9) - quantileOfSorted(window, 0.1);
    const reach = Math.max(3 * spread, resolution);
    for (let i = from; i < to; i += 1) {
      result[i] = Math.min(centre + reach, Math.max(centre - reach, values[i] ?? 0));
    }
  }
  return result;
}
