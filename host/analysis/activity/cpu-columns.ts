import type { Activity, Rate } from '../result/activity-result.ts';

/** Stands where a figure would, of a CPU that was offline. */
export const NOT_AVAILABLE = 'n/a';

/**
 * Rows of text that begin with the number of their CPU, and among them one of n/a for each CPU that
 * was offline.
 */
export function withOffline(
  rows: readonly (readonly string[])[],
  offline: readonly number[],
  fields: number,
): (readonly string[])[] {
  const notAvailable = Array.from({ length: fields }, () => NOT_AVAILABLE);
  return [...rows, ...offline.map((cpu) => [String(cpu), ...notAvailable])].sort(
    ([a], [b]) => Number(a) - Number(b),
  );
}

/** Columns of a table of rates: the CPUs that it has and those that were offline, in order. */
export function cpuColumns(
  table: { readonly cpus: readonly number[] },
  { cpus_offline }: Pick<Activity, 'cpus_offline'>,
): number[] {
  return [...new Set([...table.cpus, ...cpus_offline])].sort((a, b) => a - b);
}

/** The rates of these columns; null where the table does not have the CPU. */
export function onColumns(
  columns: readonly number[],
  table: { readonly cpus: readonly number[] },
  { cpus_per_s }: Pick<Rate, 'cpus_per_s'>,
): (number | null)[] {
  return columns.map((cpu) => cpus_per_s[table.cpus.indexOf(cpu)] ?? null);
}
