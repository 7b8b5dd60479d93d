import { sharePercent as percent, type Spread } from '../telemetry/spread.ts';
import type { CountedSource, DumpAnalysis, SoftirqAnalysis } from './analyse-dump.ts';

/** One thing that the dumps show, in a sentence with its numbers. */
export interface Finding {
  readonly kind:
    | 'input'
    | 'unread'
    | 'scope'
    | 'devices'
    | 'largest'
    | 'all-sources'
    | 'gpu'
    | 'softirqs'
    | 'movable'
    | 'mpstat'
    | 'reset'
    | 'meaning';
  readonly text: string;
}

/** Above this share a CPU has a source practically to itself. */
const ALONE = 0.99;
/** From this share on, more than half, a CPU carries most of it. */
const MOST = 0.5;
/** A peak this far above the mean is no accident of scheduling. */
const PEAK = 1.25;

/** What a person wants to know of the dumps, most important first. */
export function findingsOf(analysis: DumpAnalysis): readonly Finding[] {
  return [
    ...unread(analysis),
    scope(analysis),
    ...devices(analysis),
    ...allSources(analysis),
    ...gpu(analysis),
    ...(analysis.softirqs === null ? [] : softirqs(analysis.softirqs, analysis.byKind.device)),
    ...mpstat(analysis),
    ...movable(analysis),
    ...resets(analysis),
    ...meaning(analysis),
  ];
}

/** Rows that a sentence quotes; the rest is counted, and --json has more of them. */
const MAX_QUOTED = 3;

function unread({ unread: { count: total, rows }, isDifference }: DumpAnalysis): Finding[] {
  if (total === 0) return [];
  const listed = rows.slice(0, MAX_QUOTED).map(({ dump, line, text }) => {
    const place = isDifference ? ` of the ${dump} dump` : '';
    return `line ${line}${place}: ${text.trim()}`;
  });
  const more = total > listed.length ? `; and ${total - listed.length} more` : '';
  const text = `${total === 1 ? '1 row' : `${total} rows`} could not be read: ${listed.join('; ')}${more}.`;
  const source = total === 1 ? 'Its source is' : 'Their sources are';
  return [{ kind: 'unread', text: `${text} ${source} missing in all figures here.` }];
}

function scope({ isDifference, all, cpusLeftOut, gone }: DumpAnalysis): Finding {
  if (!isDifference) {
    return {
      kind: 'scope',
      text:
        'These are counts since boot: they show which CPU serves what, and cannot be attributed to inference. ' +
        'A second dump after a run, with this one as --before-file, counts the run alone.',
    };
  }
  const missing = [...cpuGap(cpusLeftOut), ...sourceGap(gone)];
  const whole =
    missing.length === 0
      ? 'They are everything that the board did meanwhile; '
      : `They are not everything that the board did meanwhile: ${missing.join(', and ')}. Still, `;
  const text = `${count(all.total)} interrupts between the two dumps. ${whole}only against an idle period of the same length do they say what inference adds.`;
  return { kind: 'scope', text };
}

function cpuGap(cpus: readonly number[]): string[] {
  if (cpus.length === 0) return [];
  const names = cpus.map((cpu) => `CPU${cpu}`).join(', ');
  return [`only one dump has ${names}, so that what was served there is left out`];
}

function sourceGap(gone: readonly string[]): string[] {
  if (gone.length === 0) return [];
  const more = gone.length > 8 ? ` and ${gone.length - 8} more` : '';
  return [
    `only the earlier dump has the source ${gone.slice(0, 8).join(', ')}${more}, so that what it counted is left out`,
  ];
}

