import { cleanText } from '../../agent/contract/clean-text.ts';

/**
 * A copy of plain data in which no text, key or value, holds what a terminal would obey: whatever
 * is added to results later is covered as well.
 */
export function cleanStrings<T>(value: T): T;
export function cleanStrings(value: unknown): unknown {
  if (typeof value === 'string') return cleaned(value);
  if (Array.isArray(value)) return value.map((item) => cleanStrings(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [cleaned(key), cleanStrings(item)]),
    );
  }
  return value;
}

const cleaned = (text: string) => cleanText(text, Number.POSITIVE_INFINITY);
