import { sourcesText } from '../analysis/activity/interrupt-attribution.ts';
import type { Activity, InterruptRates, SoftirqRates } from '../analysis/result/activity-result.ts';
import type { CellResult } from '../analysis/result/cell-result.ts';
import type { Result } from '../analysis/result/result.ts';
import { formatCount, formatNumber, formatPercent } from '../quantities/format.ts';
import { correctedEffects } from './corrected-effects.ts';
import { effectSentence } from './effect-sentence.ts';
import { merit } from './merit.ts';
import { movingEffects, pinningEffects } from './pinning.ts';

/** A CPU this far above the mean stands out. */
const PEAK = 1.25;
/** The thesis saw SCHED there. */
const THESIS_CPU = 1;
const SIGNIFICANT = 0.05;
const MAX_NAMES = 4;

/** What a run says about CPUs, interrupts and inference, in sentences with their numbers. */
export function runFindings(result: Result): string[] {
  const measured = result.cells.filter(
    ({ purpose, activity }) => purpose === 'measure' && activity !== null,
  );
  const free = measured.filter(
    ({ config }) => config.affinity === null && config.ep === 'cpu' && !config.interrupts_moved,
  );
  const loaded = [...free].sort((a, b) => b.config.threads - a.config.threads)[0];
  const interrupts = loaded?.activity?.interrupts ?? null;
  if (loaded === undefined || interrupts === null) {
    return ['Nothing was read of interrupts: there are no findings.'];
  }
  const pinning = pinningEffects(result);
  const moving = movingEffects(result);
  const corrected = correctedEffects([...pinning, ...moving]);
  return [
    ...caution(measured),
    service(loaded, interrupts),
    added(loaded, interrupts, result.idle),
    ...sched(loaded, result.idle),
    ...gpuSentences(measured, loaded),
    ...pinning.map((effect) => effectSentence(effect, corrected)),
    ...moved(result),
    ...moving.map((effect) => effectSentence(effect, corrected)),
    ...attributed(measured),
    merit({ pinning, moving }, measured),
  ];
}

/** Findings rest on the cells: where these do not hold, neither do they. */
function caution(cells: readonly CellResult[]): string[] {
  const unsound = cells.filter(
    ({ verdict }) => verdict.kind !== 'VALID' && verdict.kind !== 'WIDE',
  );
  if (unsound.length === 0) return [];
  const named = unsound.map(({ label, verdict }) => `${label} (${verdict.kind})`);
  return [
    `Read what follows with care, it rests on cells that do not hold: ${[...new Set(named)].join(', ')}.`,
  ];
}

/** Which CPU serves which devices. */
function service({ label }: CellResult, { by_kind, sources, cpus }: InterruptRates): string {
  const { device } = by_kind;
  if (device.per_s === 0) return `With ${label} no device interrupt was counted.`;
  const most = Math.max(...device.cpus_per_s);
  const cpu = cpus[device.cpus_per_s.indexOf(most)];
  const named = sources
    .filter(({ kind }) => kind === 'device')
    .slice(0, MAX_NAMES)
    .map(
      ({ name, per_s, busiest_cpu, is_link }) =>
        `${name} ${rate(per_s)} on cpu${busiest_cpu}${is_link ? ' (our own SSH traffic is in it)' : ''}`,
    );
  return `With ${label} devices interrupt ${rate(device.per_s)}, ${formatPercent(most / device.per_s)} of it on cpu${cpu}: ${named.join(', ')}.`;
}

/** What inference adds to an idle board. */
function added({ label }: CellResult, now: InterruptRates, idle: Activity | null): string {
  const before = idle?.interrupts ?? null;
  if (before === null) {
    return `With ${label} there are ${rate(now.per_s)}; no idle baseline says what of it inference adds.`;
  }
  const change = (kind: 'device' | 'timer' | 'ipi') => {
    const step = now.by_kind[kind].per_s - before.by_kind[kind].per_s;
    return `${step < 0 ? '−' : '+'}${rate(Math.abs(step))}`;
  };
  return `Idle, the board serves ${rate(before.per_s)}, with ${label} ${rate(now.per_s)}: timer ${change('timer')}, between CPUs ${change('ipi')}, devices ${change('device')}.`;
}

