import fc from 'fast-check';

/**
 * Texts that a terminal, a spreadsheet, a browser or a reader of Markdown would obey, each with a
 * word to find it by.
 */
export const hostileTexts: readonly string[] = [
  '\u001b]52;c;ZXZpbA==\u0007evil',
  '\u001b[2J\u001b[1;1Hevil',
  '\u009d52;c;ZXZpbA==\u009cevil',
  '\u009b31mevil',
  '\u001bPevil\u001b\\',
  'evil\u202e\u2066\u200b\u200d\ufeff\u00ad',
  'evil\n✓ all is well\r\nevil',
  'e\tvil\b\b\r\u007f',
  'evil\u2028evil\u2029',
  'evil\ud800',
  '\udc00evil\u{e0041}',
  `evil${'x'.repeat(5000)}`,
  '=HYPERLINK("https://evil.example")',
  '@SUM(1+1)|evil',
  '<script>evil</script>&#x202e;',
  '](https://evil.example) | `evil` ![evil](x)',
];

export const hostileText: fc.Arbitrary<string> = fc.constantFrom(...hostileTexts);

/** What no output may hold: all but line breaks and, where they are ours, colours. */
export const obeyed = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
