import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandRange } from './host-range.ts';

test.each([
  ['orin-[08-11].local', ['orin-08.local', 'orin-09.local', 'orin-10.local', 'orin-11.local']],
  ['orin-[8-10]', ['orin-8', 'orin-9', 'orin-10']],
  ['me@orin-[1,3,7-8]:2222', [1, 3, 7, 8].map((n) => `me@orin-${n}:2222`)],
  ['rack[a-b]-[1-2]', ['racka-1', 'racka-2', 'rackb-1', 'rackb-2']],
  ['web[01:07:3]', ['web01', 'web04', 'web07']],
  ['plain.local', ['plain.local']],
  ['[::1]:22', ['[::1]:22']],
  ['me@[2001:db8::7]', ['me@[2001:db8::7]']],
])('%s', (text, names) => {
  expect(expandRange(text)).toEqual(names);
});

test.each(['orin-[9-3]', 'orin-[0-1000]', 'a[1-40]b[1-40]', 'a[1:9:0]'])(
  '%s is refused with an example of how to write it',
  (text) => {
    expect(() => expandRange(text)).toThrow(
      expect.objectContaining({ code: 'usage', next: expect.stringContaining('orin-[01-40]') }),
    );
  },
);

test('a range gives every number once, in order, all as wide as its first where that begins with 0', () => {
  const range = fc
    .tuple(fc.nat(500), fc.nat(400), fc.integer({ min: 1, max: 5 }))
    .map(([first, more, width]) => ({ first, last: first + more, width }));
  fc.assert(
    fc.property(range, ({ first, last, width }) => {
      const from = String(first).padStart(width, '0');
      const names = expandRange(`a-[${from}-${last}].b`);
      const digits = names.map((name) => /^a-(\d+)\.b$/.exec(name)?.[1] ?? '');
      expect(digits.map(Number)).toEqual(
        Array.from({ length: last - first + 1 }, (_, i) => first + i),
      );
      for (const text of digits) {
        expect(text.length).toBe(
          from.startsWith('0')
            ? Math.max(from.length, String(Number(text)).length)
            : String(Number(text)).length,
        );
      }
    }),
    { numRuns: 60 },
  );
});

test('whatever brackets hold, it is expanded, kept or refused in words', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-c[\]0-9:,-]{0,20}$/), (text) => {
      try {
        expect(expandRange(text).length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toMatchObject({ name: 'OrinError', code: 'usage' });
      }
    }),
    { numRuns: 300 },
  );
});
