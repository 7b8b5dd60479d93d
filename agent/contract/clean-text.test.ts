import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanLine, cleanText } from './clean-text.ts';

test('escape sequences go whole, tabs and newlines stay', () => {
  expect(cleanText('a\u001b[31mred\u001b[0m\tb\nc\u001b]0;title\u0007d\u0000\u202ee')).toBe(
    'ared\tb\ncde',
  );
});

test('a line is one line and never longer than asked', () => {
  expect(cleanLine('  two\r\n\tlines  ')).toBe('two lines');
  expect(cleanLine('x'.repeat(500), 10)).toBe(`${'x'.repeat(9)}…`);
});

test('no input lets a control or format character through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (input) => {
      expect(cleanText(input)).not.toMatch(/[^\P{Cc}\n\t]|\p{Cf}|\p{Zl}|\p{Zp}/u);
    }),
  );
});
