/** How a number of interrupts falls on the CPUs. */
export interface Spread {
  readonly total: number;
  /** One for each CPU of the dump. */
  readonly perCpu: readonly number[];
  /**
   * Greatest over mean: 1 is even, the number of CPUs is all on one; null when nothing was counted.
   */
  readonly imbalance: number | null;
  /** The CPU that has most; null when nothing was counted. */
  readonly busiest: { readonly cpu: number; readonly share: number } | null;
}

/** The spread of counts over `cpus`, which name the columns. */
export function spreadOf(cpus: readonly number[], perCpu: readonly number[]): Spread {
  const total = perCpu.reduce((sum, value) => sum + value, 0);
  if (total === 0) return { total, perCpu, imbalance: null, busiest: null };
  const most = Math.max(...perCpu);
  return {
    total,
    perCpu,
    imbalance: (most * perCpu.length) / total,
    busiest: { cpu: cpus[perCpu.indexOf(most)] ?? 0, share: most / total },
  };
}

/** Sum of rows, column by column. */
export function columnSums(width: number, rows: readonly (readonly number[])[]): number[] {
  return Array.from({ length: width }, (_, k) => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0));
}

/**
 * A share from 0 to 1 as `32.5 %`; near the whole with two decimals, and never rounded up to it or
 * down to nothing.
 */
export function sharePercent(share: number): string {
  if (share === 1) return '100 %';
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return '<0.1 %';
  return percent >= 99 ? `${Math.min(99.99, percent).toFixed(2)} %` : `${percent.toFixed(1)} %`;
}
