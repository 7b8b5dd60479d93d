import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromFloat16 } from '../../../agent/contract/float16.ts';
import { type TensorDtype, tensorDtypes } from '../../../agent/contract/plan.ts';
import { parseRange } from './input-range.ts';
import { type SeededTensor, seededTensor } from './seeded.ts';

function make(dtype: TensorDtype, elements: number, more: Partial<SeededTensor> = {}): Buffer {
  const tensor = { input: 'x', dtype, elements, seed: 7, distribution: 'uniform' as const };
  return Buffer.from(seededTensor({ ...tensor, ...more }));
}

const singles = (bytes: Buffer) =>
  Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));

test('these values stay the same for ever: results are compared across versions', () => {
  expect(make('float32', 3).toString('hex')).toMatchInlineSnapshot(`"32d5d83ec8a57f3e48b9983e"`);
  expect(
    make('int64', 3, { range: { min: '-5', max: '30521' } }).toString('hex'),
  ).toMatchInlineSnapshot(`"7b320000000000008c230000000000007320000000000000"`);
  expect(make('string', 2).toString()).toMatchInlineSnapshot(`"["u2xvvs","hqebza"]"`);
});

test('every type: the first elements do not depend on how many follow', () => {
  for (const dtype of tensorDtypes) {
    const [few, many] = [make(dtype, 5), make(dtype, 50)];
    if (dtype === 'string') {
      expect(JSON.parse(many.toString()).slice(0, 5)).toEqual(JSON.parse(few.toString()));
    } else {
      expect(many.length).toBe(few.length * 10);
      expect(many.subarray(0, few.length).equals(few)).toBe(true);
    }
  }
});

test('inputs and seeds differ', () => {
  expect(make('float32', 4, { input: 'y' })).not.toEqual(make('float32', 4));
  expect(make('float32', 4, { seed: 8 })).not.toEqual(make('float32', 4));
});

test('float types hold the same numbers', () => {
  const values = singles(make('float32', 100));
  const doubles = make('float64', 100);
  const halves = make('float16', 100);
  for (const [i, value] of values.entries()) {
    expect(doubles.readDoubleLE(i * 8)).toBe(value);
    expect(Math.abs(fromFloat16(halves.readUInt16LE(i * 2)) - value)).toBeLessThan(2 ** -11);
    expect(value >= 0 && value < 1).toBe(true);
  }
});

test('normal values have mean 0 and deviation 1; a range makes them uniform in it', () => {
  const normal = singles(make('float32', 20_000, { distribution: 'normal' }));
  const mean = normal.reduce((sum, value) => sum + value, 0) / normal.length;
  const variance = normal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normal.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  const range = { min: '-2.5', max: '3' };
  const uniform = singles(make('float32', 1000, { distribution: 'normal', range }));
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(-2.5);
  expect(Math.max(...uniform)).toBeLessThanOrEqual(3);
  expect(Math.max(...uniform) - Math.min(...uniform)).toBeGreaterThan(5);
});

test('integers stay inside their range and reach its ends, 64-bit ones exactly', () => {
  const bounds = fc.tuple(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(0n, 5n));
  fc.assert(
    fc.property(bounds, ([low, span]) => {
      const high = low + span > 2n ** 63n - 1n ? low : low + span;
      const bytes = make('int64', 200, { range: { min: `${low}`, max: `${high}` } });
      const seen = new Set(Array.from({ length: 200 }, (_, i) => bytes.readBigInt64LE(i * 8)));
      expect(seen.size).toBe(Number(high - low + 1n));
      for (const value of seen) expect(value >= low && value <= high).toBe(true);
    }),
  );
  const full = make('uint64', 50, { range: { min: '0', max: '18446744073709551615' } });
  expect(
    Array.from({ length: 50 }, (_, i) => full.readBigUInt64LE(i * 8)).some((v) => v >> 63n),
  ).toBe(true);
  const small = make('int8', 300, { range: { min: '-128', max: '127' } });
  expect(new Set(small).size).toBeGreaterThan(150);
  expect(new Set(make('int32', 100))).toEqual(new Set([0, 1]));
  expect(new Set(make('bool', 100))).toEqual(new Set([0, 1]));
});

test.each([
  ['uint8', '0', '256', 'uint8 holds 0 to 255'],
  ['int64', '0', '9223372036854775808', 'int64 holds'],
  ['int32', '0.5', '2', 'whole numbers'],
  ['int32', '3', '2', 'ends before it begins'],
  ['float32', '1', '0', 'ends before it begins'],
  ['float32', '0', '1e999', 'not finite'],
  ['bool', '0', '1', 'it is bool'],
] as const)('%s from %s to %s is refused', (dtype, min, max, why) => {
  expect(() => make(dtype, 1, { range: { min, max } })).toThrow(
    expect.objectContaining({ code: 'input-mismatch', why: expect.stringContaining(why) }),
  );
});

test('--range', () => {
  expect(parseRange('input_ids=0..30521')).toEqual({
    name: 'input_ids',
    range: { min: '0', max: '30521' },
  });
  expect(parseRange('a=b=-1.5..+2e3')?.range).toEqual({ min: '-1.5', max: '+2e3' });
  for (const text of ['x', 'x=1', 'x=1..', 'x=a..b', '=1..2'])
    expect(parseRange(text)).toBe(undefined);
});
