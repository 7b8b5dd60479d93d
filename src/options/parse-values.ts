import { OrinError } from '../../host/errors.ts';

const usage = (what: string, next: string) => new OrinError({ code: 'usage', what, next });

/** A whole number of at least `min`. @throws OrinError `usage` */
export function wholeNumber(text: string, option: string, min = 1): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < min) {
    throw usage(
      `${option} ${text}: not a whole number of at least ${min}`,
      `${option} ${Math.max(min, 1)}`,
    );
  }
  return value;
}

/** `1,3,6` without repeats, in the order given. @throws OrinError `usage` */
export function wholeNumbers(text: string, option: string): number[] {
  return [...new Set(text.split(',').map((part) => wholeNumber(part.trim(), option)))];
}

/** One of `choices` per comma-separated item. @throws OrinError `usage` */
export function choicesFrom<T extends string>(
  text: string,
  option: string,
  choices: readonly T[],
): T[] {
  return text.split(',').map((part) => {
    const choice = choices.find((candidate) => candidate === part.trim());
    if (choice === undefined) {
      throw usage(`${option} ${part}: unknown`, `${option} takes ${choices.join(', ')}`);
    }
    return choice;
  });
}

const durationUnitsMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Timers hold 2^31 - 1 ms, less than 25 days; what is longer would fire at once. */
const MAX_DURATION_MS = 24 * 24 * 3_600_000;

/** `90s`, `10m`, `1.5h`, `500ms` in milliseconds, up to 24 days. @throws OrinError `usage` */
export function durationMs(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  const unit = durationUnitsMs[match?.[2] ?? ''];
  const value = Math.round(Number(match?.[1]) * (unit ?? Number.NaN));
  if (!Number.isFinite(value) || value <= 0) {
    throw usage(`${option} ${text}: not a duration`, `write it like ${option} 90s, 10m or 1h`);
  }
  if (value > MAX_DURATION_MS) {
    const most = `${MAX_DURATION_MS / 3_600_000}h`;
    throw usage(`${option} ${text}: longer than ${most} (24 days)`, `${option} ${most}`);
  }
  return value;
}

/** The shortest text that `durationMs` reads as this. */
export function durationText(ms: number): string {
  return inLargestUnit(ms, durationUnitsMs);
}

const sizeUnitsBytes: Record<string, number> = {
  '': 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** `500M`, `2G` in bytes (powers of 1024). @throws OrinError `usage` */
export function sizeBytes(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)i?B?$/i.exec(text.trim());
  const unit = sizeUnitsBytes[(match?.[2] ?? '').toUpperCase()];
  const value = Math.round(Number(match?.[1]) * (unit ?? Number.NaN));
  if (!match || !Number.isFinite(value)) {
    throw usage(`${option} ${text}: not a size`, `write it like ${option} 2G or 500M`);
  }
  return value;
}

/** The shortest text that `sizeBytes` reads as this. */
export function sizeText(bytes: number): string {
  return inLargestUnit(bytes, sizeUnitsBytes);
}

/** In the largest unit of which it is a whole number; the first is the smallest. */
function inLargestUnit(value: number, units: Readonly<Record<string, number>>): string {
  const sizes = Object.entries(units);
  const [unit, size] = sizes.findLast(([, each]) => value % each === 0) ?? sizes[0] ?? ['', 1];
  return `${value / size}${unit}`;
}

/** `1%` or `0.01` as a share. @throws OrinError `usage` */
export function share(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const value = Number(match?.[1]) / (match?.[2] === '%' ? 100 : 1);
  if (!match || !(value > 0 && value < 1)) {
    throw usage(`${option} ${text}: not a share between 0 and 100 %`, `write it like ${option} 1%`);
  }
  return value;
}

/** For an option that says two things of one name: which of them was meant, nobody knows. */
function twice(option: string, name: string): OrinError {
  return usage(`${option} says ${name} twice`, 'leave one of the two out');
}

/**
 * `key=value` of a repeatable option, added to what it said before, each key once. @throws
 * OrinError `usage`
 */
export function pair(
  text: string,
  option: string,
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0) throw usage(`${option} ${text}: no "="`, `write it like ${option} name=value`);
  return withEntry(before, text.slice(0, at), text.slice(at + 1), option);
}

/** A record with one more entry. @throws OrinError `usage` where it has one of this name. */
export function withEntry<T>(
  before: Readonly<Record<string, T>>,
  name: string,
  value: T,
  option: string,
): Record<string, T> {
  if (Object.hasOwn(before, name)) throw twice(option, name);
  return Object.fromEntries([...Object.entries(before), [name, value]]);
}