function devices({ byKind, cpus, sources }: DumpAnalysis): Finding[] {
  const { device } = byKind;
  if (device.busiest === null)
    return [{ kind: 'devices', text: 'No device interrupt was counted.' }];
  const counted = sources.filter(({ kind }) => kind === 'device');
  const own = counted.filter(({ busiest }) => busiest?.share === 1);
  const onBusiest = own.filter(({ busiest }) => busiest?.cpu === device.busiest?.cpu);
  const isAlone = onBusiest.length === counted.length;
  const place = isAlone
    ? `all of them on CPU${device.busiest.cpu}: ${sourcesOf(counted)}, none ever on another CPU`
    : `${percent(device.busiest.share)} of them on CPU${device.busiest.cpu}, ${times(device.imbalance)} the mean` +
      ` of ${cpus.length} CPUs; ${own.length} of ${sourcesOf(counted)} were only ever on one CPU`;
  const named = counted.slice(0, 5).map((source) => {
    const role = source.role === null ? '' : ` (${source.role})`;
    return `${source.name}${role} ${count(source.total)}`;
  });
  return [
    {
      kind: 'devices',
      text: `${count(device.total)} device interrupts, without timer and inter-processor interrupts; ${place}.`,
    },
    { kind: 'largest', text: `The most: ${named.join(', ')}.` },
  ];
}

function allSources(analysis: DumpAnalysis): Finding[] {
  const { all, byKind, cpus } = analysis;
  const { device, timer, ipi } = byKind;
  if (all.busiest === null || device.busiest === null || cpus.length < 2) return [];
  if ((device.imbalance ?? 1) < PEAK) return [];
  // Since boot some of each are counted on any board: what has none is missing in the table.
  const isWhole = analysis.isDifference && analysis.unread.count === 0;
  const atDevices = (spread: Spread) =>
    isUnknown(spread) ? 'an unknown share' : share(spread, cpus.indexOf(device.busiest?.cpu ?? -1));
  const isUnknown = ({ total }: Spread) => total === 0 && !isWhole;
  const named = { timer, 'inter-processor': ipi };
  const known = Object.entries(named).flatMap(([name, of]) => (isUnknown(of) ? [] : [name]));
  return [
    {
      kind: 'all-sources',
      text:
        `Totals hide this: CPU${device.busiest.cpu} has ${atDevices(all)} of all ${count(all.total)} interrupts, ` +
        `because ${count(timer.total + ipi.total)} ${known.join(' and ')} interrupts fall on every CPU ` +
        `(of the timer's it has ${atDevices(timer)}, of those between processors ${atDevices(ipi)}).`,
    },
  ];
}

function gpu(analysis: DumpAnalysis): Finding[] {
  const rows = analysis.sources.filter(({ isGpu }) => isGpu);
  const { busiest, total } = analysis.gpu;
  if (busiest === null) return [];
  const names = [...new Set(rows.map(({ name }) => name))].map(
    (name) => `${name} ${count(totalOf(rows.filter((row) => row.name === name)))}`,
  );
  return [
    {
      kind: 'gpu',
      text:
        `The GPU raised ${count(total)} (${names.join(', ')}), ${percent(busiest.share)} on CPU${busiest.cpu}: ` +
        'work on the GPU is seen by these.',
    },
  ];
}

/**
 * Packets that are received are worked on by the CPU that took the network's interrupt, unless told
 * otherwise.
 */
const explained: Readonly<Record<string, string>> = { NET_RX: ' (network)', NET_TX: ' (network)' };

function softirqs({ types, cpus, all }: SoftirqAnalysis, devices: Spread): Finding[] {
  if (cpus.length < 2 || all.busiest === null) return [];
  const onOne = types.filter(({ busiest }) => (busiest?.share ?? 0) > MOST);
  const peaks = types.filter(
    ({ busiest, imbalance }) => (busiest?.share ?? 1) <= MOST && (imbalance ?? 0) >= PEAK,
  );
  const byCpu = [...new Set(onOne.map(({ busiest }) => busiest?.cpu ?? 0))];
  const mostly = byCpu.map((cpu) => {
    const listed = onOne
      .filter(({ busiest }) => busiest?.cpu === cpu)
      .map(
        ({ type, busiest }) => `${percent(busiest?.share ?? 0)} of ${type}${explained[type] ?? ''}`,
      );
    return `CPU${cpu} does ${listed.join(', ')}`;
  });
  const sentences = [...mostly, ...peaksOf(peaks)];
  if (sentences.length === 0)
    return [{ kind: 'softirqs', text: 'No CPU stands out in any softirq.' }];
  return [
    { kind: 'softirqs', text: `Softirqs: ${sentences.join('; ')}.` },
    ...peakMeaning(peaks, devices, cpus),
  ];
}

