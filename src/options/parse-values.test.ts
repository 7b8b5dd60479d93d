import { expect, test } from 'vitest';
import {
  durationMs,
  durationText,
  pair,
  share,
  sizeBytes,
  sizeText,
  wholeNumbers,
} from './parse-values.ts';

test('durations, sizes and shares are read with their units', () => {
  expect(durationMs('90s', '--budget')).toBe(90_000);
  expect(durationMs('1.5h', '--budget')).toBe(5_400_000);
  expect(sizeBytes('2G', '--keep')).toBe(2 * 1024 ** 3);
  expect(sizeBytes('500MB', '--keep')).toBe(500 * 1024 ** 2);
  expect(share('1%', '--precision')).toBe(0.01);
  expect(share('0.005', '--precision')).toBe(0.005);
});

test('a duration is no longer than a timer can hold', () => {
  expect(durationMs('576h', '--wait')).toBeLessThan(2 ** 31);
  expect(() => durationMs('600h', '--wait')).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: expect.stringMatching('576h'),
      next: '--wait 576h',
    }),
  );
});

test('lists lose repeats and keep their order', () => {
  expect(wholeNumbers('6,1,6,3', '--threads')).toEqual([6, 1, 3]);
});

test('a value may hold further equals signs', () => {
  expect(pair('a=b=c', '--session', { x: 'y' })).toEqual({ x: 'y', a: 'b=c' });
});

test.each([
  () => wholeNumbers('1,x', '--threads'),
  () => wholeNumbers('0', '--threads'),
  () => durationMs('10', '--budget'),
  () => durationMs('0s', '--budget'),
  () => sizeBytes('much', '--keep'),
  () => share('100%', '--precision'),
  () => pair('novalue', '--session', {}),
])('what does not fit is a usage error that shows how to write it (%#)', (read) => {
  expect(read).toThrow(expect.objectContaining({ code: 'usage', next: expect.any(String) }));
});

test.each(['90s', '10m', '1h', '500ms', '36h'])(
  'a duration is written as it is read: %s',
  (text) => {
    expect(durationText(durationMs(text, '--budget'))).toBe(text);
  },
);

test.each(['2G', '500M', '1536M', '7'])('a size is written as it is read: %s', (text) => {
  expect(sizeText(sizeBytes(text, '--keep'))).toBe(text);
});
