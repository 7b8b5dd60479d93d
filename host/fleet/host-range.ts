import { cleanLine } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';

/** More names than this in one range is a slip of the pen. */
const MAX_NAMES = 1000;

// Digits or single letters, so that the brackets of an IPv6 address are never taken for a range.
const item = String.raw`(?:\d+(?:[-:]\d+(?::\d+)?)?|[a-z](?:[-:][a-z])?)`;
const range = new RegExp(String.raw`^([^[]*)\[(${item}(?:,${item})*)\](.*)$`, 'iu');

/**
 * `orin-[01-03,07].local` as its names, in order; a name without a range is itself. A leading zero
 * keeps the width; several ranges multiply. Ansible's `[01:40]` and `[01:40:2]` mean the same.
 * @throws OrinError `usage` for a range that runs backwards or gives more than 1000 names.
 */
export function expandRange(text: string): string[] {
  const names = expand(text, text);
  if (names.length > MAX_NAMES) throw badRange(text, `it gives more than ${MAX_NAMES} names`);
  return names;
}

function expand(text: string, whole: string): string[] {
  const match = range.exec(text);
  if (match === null) return [text];
  const [, before = '', items = '', after = ''] = match;
  const rests = expand(after, whole);
  const values = items.split(',').flatMap((part) => valuesOf(part, whole));
  if (values.length * rests.length > MAX_NAMES) {
    throw badRange(whole, `it gives more than ${MAX_NAMES} names`);
  }
  return values.flatMap((value) => rests.map((rest) => `${before}${value}${rest}`));
}

function valuesOf(part: string, whole: string): string[] {
  const [from = '', to = from, step = '1'] = part.split(/[-:]/u);
  return /^\d/u.test(from) ? numbers(from, to, Number(step), whole) : letters(from, to, whole);
}

function numbers(from: string, to: string, step: number, whole: string): string[] {
  const [first, last] = [Number(from), Number(to)];
  if (!(first <= last)) throw badRange(whole, `${from} is more than ${to}`);
  if (step < 1) throw badRange(whole, 'its step is not at least 1');
  const count = Math.floor((last - first) / step) + 1;
  if (count > MAX_NAMES) throw badRange(whole, `it gives more than ${MAX_NAMES} names`);
  const width = from.startsWith('0') ? from.length : 0;
  return Array.from({ length: count }, (_, i) => String(first + i * step).padStart(width, '0'));
}

function letters(from: string, to: string, whole: string): string[] {
  const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
  if (first > last || last - first > 25) throw badRange(whole, `${from} is not before ${to}`);
  return Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i));
}

function badRange(text: string, why: string): OrinError {
  return new OrinError({
    code: 'usage',
    what: `cannot read the range ${cleanLine(text, 100)}`,
    why,
    next: 'write it like orin-[01-40].local or orin-[1,3,7-9]',
  });
}
