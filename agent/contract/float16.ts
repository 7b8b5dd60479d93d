/** Value of an IEEE 754 binary16 from its bits. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** Bits of the binary16 nearest to a value, ties to even, overflow to infinity. */
export function toFloat16(value: number): number {
  single[0] = value;
  const nearest = single[0];
  const bits = singleBits[0] ?? 0;
  if (nearest === value) return halfOf(bits);
  // Cut to a binary32 whose lowest bit stands for the rest, so that nothing rounds twice.
  const cut = Math.abs(nearest) > Math.abs(value) ? bits - 1 : bits;
  return halfOf(cut | 1);
}

/** Bits of the binary16s nearest to these values. */
export function toFloat16Array(values: ArrayLike<number>): Uint16Array {
  const halves = new Uint16Array(values.length);
  // `Uint16Array.from` with a function walks an iterator, which is several times as slow.
  for (let at = 0; at < halves.length; at += 1) halves[at] = toFloat16(values[at] ?? 0);
  return halves;
}

/** Of a binary32 by its bits, by integers alone, so that it is the same everywhere. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x7e00;
  // 65520 lies midway between the largest binary16 and the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | subnormalHalf(magnitude);
  // The exponent's bias falls from 127 to 15, the fraction from 23 bits to 10.
  const rebiased = magnitude - 0x38000000;
  return sign | ((rebiased + 0x0fff + ((rebiased >>> 13) & 1)) >>> 13);
}

/** For magnitudes below 2^-14: a fixed-point number in units of 2^-24. */
function subnormalHalf(magnitude: number): number {
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return 0;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const half = 1 << (shift - 1);
  const odd = (fraction >>> shift) & 1;
  return (fraction + half - 1 + odd) >>> shift;
}
