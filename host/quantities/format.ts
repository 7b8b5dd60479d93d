const durationUnits = [
  { name: 'ns', size_ns: 1 },
  { name: 'µs', size_ns: 1e3 },
  { name: 'ms', size_ns: 1e6 },
  { name: 's', size_ns: 1e9 },
] as const;

/** Three figures at most: no measurement of ours supports a fourth. */
const MAX_FIGURES = 3;

/**
 * How many significant figures a value supports whose interval has this half-width (a share of the
 * value): the last figure is the first one that the interval leaves in doubt.
 */
function supportedFigures(value: number, halfWidth: number | null | undefined): number {
  if (halfWidth === null || halfWidth === undefined || !(halfWidth > 0)) return MAX_FIGURES;
  if (!Number.isFinite(halfWidth)) return 1;
  const leading = Math.floor(Math.log10(Math.abs(value)));
  const doubtful = Math.floor(Math.log10(Math.abs(value) * halfWidth));
  return Math.min(MAX_FIGURES, Math.max(1, leading - doubtful + 1));
}

/** A number with so many significant figures, never in exponent form: `15.1`, `1110`, `0.042`. */
export function formatNumber(value: number, figures = MAX_FIGURES): string {
  if (!Number.isFinite(value)) return 'n/a';
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(figures));
  // The largest that there are round to beyond them.
  if (!Number.isFinite(rounded)) return 'n/a';
  const decimals = figures - 1 - Math.floor(Math.log10(Math.abs(rounded)));
  return rounded.toFixed(Math.min(100, Math.max(0, decimals)));
}

/**
 * A duration in the unit that suits it: `15.1 ms`, with no more figures than its interval supports.
 */
export function formatDuration(duration_ns: number, halfWidth?: number | null): string {
  if (!Number.isFinite(duration_ns)) return 'n/a';
  if (duration_ns === 0) return '0 ns';
  const figures = supportedFigures(duration_ns, halfWidth);
  // Rounded before the unit is chosen, so that 999.9 µs is 1.00 ms and not 1000 µs.
  const rounded = Math.abs(Number(duration_ns.toPrecision(figures)));
  const unit = durationUnits.findLast((candidate) => rounded >= candidate.size_ns);
  const { name, size_ns } = unit ?? durationUnits[0];
  return `${formatNumber(duration_ns / size_ns, figures)} ${name}`;
}

/** A share as a percentage with two figures: `0.6 %`, `12 %`, `150 %`. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return 'n/a';
  const percent = share * 100;
  if (Math.abs(percent) >= 10) return `${Math.round(percent)} %`;
  if (Math.abs(percent) < 0.001) return '0 %';
  return `${Number(percent.toPrecision(percent >= 1 ? 2 : 1))} %`;
}

/** A duration with its half-width: `15.1 ms ±0.6 %`. */
export function formatInterval(duration_ns: number, halfWidth: number | null): string {
  const duration = formatDuration(duration_ns, halfWidth);
  return halfWidth === null ? duration : `${duration} ±${formatPercent(halfWidth)}`;
}

/** A number of things in words: `1 process`, `3 processes`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** `-4.1 %`, `+12 %`; a change beyond twice is said as a factor. */
export function formatChange(change: number): string {
  if (change > 1) return `${formatNumber(1 + change)}×`;
  return `${change < 0 ? '-' : '+'}${formatPercent(Math.abs(change))}`;
}
