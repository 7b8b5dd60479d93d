/** Times of whole passes, in seconds: as the thesis reports them. */
export interface Passes {
  readonly n: number;
  readonly avgS: number;
  readonly maxS: number;
  readonly minS: number;
}

/**
 * Cuts steady iterations (nanoseconds, in time order) into passes of `perPass` iterations and sums
 * each; what does not fill a pass counts for none.
 */
export function passTimes_ns(steady: Float64Array, perPass: number): number[] {
  const whole = Math.floor(steady.length / perPass);
  return Array.from({ length: whole }, (_, k) =>
    steady.subarray(k * perPass, (k + 1) * perPass).reduce((sum, value) => sum + value, 0),
  );
}

/** Average, longest and shortest of pass times; null without a whole pass. */
export function summarizePasses(times_ns: readonly number[]): Passes | null {
  if (times_ns.length === 0) return null;
  const seconds = times_ns.map((time) => time / 1e9);
  return {
    n: seconds.length,
    avgS: seconds.reduce((sum, value) => sum + value, 0) / seconds.length,
    maxS: Math.max(...seconds),
    minS: Math.min(...seconds),
  };
}
