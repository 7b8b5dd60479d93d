const unicodeRamp = [' ', '·', '░', '▒', '▓', '█'] as const;
const asciiRamp = [' ', '.', ':', '+', '*', '#'] as const;

/** Stands for a CPU that was offline: it has no share, not one of nothing. */
const OFFLINE = '-';

/**
 * What the glyphs stand for, from nothing to all; `hasOffline`: whether a map beside it has a CPU
 * without a share.
 */
export function heatLegend(isUnicode: boolean, hasOffline: boolean): string {
  const ramp = isUnicode ? unicodeRamp : asciiRamp;
  const bounds = ['0', '>0', '>4 %', '>16 %', '>36 %', '>64 %'];
  return [
    ...ramp.map((glyph, at) => `${glyph} ${bounds[at]}`).slice(1),
    ...(hasOffline ? [`${OFFLINE} n/a (offline)`] : []),
  ].join('  ');
}

/**
 * A row of CPUs cannot be narrower than one cell each: beyond this many the shares stand in numbers
 * only.
 */
const MAX_CPUS = 48;
const MAX_WIDE_CPUS = 16;

/**
 * How a total falls on the CPUs, one cell for each: by the square root of its share, so that a
 * share of 3 % is still seen beside one of 90 %. A count of null is that of a CPU that was offline.
 * Null when there are too many CPUs for a line.
 */
export function heatRow(
  { total, perCpu }: { readonly total: number; readonly perCpu: readonly (number | null)[] },
  isUnicode: boolean,
): string | null {
  const width = cellWidth(perCpu.length);
  if (width === null) return null;
  const ramp = isUnicode ? unicodeRamp : asciiRamp;
  return perCpu
    .map((count) => glyphOf(count, total, ramp).repeat(width))
    .join(width === 1 ? '' : ' ');
}

/** The CPUs over the cells; with one column for each, their last digit. */
export function heatTitle(cpus: readonly number[]): string {
  const width = cellWidth(cpus.length);
  if (width === null) return '';
  if (width === 1) return cpus.map((cpu) => String(cpu % 10)).join('');
  return cpus.map((cpu) => String(cpu).padEnd(width)).join(' ');
}

function glyphOf(count: number | null, total: number, ramp: readonly string[]): string {
  if (count === null) return OFFLINE;
  return heatGlyph(total === 0 ? 0 : count / total, ramp);
}

function heatGlyph(share: number, ramp: readonly string[]): string {
  if (share <= 0) return ramp[0] ?? ' ';
  const steps = ramp.length - 1;
  return ramp[Math.max(1, Math.ceil(Math.sqrt(share) * steps))] ?? ' ';
}

function cellWidth(cpus: number): number | null {
  if (cpus > MAX_CPUS) return null;
  return cpus > MAX_WIDE_CPUS ? 1 : 2;
}
