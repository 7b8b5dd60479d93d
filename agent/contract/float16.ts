/** Value of an IEEE 754 binary16 from its bits. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Bits of the binary16 nearest to a value, ties to even, overflow to infinity. */
export function toFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  // 65520 lies midway between the largest binary16 and the next power of two.
  if (magnitude >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(-14, magnitude === 0 ? -14 : Math.floor(Math.log2(magnitude)));
  const units = roundToEven(magnitude * 2 ** (10 - exponent));
  // A subnormal that rounds up to 1024 units is the smallest normal, and 2048 units carry into the
  // exponent: in both cases the sum below is the right pattern.
  const isNormal = units >= 1024 || exponent > -14;
  return sign | (isNormal ? ((exponent + 15 - 1) << 10) + units : units);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
