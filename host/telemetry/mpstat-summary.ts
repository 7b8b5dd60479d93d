import { busyOf, type CpuUse } from './cpu-use.ts';
import { type Correction, type MpstatSample, rateOfCpu } from './mpstat-sample.ts';
import { RateFold, type SourceSummary } from './rate-fold.ts';

/** One CPU over a whole log: means over the samples in which it was online. */
export interface CpuSummary {
  readonly cpu: number;
  readonly samples: number;
  /** Percent of its time. */
  readonly use: CpuUse | null;
  /** Neither idle nor waiting for a disk. */
  readonly busy_percent: { readonly mean: number; readonly max: number } | null;
  /** Null where the log does not tell. */
  readonly interrupts_per_s: number | null;
  /** Of the interrupts of all CPUs over the log. */
  readonly interrupts_share: number | null;
  readonly softirqs_per_s: number | null;
}

/** One kind of fault of mpstat, over the whole log. */
export interface CorrectionSummary {
  readonly kind: Correction['kind'];
  readonly cpus: readonly (number | 'all')[];
  /** Samples in which it was corrected. */
  readonly samples: number;
  readonly values: number;
  readonly largest_printed: number | null;
}

/** Averages over a log, of corrected samples. */
export interface MpstatSummary {
  readonly origin: MpstatSample['origin'];
  /**
   * `interval`: of the samples. The others only where the log has none: mpstat's own average, or
   * since boot.
   */
  readonly period: MpstatSample['period'];
  readonly samples: number;
  /** Samples at which the log ends or was cut: in no figure, unless there is no other. */
  readonly samples_incomplete: number;
  /** Times of the first and last sample as printed. */
  readonly from: string | null;
  readonly to: string | null;
  readonly all: {
    readonly use: CpuUse | null;
    readonly busy_percent: number | null;
    readonly interrupts_per_s: number | null;
  };
  readonly cpus: readonly CpuSummary[];
  /** What counted anything, greatest first; shares are of the table. */
  readonly interrupts: readonly SourceSummary[];
  readonly softirqs: readonly SourceSummary[];
  readonly corrections: readonly CorrectionSummary[];
}

const periods = ['interval', 'average', 'since-boot'] as const;

/** Takes samples as they are read; keeps of each only what the averages need. */
export class SampleFold {
  readonly #kept = new Map<string, PeriodFold>();

  add(samples: Iterable<MpstatSample>): void {
    for (const sample of samples) {
      const key = keyOf(sample.period, sample.isComplete);
      const fold = this.#kept.get(key) ?? new PeriodFold();
      this.#kept.set(key, fold);
      fold.add(sample);
    }
  }

  /**
   * Of the samples where there are any, else of what mpstat averaged itself; null without a sample.
   */
  summary(): MpstatSummary | null {
    const incomplete = this.#kept.get(keyOf('interval', false))?.samples ?? 0;
    for (const isComplete of [true, false]) {
      for (const period of periods) {
        const fold = this.#kept.get(keyOf(period, isComplete));
        if (fold !== undefined) return { ...fold.summary(period), samples_incomplete: incomplete };
      }
    }
    return null;
  }
}

function keyOf(period: string, isComplete: boolean): string {
  return `${period} ${isComplete}`;
}

interface CpuFold {
  samples: number;
  readonly use: UseFold;
  maxBusy: number;
  readonly interrupts: Mean;
  readonly softirqs: Mean;
}

class PeriodFold {
  samples = 0;
  #origin: MpstatSample['origin'] = 'mpstat';
  #from: string | null = null;
  #to: string | null = null;
  readonly #all = new UseFold();
  readonly #allInterrupts = new Mean();
  readonly #cpus = new Map<number, CpuFold>();
  readonly #interrupts = new RateFold();
  readonly #softirqs = new RateFold();
  readonly #corrections = new Map<Correction['kind'], CorrectionSummary>();

  add(sample: MpstatSample): void {
    this.samples += 1;
    this.#origin = sample.origin;
    this.#from ??= sample.time;
    this.#to = sample.time ?? this.#to;
    this.#all.add(sample.use.all);
    this.#allInterrupts.add(sample.interruptsPerS.all);
    for (const cpu of cpusOf(sample)) this.#addCpu(cpu, sample);
    this.#interrupts.add(sample.interrupts);
    this.#softirqs.add(sample.softirqs);
    this.#addCorrections(sample.corrections);
  }