function sched({ label, activity }: CellResult, idle: Activity | null): string[] {
  const during = schedOf(activity?.softirqs ?? null);
  if (during === null) return [];
  const before = schedOf(idle?.softirqs ?? null);
  const times = (value: number) => `${value.toFixed(2)}×`;
  const peak =
    during.busiestCpu === THESIS_CPU
      ? ''
      : `; most are on cpu${during.busiestCpu}, ${times(during.peak)}`;
  const idleText = before === null ? '' : `, idle ${times(before.ofThesisCpu)}`;
  const verdict =
    during.busiestCpu === THESIS_CPU && during.ofThesisCpu >= PEAK
      ? `SCHED stands out on cpu${THESIS_CPU} during inference`
      : `SCHED does not stand out on cpu${THESIS_CPU} during inference`;
  return [
    `${verdict}: with ${label} it has ${times(during.ofThesisCpu)} the mean of the CPUs${idleText}${peak}.`,
  ];
}

function schedOf(softirqs: SoftirqRates | null) {
  const row = softirqs?.types.find(({ type }) => type === 'SCHED');
  const at = softirqs?.cpus.indexOf(THESIS_CPU) ?? -1;
  if (softirqs === null || row === undefined || at < 0 || row.per_s === 0) return null;
  return {
    ofThesisCpu: ((row.cpus_per_s[at] ?? 0) * softirqs.cpus.length) / row.per_s,
    peak: row.imbalance ?? 1,
    busiestCpu: row.busiest_cpu,
  };
}

/**
 * Of the cell that keeps a GPU busy where there is one, and of the one that keeps the CPUs busy
 * where not.
 */
function gpuSentences(measured: readonly CellResult[], loaded: CellResult): string[] {
  const busy = measured.find(({ config, passes }) => config.ep !== 'cpu' && passes !== null);
  const cell = busy ?? measured.find(({ config }) => config.ep !== 'cpu') ?? loaded;
  const interrupts = cell.activity?.interrupts ?? null;
  return interrupts === null ? [] : [gpu(cell, interrupts)];
}

function gpu({ label }: CellResult, interrupts: InterruptRates): string {
  const { per_s } = interrupts.gpu;
  const named = interrupts.sources.filter(({ is_gpu }) => is_gpu).map(({ name }) => name);
  return per_s === 0
    ? `No interrupt of a GPU was counted with ${label}.`
    : `The GPU interrupts ${rate(per_s)} with ${label}: ${named.slice(0, MAX_NAMES).join(', ')}.`;
}

/** What of the interrupts the kernel let be moved. */
function moved({ run }: Result): string[] {
  if (run.interrupts_moved === undefined) return [];
  const { moved: taken, refused } = run.interrupts_moved;
  const split = (paths: readonly string[]) => {
    const queues = paths.filter((path) => path.endsWith('rps_cpus')).length;
    return `${formatCount(paths.length - queues, 'interrupt')} and ${formatCount(queues, 'receive queue')}`;
  };
  const kept = refused.length === 0 ? '' : `; it refused ${split(refused)}`;
  return [
    `The kernel let ${split(taken)} be moved${kept}. They are moved only while the cells that say so are measured.`,
  ];
}

function attributed(cells: readonly CellResult[]): string[] {
  const tested = cells.filter(({ attribution }) => attribution?.reason === null);
  if (tested.length === 0) {
    return [
      'Whether slow iterations come with interrupts cannot be told: there are too few windows of telemetry (--telemetry full, longer processes).',
    ];
  }
  const found = tested.flatMap(({ label, attribution }) =>
    (attribution?.effects ?? [])
      .filter(({ p_holm }) => p_holm < SIGNIFICANT)
      .map(
        ({ sources, share_of_excess, p_holm }) =>
          `With ${label}, ${formatPercent(Math.min(1, share_of_excess))} of the time beyond the median goes with ${sourcesText(sources)} (p ${p_holm.toPrecision(1)}).`,
      ),
  );
  return found.length > 0
    ? found
    : [
        'Slow iterations do not come with any device interrupt or softirq more than chance explains.',
      ];
}

function rate(per_s: number): string {
  return per_s >= 1000 ? `${formatNumber(per_s / 1000)}k/s` : `${formatNumber(per_s)}/s`;
}
