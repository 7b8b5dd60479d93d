// Unicode classes rather than ranges: Cc control, Cf format (bidirectional overrides, zero-width, BOM),
// Zl and Zp line and paragraph separators, Cs lone surrogates. Tab and newline are given back below.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
// ECMA-48: CSI …, OSC … terminated by BEL or ST, and two-character escapes.
const escapeSequence = new RegExp(
  [
    '\u001b\\[[0-?]*[ -/]*[@-~]',
    '\u001b\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?',
    '\u001b[@-_]',
  ].join('|'),
  'gu',
);

/**
 * Untrusted text made safe for a terminal and for one JSON string: escape sequences, control characters
 * and bidirectional overrides removed, tabs and newlines kept, cut at `maxLength` characters.
 */
export function cleanText(untrusted: string, maxLength = 2000): string {
  const bounded = untrusted.slice(0, maxLength * 4);
  const clean = bounded
    .replace(escapeSequence, '')
    .replace(unsafe, (character) => (character === '\n' || character === '\t' ? character : ''));
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}

/** The same on one line: runs of white space become one space. */
export function cleanLine(untrusted: string, maxLength = 300): string {
  return cleanText(untrusted.replace(/\s+/gu, ' ').trim(), maxLength);
}

/** The same of any length, on one line and otherwise as it is: cleaning it again changes nothing. */
export function cleanWords(untrusted: string): string {
  return cleanText(untrusted, Number.POSITIVE_INFINITY).replace(/[\t\n]+/g, ' ');
}
