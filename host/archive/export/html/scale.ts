/** A linear map of values to places in a drawing. */
export interface Scale {
  readonly at: (value: number) => number;
  /** Round values inside the range, in order. */
  readonly ticks: readonly number[];
}

export function linearScale(
  [lo, hi]: readonly [number, number],
  [from, to]: readonly [number, number],
  tickCount = 5,
): Scale {
  const span = hi > lo ? hi - lo : Math.abs(lo) || 1;
  const at = (value: number) => from + ((value - lo) / span) * (to - from);
  return { at, ticks: roundTicks(lo, lo + span, tickCount) };
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function roundTicks(lo: number, hi: number, count: number): number[] {
  const raw = (hi - lo) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((each) => each * power >= raw) ?? 10) * power;
  const first = Math.ceil(lo / step);
  const last = Math.floor(hi / step);
  if (!(last - first < 100)) return [];
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
}

/** A coordinate with a tenth of a unit: more makes files large and pictures no finer. */
export function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}
