declare const isClean: unique symbol;

/**
 * Text that a terminal shows and does not obey: no escape sequences, control, format or direction
 * characters, no half surrogate pairs. Only the functions of this file make it; the event schema
 * gives it for every text that is shown.
 */
export type CleanText = string & { readonly [isClean]: true };

// Unicode classes rather than ranges: Cc control, Cf format (bidirectional overrides, zero-width,
// BOM), Zl and Zp line and paragraph separators, Cs lone surrogates; all but tab and newline.
const unsafe = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const hasUnsafe = new RegExp(unsafe.source, 'u');
// ECMA-48: CSI …, OSC … terminated by BEL or ST, and two-character escapes.
const escapeSequence = new RegExp(
  [
    '\u001b\\[[0-?]*[ -/]*[@-~]',
    '\u001b\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?',
    '\u001b[@-_]',
  ].join('|'),
  'gu',
);
const ESC = '\u001b';
/**
 * What our own output is made of beside text: SGR (colour and weight; ECMA-48, 8.3.117) and the
 * line ends of CSV.
 */
const ours = new RegExp(`(${ESC}\\[[0-9;]*m|\r\n)`, 'u');

/**
 * Untrusted text made safe for a terminal and for one JSON string: escape sequences, control
 * characters and bidirectional overrides removed, tabs and newlines kept, cut at `maxLength`
 * characters.
 */
export function cleanText(untrusted: string, maxLength = 2000): CleanText {
  const bounded = untrusted.slice(0, maxLength * 4);
  const clean = hasUnsafe.test(bounded)
    ? bounded.replace(escapeSequence, '').replace(unsafe, '')
    : bounded;
  return (clean.length > maxLength ? `${shortened(clean, maxLength - 1)}…` : clean) as CleanText;
}

/** The first `length` characters, one less where that would cut a surrogate pair in two. */
function shortened(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}

/** The same on one line: runs of white space become one space. */
export function cleanLine(untrusted: string, maxLength = 300): CleanText {
  return cleanText(untrusted.replace(/\s+/gu, ' ').trim(), maxLength);
}

/**
 * The same of any length, on one line and otherwise as it is: cleaning it again changes nothing.
 */
export function cleanWords(untrusted: string): CleanText {
  const clean = cleanText(untrusted, Number.POSITIVE_INFINITY);
  return clean.replace(/[\t\n]+/g, ' ') as CleanText;
}

/**
 * Our own output as a terminal gets it, whatever went into it: lines, tabs and colours stay, all
 * else goes.
 */
export function cleanOutput(text: string): CleanText {
  if (!hasUnsafe.test(text)) return text as CleanText;
  const clean = (part: string) => cleanText(part, Number.POSITIVE_INFINITY);
  return text
    .split(ours)
    .map((part, at) => (at % 2 === 1 ? part : clean(part)))
    .join('') as CleanText;
}

/**
 * JSON (one document, or one a line) that says the same and is clean: what a terminal would obey is
 * written as the escape sequence that JSON has for it (RFC 8259, section 7).
 */
export function cleanJson(json: string): CleanText {
  return json.replace(unsafe, escaped) as CleanText;
}

/** One escape for each UTF-16 unit. */
function escaped(character: string): string {
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16));
  return units.map((unit) => `\\u${unit.padStart(4, '0')}`).join('');
}
