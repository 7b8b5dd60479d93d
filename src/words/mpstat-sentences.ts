import type { MpstatLogSummary } from '../../host/telemetry/mpstat-log.ts';
import type { CorrectionSummary, CpuSummary } from '../../host/telemetry/mpstat-summary.ts';
import { counted } from './quantities.ts';

/** A source of which a CPU serves less than this is shared. */
const ALONE = 0.999;
const MAX_PROBLEMS_SHOWN = 3;

/** The answers first, then what was corrected, then what could not be read. */
export function mpstatSentences(log: MpstatLogSummary): string[] {
  return [
    ...periodSentence(log),
    ...interruptSentence(log),
    ...busySentence(log),
    ...log.corrections.map(correctionSentence),
    ...offlineSentence(log),
    ...cutSentence(log),
    ...problemSentences(log),
  ];
}

function periodSentence({ period }: MpstatLogSummary): string[] {
  if (period === 'interval') return [];
  return period === 'average'
    ? ["The log has no samples: these are mpstat's own averages."]
    : ['The log has one report without an interval: these are averages since boot.'];
}

function greatest(
  cpus: readonly CpuSummary[],
  read: (cpu: CpuSummary) => number | null,
): { readonly cpu: CpuSummary; readonly value: number } | null {
  let best: { readonly cpu: CpuSummary; readonly value: number } | null = null;
  for (const cpu of cpus) {
    const value = read(cpu);
    if (value !== null && value > (best?.value ?? 0)) best = { cpu, value };
  }
  return best;
}

function interruptSentence({ cpus, all, interrupts }: MpstatLogSummary): string[] {
  const most = greatest(cpus, (cpu) => cpu.interrupts_share);
  if (most === null) return [];
  const { cpu } = most.cpu;
  const alone = interrupts.filter(
    ({ busiest }) => busiest.cpu === cpu && busiest.share >= ALONE,
  ).length;
  const sources =
    interrupts.length === 0
      ? ''
      : `; of ${counted(interrupts.length, 'active source')} it alone serves ${alone}`;
  const total = all.interrupts_per_s === null ? '' : ` of ${rate(all.interrupts_per_s)}`;
  return [`CPU${cpu} serves the most interrupts: ${percent(100 * most.value)}${total}${sources}.`];
}

function busySentence({ cpus }: MpstatLogSummary): string[] {
  const most = greatest(cpus, ({ busy_percent }) => busy_percent?.mean ?? null);
  if (most === null) return [];
  const others = cpus.flatMap(({ cpu, busy_percent }) =>
    cpu === most.cpu.cpu || busy_percent === null ? [] : [busy_percent.mean],
  );
  const range =
    others.length === 0
      ? ''
      : `; the others ${percent(Math.min(...others))} to ${percent(Math.max(...others))}`;
  const max = percent(most.cpu.busy_percent?.max ?? most.value);
  return [`CPU${most.cpu.cpu} is the busiest: ${percent(most.value)}, at most ${max}${range}.`];
}

const faults: Readonly<Record<CorrectionSummary['kind'], string>> = {
  'softirqs-as-interrupts':
    'mpstat printed softirqs as intr/s of each CPU; intr/s* is the sum of its interrupts',
  'cpu-not-online': 'rows of CPUs that were offline at one end of an interval are left out',
  'impossible-rate': 'rates that no CPU can have are left out',
  'total-overflow': 'the total of all CPUs lost 32 bits; it is the sum of the sources',
  'iowait-backwards': 'iowait went back in the kernel, and %iowait with it; it is set right',
  'counter-reset': 'a counter went back; what it counted in that interval is left out',
};

function correctionSentence({ kind, cpus, samples, largest_printed }: CorrectionSummary): string {
  const ids = cpus.map((cpu) => (cpu === 'all' ? 'all' : `CPU${cpu}`));
  const where = kind === 'softirqs-as-interrupts' ? '' : ` of ${ids.join(', ')}`;
  const isSpike = kind === 'impossible-rate' || kind === 'total-overflow';
  const spike =
    (isSpike || kind === 'cpu-not-online') && largest_printed !== null && largest_printed > 0
      ? `, up to ${rate(largest_printed)}`
      : '';
  return `Corrected in ${counted(samples, 'sample')}${where}${spike}: ${faults[kind]}.`;
}

function offlineSentence({ cpus, samples }: MpstatLogSummary): string[] {
  const part = cpus.filter((cpu) => cpu.samples < samples);
  if (part.length === 0) return [];
  const each = part.map(({ cpu, samples: of }) => `CPU${cpu} in ${of} of ${samples}`);
  return [`Online in a part of the samples only: ${each.join(', ')}. Means are over those.`];
}

function cutSentence({ samples_incomplete: cut, period }: MpstatLogSummary): string[] {
  if (cut === 0) return [];
  const them = period === 'interval' ? 'it is in no figure' : 'it was read as far as it goes';
  return [`The log ends or was cut within ${counted(cut, 'sample')}: ${them}.`];
}

function problemSentences({ problems }: MpstatLogSummary): string[] {
  if (problems.length === 0) return [];
  const shown = problems.slice(0, MAX_PROBLEMS_SHOWN);
  const parts = shown.map(({ where, text }) => `${where}: ${text}`);
  const more = problems.length > shown.length ? ' …' : '';
  return [`Not read: ${counted(problems.length, 'part')} of the log (${parts.join('; ')}${more}).`];
}

/** `1540/s`, `0.4/s`. */
function rate(perS: number): string {
  return `${rateNumber(perS)}/s`;
}

/** Four figures at most; below 10 with a decimal. */
export function rateNumber(perS: number): string {
  if (Math.abs(perS) >= 10) return Math.round(perS).toLocaleString('en-US');
  return perS === 0 ? '0' : perS.toFixed(Math.abs(perS) < 0.1 ? 2 : 1);
}

function percent(value: number): string {
  return `${Math.round(value)} %`;
}
