/**
 * Nine significant digits: far beyond any measurement, and short of where machines' arithmetic may
 * differ.
 */
const DIGITS = 9;

/** A copy of plain data in which every number that is no integer has nine significant digits. */
export function roundNumbers<T>(value: T): T;
export function roundNumbers(value: unknown): unknown {
  if (typeof value === 'number') {
    return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
  }
  if (Array.isArray(value)) return value.map((item) => roundNumbers(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, roundNumbers(item)]),
    );
  }
  return value;
}

/** What JSON cannot say is null. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
