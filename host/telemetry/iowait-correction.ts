import { type CpuUse, meanUse } from './cpu-use.ts';
import type { Correction, MpstatSample } from './mpstat-sample.ts';

/** Less than this share of a CPU's time cannot have turned into 100 % iowait by a few jiffies. */
const SUSPECT = 50;
/** How many times longer than the others a CPU's interval has to look. */
const MIN_WEIGHT = 3;
/**
 * What is left beside iowait is printed with two decimals: below this it is too coarse to scale up.
 */
const MIN_REST = 2;

/**
 * The kernel lets a CPU's iowait step back. sysstat before 12.5.1 then compares with 0: all iowait
 * since boot falls into one interval, the CPU shows 97 % iowait, everything else shrinks with it,
 * and `all` follows. It shows in `all`, where CPUs weigh by the length of their interval: one that
 * weighs several times as much as the others had more time than there was. Its iowait becomes 0,
 * the other classes are scaled up to 100 %, or, where too little of them was printed, the CPU is
 * left out; `all` becomes the mean of the CPUs. A log without `all` gives no proof and stays as it
 * is.
 */
export function iowaitCorrected(sample: MpstatSample): MpstatSample {
  const { all, cpus } = sample.use;
  if (all === null || sample.period !== 'interval') return sample;
  const [worst] = [...cpus].sort(([, a], [, b]) => b.iowait - a.iowait);
  if (worst === undefined || !hasTooMuchTime(worst, cpus, all)) return sample;
  const [cpu, use] = worst;
  const repaired = withoutIowait(use);
  const others = new Map(cpus);
  if (repaired === null) others.delete(cpu);
  else others.set(cpu, repaired);
  const total = meanUse([...others.values()]);
  const correction = (of: number | 'all', was: number, is: number | null): Correction => {
    return { kind: 'iowait-backwards', cpu: of, what: 'iowait', was, is };
  };
  return {
    ...sample,
    use: { all: total, cpus: others },
    corrections: [
      ...sample.corrections,
      correction(cpu, use.iowait, repaired === null ? null : 0),
      correction('all', all.iowait, total.iowait),
    ],
  };
}

/**
 * With equal intervals the deviations from `all` cancel out; a CPU of weight w deviates by 1/w of
 * all others together. CPUs that were idle throughout may have had no tick at all, and are no
 * witnesses.
 */
function hasTooMuchTime(
  [cpu, use]: readonly [number, CpuUse],
  cpus: ReadonlyMap<number, CpuUse>,
  all: CpuUse,
): boolean {
  if (use.iowait < SUSPECT) return false;
  const witnesses = [...cpus].filter(([other, { idle }]) => other !== cpu && idle < 100);
  if (witnesses.length === 0) return false;
  const others = witnesses.reduce((sum, [, { iowait }]) => sum + all.iowait - iowait, 0);
  // Rounding leaves at most 0.01 for each CPU; one percent is well above it.
  return others > 1 && others / Math.max(0.01, use.iowait - all.iowait) > MIN_WEIGHT;
}

function withoutIowait(use: CpuUse): CpuUse | null {
  const rest = 100 - use.iowait;
  if (rest < MIN_REST) return null;
  const scaled = (value: number) => Math.round((value / rest) * 10_000) / 100;
  return {
    usr: scaled(use.usr),
    nice: scaled(use.nice),
    sys: scaled(use.sys),
    iowait: 0,
    irq: scaled(use.irq),
    soft: scaled(use.soft),
    steal: scaled(use.steal),
    guest: scaled(use.guest),
    gnice: scaled(use.gnice),
    idle: scaled(use.idle),
  };
}
