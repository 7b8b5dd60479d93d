/**
 * IEEE 754 binary16 bit patterns of `values`, rounded to nearest, ties to even; Node 20 has no
 * Float16Array. Integer arithmetic only, so that the result is the same everywhere.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = halfOf(bits[i] ?? 0);
  return halves;
}

function halfOf(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const magnitude = single & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  // 65520 and above round to infinity.
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

/** The number that a binary16 bit pattern stands for. */
export function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
