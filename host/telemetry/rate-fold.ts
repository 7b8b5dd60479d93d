import type { RateTable } from './mpstat-sample.ts';

/** One interrupt or softirq over a whole log. */
export interface SourceSummary {
  readonly source: string;
  /** Mean over the log, all CPUs together. */
  readonly per_s: number;
  /** Of all sources in the table. */
  readonly share: number;
  /** Mean while the CPU was online; null where it never was, or no rate is known. */
  readonly per_cpu_per_s: readonly { readonly cpu: number; readonly per_s: number | null }[];
  readonly busiest: { readonly cpu: number; readonly share: number };
}

interface CpuRates {
  sum: number;
  unknown: number;
}

/** Sums a table of rates over samples whose sources and CPUs may come and go. */
export class RateFold {
  #samples = 0;
  readonly #online = new Map<number, number>();
  readonly #sources = new Map<string, Map<number, CpuRates>>();

  add(table: RateTable): void {
    if (table.perS.size === 0) return;
    this.#samples += 1;
    for (const [cpu, row] of table.perS) {
      this.#online.set(cpu, (this.#online.get(cpu) ?? 0) + 1);
      table.sources.forEach((source, at) => {
        this.#addRate(source, cpu, row[at] ?? null);
      });
    }
  }

  #addRate(source: string, cpu: number, rate: number | null): void {
    const cpus = this.#sources.get(source) ?? new Map<number, CpuRates>();
    this.#sources.set(source, cpus);
    const rates = cpus.get(cpu) ?? { sum: 0, unknown: 0 };
    cpus.set(cpu, rates);
    if (rate === null) rates.unknown += 1;
    else rates.sum += rate;
  }

  /**
   * What counted anything, greatest first. A source that was not listed in a sample counted nothing
   * in it.
   */
  summaries(cpus: readonly number[]): SourceSummary[] {
    const sumOf = (rates: ReadonlyMap<number, CpuRates>) =>
      [...rates.values()].reduce((total, { sum }) => total + sum, 0);
    const all = [...this.#sources.values()].reduce((total, rates) => total + sumOf(rates), 0);
    return [...this.#sources]
      .map(([source, rates]) => ({ source, rates, sum: sumOf(rates) }))
      .filter(({ sum }) => sum > 0)
      .sort((a, b) => b.sum - a.sum)
      .map(({ source, rates, sum }) => ({
        source,
        per_s: sum / this.#samples,
        share: sum / all,
        per_cpu_per_s: cpus.map((cpu) => ({ cpu, per_s: this.#meanOf(cpu, rates.get(cpu)) })),
        busiest: busiestOf(rates, sum),
      }));
  }

  #meanOf(cpu: number, rates: CpuRates | undefined): number | null {
    const samples = (this.#online.get(cpu) ?? 0) - (rates?.unknown ?? 0);
    return samples <= 0 ? null : (rates?.sum ?? 0) / samples;
  }
}

function busiestOf(rates: ReadonlyMap<number, CpuRates>, total: number): SourceSummary['busiest'] {
  let busiest = { cpu: 0, share: 0 };
  for (const [cpu, { sum }] of rates) {
    if (sum / total > busiest.share) busiest = { cpu, share: sum / total };
  }
  return busiest;
}
