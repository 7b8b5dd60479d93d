import { type CpuUse, meanUse } from './cpu-use.ts';
import { iowaitCorrected } from './iowait-correction.ts';
import { type Correction, type MpstatSample, type RateTable, rateOfCpu } from './mpstat-sample.ts';

/**
 * No CPU takes five million of one interrupt in a second: each costs it more than 0.2 µs. What is
 * printed beyond is a counter that was compared with none (64203906.00) or went back
 * (4294967230.00).
 */
const MAX_RATE = 5e6;
/** A total beyond this is a 64-bit number of which 32 bits were lost: 18446744069414588416.00. */
const MAX_TOTAL = 2 ** 40;
/** mpstat rounds each number to two decimals. */
const ROUNDING = 0.005;

/**
 * The sample with what mpstat is known to print wrong put right, and each case listed:
 * - CPUs that were offline at one end of the interval have garbage in the interrupt tables (sysstat
 *   before 12.5.5) or rows of zeros (11.6): they are taken out.
 * - Beyond them, rates that no CPU can have become null.
 * - The total of all CPUs where it lost 32 bits (12.5.6 to 12.7.9): the sum of the sources instead.
 * - `intr/s` of single CPUs, which is their softirqs when softirqs are shown too (all versions):
 *   the sum of the CPU's sources instead.
 * - iowait that went back (before 12.5.1), see iowait-correction.ts.
 */
export function corrected(printed: MpstatSample): MpstatSample {
  return [
    withoutOfflineRows,
    onlineOnly,
    withoutImpossibleRates,
    sumsOfSources,
    totalOfSources,
    iowaitCorrected,
  ].reduce((sample, correct) => correct(sample), printed);
}

function withCorrections(
  sample: MpstatSample,
  corrections: readonly Correction[],
  change: Partial<MpstatSample>,
): MpstatSample {
  if (corrections.length === 0) return sample;
  return { ...sample, ...change, corrections: [...sample.corrections, ...corrections] };
}

/**
 * An online CPU that did nothing was idle for 100 %; zeros all over are an offline one of sysstat
 * 11.6.
 */
function withoutOfflineRows(sample: MpstatSample): MpstatSample {
  const isOffline = (use: CpuUse) => Object.values(use).every((value) => value === 0);
  const offline = [...sample.use.cpus].filter(([, use]) => isOffline(use)).map(([cpu]) => cpu);
  const corrections = offline.map((cpu): Correction => {
    return { kind: 'cpu-not-online', cpu, what: 'use', was: 0, is: null };
  });
  const cpus = without(sample.use.cpus, offline);
  const all =
    sample.use.all === null || cpus.size === 0 ? sample.use.all : meanUse([...cpus.values()]);
  return withCorrections(sample, corrections, { use: { all, cpus } });
}

/**
 * CPUs that the table of CPU time leaves out were not online at both ends: their rates mean
 * nothing.
 */
function onlineOnly(sample: MpstatSample): MpstatSample {
  const online = sample.use.cpus;
  if (online.size === 0) return sample;
  const corrections: Correction[] = [];
  const kept = (table: RateTable, what: string): RateTable => {
    const gone = [...table.perS.keys()].filter((cpu) => !online.has(cpu));
    for (const cpu of gone) {
      const was = rateOfCpu(table, cpu);
      corrections.push({ kind: 'cpu-not-online', cpu, what, was, is: null });
    }
    return { ...table, perS: without(table.perS, gone) };
  };
  const sums = sample.interruptsPerS;
  const gone = [...sums.cpus.keys()].filter((cpu) => !online.has(cpu));
  for (const cpu of gone) {
    const was = sums.cpus.get(cpu) ?? null;
    corrections.push({ kind: 'cpu-not-online', cpu, what: 'intr/s', was, is: null });
  }
  const interrupts = kept(sample.interrupts, 'interrupts');
  const softirqs = kept(sample.softirqs, 'softirqs');
  const interruptsPerS = { all: sums.all, cpus: without(sums.cpus, gone) };
  return withCorrections(sample, corrections, { interrupts, softirqs, interruptsPerS });
}

function withoutImpossibleRates(sample: MpstatSample): MpstatSample {
  const corrections: Correction[] = [];
  const possible = (table: RateTable): RateTable => {
    const perS = new Map<number, readonly (number | null)[]>();
    for (const [cpu, row] of table.perS) {
      const rates = row.map((was, at) => {
        if (was === null || was <= MAX_RATE) return was;
        const what = table.sources[at] ?? '';
        corrections.push({ kind: 'impossible-rate', cpu, what, was, is: null });
        return null;
      });
      perS.set(cpu, rates);
    }
    return { ...table, perS };
  };
  const interrupts = possible(sample.interrupts);
  const softirqs = possible(sample.softirqs);
  return withCorrections(sample, corrections, { interrupts, softirqs });
}

/**
 * Only when every CPU's `intr/s` is the sum of its softirqs: then mpstat added up the wrong file. A
 * CPU that slept through the interval without a tick has zero there whatever its softirqs, and says
 * nothing of the others.
 */
function sumsOfSources(sample: MpstatSample): MpstatSample {
  const { cpus, all } = sample.interruptsPerS;
  const tolerance = ROUNDING * (sample.softirqs.sources.length + 1);
  const isSoftirqs = ([cpu, sum]: readonly [number, number | null]) => {
    const softirqs = rateOfCpu(sample.softirqs, cpu);
    return sum !== null && softirqs !== null && Math.abs(sum - softirqs) <= tolerance;
  };
  const awake = [...cpus].filter(([, sum]) => sum !== 0);
  if (awake.length === 0 || !awake.every(isSoftirqs)) return sample;
  const corrections = [...cpus].map(([cpu, was]): Correction => {
    const is = sample.interrupts.perS.has(cpu) ? rounded(rateOfCpu(sample.interrupts, cpu)) : null;
    return { kind: 'softirqs-as-interrupts', cpu, what: 'intr/s', was, is };
  });
  return withCorrections(
    sample,
    corrections.filter(({ was, is }) => was !== is),
    { interruptsPerS: { all, cpus: new Map(corrections.map(({ cpu, is }) => [Number(cpu), is])) } },
  );
}

function totalOfSources(sample: MpstatSample): MpstatSample {
  const { all: was, cpus } = sample.interruptsPerS;
  if (was === null || was <= MAX_TOTAL) return sample;
  const sums = [...sample.interrupts.perS.keys()].map((cpu) => rateOfCpu(sample.interrupts, cpu));
  const isKnown = sums.length > 0 && !sums.includes(null);
  const is = isKnown ? rounded(sums.reduce<number>((sum, value) => sum + (value ?? 0), 0)) : null;
  return withCorrections(
    sample,
    [{ kind: 'total-overflow', cpu: 'all', what: 'intr/s', was, is }],
    { interruptsPerS: { all: is, cpus } },
  );
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}

function without<T>(map: ReadonlyMap<number, T>, keys: readonly number[]): ReadonlyMap<number, T> {
  return new Map([...map].filter(([key]) => !keys.includes(key)));
}
