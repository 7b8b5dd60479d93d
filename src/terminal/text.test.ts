import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { canvasOf } from '../../test/support/frames.ts';
import { clip, padEnd, widthOf } from './text.ts';

const { theme } = canvasOf({ columns: 80, rows: 24 });
const pieces = fc.constantFrom(
  ...[
    'a',
    ' ',
    '~',
    '°',
    '±',
    '·',
    '×',
    '…',
    '›',
    '↑',
    '─',
    '█',
    '░',
    '●',
    '◐',
    '✓',
    '✗',
    '⣿',
    '⡇',
  ],
  ...[
    '\t',
    '\n',
    'ü',
    '日',
    'e\u0301',
    '👍🏽',
    '\u200b',
    '\u001b[36m',
    '\u001b[0m',
    '\u001b[1;31m',
  ],
);
const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));

test('a text is as wide as it is, however quickly that was found out', () => {
  void fc.assert(
    fc.property(texts, (text) => {
      expect(widthOf(text)).toBe(stringWidth(text));
    }),
  );
});

test('what is cut or filled up has the width that was asked for', () => {
  void fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 60 }), (text, columns) => {
      expect(widthOf(clip(text, columns, theme))).toBeLessThanOrEqual(columns);
      expect(clip(text, columns, theme)).not.toMatch(/[\t\n]/);
      expect(padEnd(text, columns, theme)).not.toMatch(/[\t\n]/);
      expect(widthOf(padEnd(text, columns, theme))).toBe(columns);
    }),
  );
});

test('a text that is cut says so, wide characters counted as two', () => {
  expect(clip('abcdef', 6, theme)).toBe('abcdef');
  expect(clip('abcdefg', 6, theme)).toBe('abcde…');
  expect(clip('漢字漢字', 6, theme)).toBe('漢字…');
});
