/** Holm's step-down correction: p-values in the order given, each for the whole family at once. */
export function holm(pValues: readonly number[]): number[] {
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const corrected = new Array<number>(pValues.length).fill(1);
  let floor = 0;
  ascending.forEach(({ p, index }, rank) => {
    floor = Math.min(1, Math.max(floor, p * (pValues.length - rank)));
    corrected[index] = floor;
  });
  return corrected;
}
