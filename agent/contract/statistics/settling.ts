import { median } from './quantile.ts';

const WINDOW_NS = 500e6;
/** Windows within this of the last level are at it. */
const TOLERANCE = 0.01;
/** The last level is that of the last quarter. */
const LAST_SHARE = 0.25;

/**
 * How long a process took to settle, in milliseconds from its first iteration: the end of the last
 * two neighbouring windows of half a second whose medians both lie more than 1 % off the level of
 * the last quarter, on one side. 0 where there are none. `durations_ns` are all iterations in time
 * order; what lies between them is left out.
 */
export function settledAfterMs(durations_ns: Float64Array): number {
  const windows = windowMedians(durations_ns);
  const last = Math.max(2, Math.ceil(windows.length * LAST_SHARE));
  if (windows.length < 2 * last) return 0;
  const level = median(windows.slice(-last).map((each) => each.median_ns));
  const side = windows.map(({ median_ns }) =>
    Math.abs(median_ns / level - 1) > TOLERANCE ? Math.sign(median_ns - level) : 0,
  );
  const at = side.findLastIndex((each, i) => each !== 0 && i > 0 && each === side[i - 1]);
  return at < 0 ? 0 : (windows[at]?.end_ns ?? 0) / 1e6;
}

interface Window {
  readonly median_ns: number;
  readonly end_ns: number;
}

function windowMedians(durations_ns: Float64Array): Window[] {
  const windows: Window[] = [];
  let from = 0;
  let elapsed_ns = 0;
  let until_ns = WINDOW_NS;
  durations_ns.forEach((duration_ns, i) => {
    elapsed_ns += duration_ns;
    if (elapsed_ns < until_ns) return;
    windows.push({ median_ns: median(durations_ns.subarray(from, i + 1)), end_ns: elapsed_ns });
    from = i + 1;
    until_ns = elapsed_ns + WINDOW_NS;
  });
  return windows;
}