function peaksOf(peaks: SoftirqAnalysis['types']): string[] {
  return peaks.map(
    ({ type, busiest, imbalance }) =>
      `${type} peaks on CPU${busiest?.cpu} at ${times(imbalance)} the mean (${percent(busiest?.share ?? 0)} of it)`,
  );
}

/** What a peak on a CPU that serves no device says, and what it does not. */
function peakMeaning(
  peaks: SoftirqAnalysis['types'],
  devices: Spread,
  cpus: readonly number[],
): Finding[] {
  const cpu = peaks.find(({ type }) => type === 'SCHED')?.busiest?.cpu;
  if (cpu === undefined || devices.total === 0) return [];
  if ((devices.perCpu[cpus.indexOf(cpu)] ?? 0) > 0) return [];
  return [
    {
      kind: 'softirqs',
      text:
        `No device interrupt was counted on CPU${cpu}: its SCHED is the scheduler balancing load, not work for a device. ` +
        'Whether it stands out during inference, only a run tells: orin-remote irq HOST.',
    },
  ];
}

/** Where mpstat's fault would show another CPU as the busiest. */
function mpstat({ all, cpus, softirqs: soft }: DumpAnalysis): Finding[] {
  if (all.busiest === null || soft === null || soft.all.busiest === null) return [];
  if (soft.all.busiest.cpu === all.busiest.cpu) return [];
  const at = cpus.indexOf(soft.all.busiest.cpu);
  return [
    {
      kind: 'mpstat',
      text:
        `mpstat -A hides this skew: its intr/s of single CPUs counts softirqs, so CPU${soft.all.busiest.cpu} looks ` +
        `busiest (${percent(soft.all.busiest.share)} of the softirqs, ${share(all, at)} of the interrupts) ` +
        `where CPU${all.busiest.cpu} is (${percent(all.busiest.share)} of the interrupts).`,
    },
  ];
}

/** R36 lost the part of the interrupt controller that would spread MSI over CPUs (no GICv2m). */
function movable({ sources, byKind }: DumpAnalysis): Finding[] {
  const { busiest } = byKind.device;
  const own = sources.filter(
    (source) => source.chip === 'MSI' && source.busiest?.cpu === 0 && source.busiest.share >= ALONE,
  );
  if (busiest?.cpu !== 0 || own.length === 0) return [];
  const names = [...new Set(own.map(({ name }) => name))].slice(0, 5).join(', ');
  return [
    {
      kind: 'movable',
      text: `Of these, ${names} came over PCIe (MSI): JetPack 6 serves those on CPU0 only, JetPack 5 lets them be moved.`,
    },
  ];
}

function resets({ reset, softirqs: soft }: DumpAnalysis): Finding[] {
  const ids = [...reset, ...(soft?.reset ?? [])];
  if (ids.length === 0) return [];
  const listed = ids.slice(0, 8).join(', ') + (ids.length > 8 ? ` and ${ids.length - 8} more` : '');
  return [
    {
      kind: 'reset',
      text: `Counters that went back between the dumps count as nothing: ${listed}. Was the board restarted, or is --before-file the later dump?`,
    },
  ];
}

function meaning({ byKind }: DumpAnalysis): Finding[] {
  const { busiest } = byKind.device;
  if (busiest === null || busiest.share < ALONE) return [];
  return [
    {
      kind: 'meaning',
      text:
        `It matters where CPU${busiest.cpu} spends much of its time in %irq and %soft, or runs a thread of the ` +
        'inference. Before moving interrupts, measure the model without that CPU: bench --affinity.',
    },
  ];
}

function sourcesOf(sources: readonly CountedSource[]): string {
  return `${sources.length} ${sources.length === 1 ? 'source' : 'sources'}`;
}

function totalOf(sources: readonly CountedSource[]): number {
  return sources.reduce((sum, { total }) => sum + total, 0);
}

function share({ total, perCpu }: Spread, at: number): string {
  return total === 0 ? 'none' : percent((perCpu[at] ?? 0) / total);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function times(value: number | null): string {
  return `${(value ?? 0).toFixed(2)}×`;
}