  #addCpu(cpu: number, sample: MpstatSample): void {
    const fold = this.#cpus.get(cpu) ?? {
      samples: 0,
      use: new UseFold(),
      maxBusy: 0,
      interrupts: new Mean(),
      softirqs: new Mean(),
    };
    this.#cpus.set(cpu, fold);
    fold.samples += 1;
    const use = sample.use.cpus.get(cpu) ?? null;
    fold.use.add(use);
    if (use !== null) fold.maxBusy = Math.max(fold.maxBusy, busyOf(use));
    const printed = sample.interruptsPerS.cpus.get(cpu) ?? null;
    const isCounted = sample.interrupts.perS.has(cpu);
    fold.interrupts.add(isCounted ? rateOfCpu(sample.interrupts, cpu) : printed);
    fold.softirqs.add(rateOfCpu(sample.softirqs, cpu));
  }

  #addCorrections(corrections: readonly Correction[]): void {
    const seen = new Set<Correction['kind']>();
    for (const { kind, cpu, was } of corrections) {
      const before = this.#corrections.get(kind);
      this.#corrections.set(kind, {
        kind,
        cpus: [...new Set([...(before?.cpus ?? []), cpu])],
        samples: (before?.samples ?? 0) + (seen.has(kind) ? 0 : 1),
        values: (before?.values ?? 0) + 1,
        largest_printed: largest(before?.largest_printed ?? null, was),
      });
      seen.add(kind);
    }
  }

  summary(period: MpstatSample['period']): Omit<MpstatSummary, 'samples_incomplete'> {
    const use = this.#all.mean();
    const cpus = [...this.#cpus].sort(([a], [b]) => a - b);
    const ids = cpus.map(([cpu]) => cpu);
    const counted = cpus.reduce((sum, [, fold]) => sum + fold.interrupts.sum, 0);
    return {
      origin: this.#origin,
      period,
      samples: this.samples,
      from: this.#from,
      to: this.#to,
      all: {
        use,
        busy_percent: use === null ? null : busyOf(use),
        interrupts_per_s:
          this.#allInterrupts.value() ?? (counted === 0 ? null : counted / this.samples),
      },
      cpus: cpus.map(([cpu, fold]) => cpuSummary(cpu, fold, counted)),
      interrupts: this.#interrupts.summaries(ids),
      softirqs: this.#softirqs.summaries(ids),
      corrections: [...this.#corrections.values()],
    };
  }
}

function cpuSummary(cpu: number, fold: CpuFold, counted: number): CpuSummary {
  const use = fold.use.mean();
  return {
    cpu,
    samples: fold.samples,
    use,
    busy_percent: use === null ? null : { mean: busyOf(use), max: fold.maxBusy },
    interrupts_per_s: fold.interrupts.value(),
    interrupts_share:
      counted === 0 || fold.interrupts.value() === null ? null : fold.interrupts.sum / counted,
    softirqs_per_s: fold.softirqs.value(),
  };
}

function cpusOf({ use, interruptsPerS, interrupts, softirqs }: MpstatSample): Set<number> {
  const tables = [use.cpus, interruptsPerS.cpus, interrupts.perS, softirqs.perS];
  return new Set(tables.flatMap((table) => [...table.keys()]));
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** Of what is known. */
class Mean {
  sum = 0;
  #count = 0;

  add(value: number | null): void {
    if (value === null) return;
    this.sum += value;
    this.#count += 1;
  }

  value(): number | null {
    return this.#count === 0 ? null : this.sum / this.#count;
  }
}

class UseFold {
  #mean: CpuUse | null = null;
  #count = 0;

  add(use: CpuUse | null): void {
    if (use === null) return;
    this.#count += 1;
    const before = this.#mean;
    this.#mean = before === null ? use : weighted(before, use, 1 / this.#count);
  }

  mean(): CpuUse | null {
    return this.#mean;
  }
}

/** A running mean: `share` is that of the new value. */
function weighted(mean: CpuUse, next: CpuUse, share: number): CpuUse {
  const step = (name: keyof CpuUse) => mean[name] + (next[name] - mean[name]) * share;
  return {
    usr: step('usr'),
    nice: step('nice'),
    sys: step('sys'),
    iowait: step('iowait'),
    irq: step('irq'),
    soft: step('soft'),
    steal: step('steal'),
    guest: step('guest'),
    gnice: step('gnice'),
    idle: step('idle'),
  };
}
