import { cleanLine } from '../../agent/contract/clean-text.ts';

/** Bounds on what a board may tell us, far above anything real. */
const MAX_LINES = 200_000;
const MAX_VALUE = 2000;

/**
 * The probe's `key=value` lines by key, in their order. Values are cleaned and bounded, still
 * unchecked.
 */
export interface ProbeAnswer {
  first(key: string): string | null;
  all(key: string): readonly string[];
}

/**
 * Reads the output of the probe script; lines that are no `key=value` are ignored, never guessed
 * at.
 */
export function readAnswer(output: string): ProbeAnswer {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n', MAX_LINES)) {
    const match = /^([a-z0-9]{1,16})=(.*)$/s.exec(line);
    const key = match?.[1];
    if (!key) continue;
    const value = cleanLine(match?.[2] ?? '', MAX_VALUE);
    const known = values.get(key);
    if (known) known.push(value);
    else values.set(key, [value]);
  }
  return {
    first: (key) => values.get(key)?.[0] || null,
    all: (key) => values.get(key) ?? [],
  };
}

/** A non-negative decimal integer that JavaScript holds exactly, or null. */
export function wholeNumber(text: string | undefined | null): number | null {
  if (!text || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
