import { busyOf, type CpuUse } from '../../../host/telemetry/cpu-use.ts';
import { bar, padEnd, padStart } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { interruptsPerCpu, rateText } from './irq-lines.ts';
import { detailOf, type LiveState } from './live-state.ts';

interface CpuColumn {
  readonly name: keyof CpuUse;
  readonly title: string;
  readonly width: number;
  /** Where there is no room, columns with the highest number go first; 0 stays. */
  readonly drop: number;
}

/** Columns of mpstat, in its order; those that are nearly always zero on a Jetson go first. */
const columns: readonly CpuColumn[] = [
  { name: 'usr', title: 'usr', width: 5, drop: 0 },
  { name: 'nice', title: 'nice', width: 5, drop: 4 },
  { name: 'sys', title: 'sys', width: 5, drop: 0 },
  { name: 'iowait', title: 'iow', width: 5, drop: 1 },
  { name: 'irq', title: 'irq', width: 5, drop: 0 },
  { name: 'soft', title: 'soft', width: 5, drop: 0 },
  { name: 'steal', title: 'stl', width: 4, drop: 3 },
  { name: 'guest', title: 'gst', width: 4, drop: 5 },
  { name: 'gnice', title: 'gnc', width: 4, drop: 6 },
  { name: 'idle', title: 'idle', width: 5, drop: 0 },
];

/** Beside the CPU that is busiest; said in the pane's title. */
export const HOT = '*';
/** What is less busy than this is not hot. */
const HOT_PERCENT = 10;
const IRQ_COLUMNS = 8;
/** Stands for a CPU that is offline, or was in a part of the time. */
const NOT_AVAILABLE = 'n/a';

/** mpstat's columns and a bar per CPU, `all` last and never left out. */
export function cpuLines(
  state: LiveState,
  size: { readonly columns: number; readonly rows: number },
  theme: Theme,
): string[] {
  const { sample } = detailOf(state).cpu;
  if (sample === null) return [theme.dim(` ${noSampleText(state)}`)];
  const barCells = size.columns >= 70 ? 16 : size.columns >= 60 ? 6 : 4;
  const shown = fitting(size.columns - 6 - barCells);
  const used = 6 + barCells + shown.reduce((sum, { width }) => sum + width, 0);
  // In a reading's time only: those of a whole process are none of this second's.
  const isCounted = detailOf(state).irq.over === 'moment' && size.columns - used >= IRQ_COLUMNS;
  const perCpuS = isCounted ? interruptsPerCpu(detailOf(state).irq) : null;
  const hottest = hottestOf(sample.cpus);
  const row = (name: string, use: CpuUse, perS: number | null, isHot = false) => {
    const values = shown.map((field) => padStart(percentText(use[field.name]), field.width, theme));
    const irq = isCounted ? padStart(rateOrNone(perS), IRQ_COLUMNS, theme) : '';
    const mark = isHot ? theme.note(HOT) : ' ';
    return `${mark}${padStart(name, 3, theme)} ${bar(busyOf(use) / 100, barCells, theme)} ${values.join('')}${irq}`;
  };
  const cpus = detailOf(state).cpu.known.map((cpu) => [cpu, sample.cpus.get(cpu) ?? null] as const);
  const rows = size.rows - 2;
  const visible = cpus.length <= rows ? cpus : cpus.slice(0, Math.max(0, rows - 1));
  const hidden = cpus.length - visible.length;
  const titles = shown.map(({ title, width }) => padStart(title, width, theme)).join('');
  const head = ` cpu ${padEnd('busy', barCells, theme)} ${titles}${isCounted ? padStart('intr/s', IRQ_COLUMNS, theme) : ''}`;
  const rateOf = (cpu: number) => perCpuS?.get(cpu) ?? null;
  const total = perCpuS === null ? null : [...perCpuS.values()].reduce((a, b) => a + b, 0);
  return [
    theme.dim(head),
    ...visible.map(([cpu, use]) =>
      use === null
        ? theme.dim(` ${padStart(String(cpu), 3, theme)} ${NOT_AVAILABLE}`)
        : row(String(cpu), use, rateOf(cpu), cpu === hottest),
    ),
    ...(hidden > 0 ? [theme.dim(`     ${hidden} more CPUs`)] : []),
    row('all', sample.all, total),
  ];
}

/** The busiest CPU, where any is busy enough to be told from the rest. */
function hottestOf(cpus: ReadonlyMap<number, CpuUse>): number | null {
  const [first, second] = [...cpus]
    .map(([cpu, use]) => ({ cpu, busy: busyOf(use) }))
    .sort((a, b) => b.busy - a.busy);
  if (first === undefined || first.busy < HOT_PERCENT) return null;
  return second === undefined || first.busy > second.busy ? first.cpu : null;
}

function fitting(room: number): readonly CpuColumn[] {
  let left = room;
  const kept = [...columns]
    .sort((a, b) => a.drop - b.drop)
    .filter(({ width }) => {
      left -= width;
      return left >= 0;
    });
  return columns.filter((column) => kept.includes(column));
}

function percentText(value: number): string {
  return value >= 99.95 || value < 0.05 ? String(Math.round(value)) : value.toFixed(1);
}

function rateOrNone(perS: number | null): string {
  return perS === null ? NOT_AVAILABLE : rateText(perS);
}

function noSampleText(state: LiveState): string {
  const { cpu } = detailOf(state);
  if (state.progress.plan?.telemetry === 'off') return 'telemetry is off';
  return cpu.last === null ? 'waiting for the first reading' : 'waiting for the second reading';
}

/** All CPUs in one line, for small terminals. */
export function cpuSummary(state: LiveState, columns: number, theme: Theme): string {
  const { sample } = detailOf(state).cpu;
  if (sample === null) return theme.dim(` cpu  ${noSampleText(state)}`);
  const [first] = [...sample.cpus].sort(([, a], [, b]) => busyOf(b) - busyOf(a));
  const most =
    first === undefined ? '' : `, most on cpu${first[0]} (${percentText(busyOf(first[1]))} %)`;
  const cells = Math.max(4, Math.min(20, columns - 50));
  return ` cpu ${bar(busyOf(sample.all) / 100, cells, theme)} ${padStart(percentText(busyOf(sample.all)), 4, theme)} % busy${most}`;
}
