import type { IrqRate, IrqState } from '../../../host/journal/irq-state.ts';
import { formatCount, formatNumber } from '../../../host/quantities/format.ts';
import { padEnd, padStart } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { detailOf, type LiveState } from './live-state.ts';

const unicodeRamp = [' ', '·', '░', '▒', '▓', '█'] as const;
const asciiRamp = [' ', '.', ':', '+', '*', '#'] as const;
/** Stands in the place of a CPU that is offline: it has no rate, not one of nothing. */
const OFFLINE = '-';
const RATE_COLUMNS = 7;

/**
 * A heat map: a row for each source, a cell for each CPU by the square root of its share of the
 * highest rate on the screen, which stands in the title. Hard interrupts get two rows of three;
 * what has no row is counted.
 */
export function irqLines(
  state: LiveState,
  size: { readonly columns: number; readonly rows: number },
  theme: Theme,
): string[] {
  const { rates } = detailOf(state).irq;
  const cpus = [...new Set([...detailOf(state).irq.cpus, ...detailOf(state).cpu.known])].sort(
    (a, b) => a - b,
  );
  if (rates.length === 0) return [theme.dim(' told when a process has been measured')];
  const rows = Math.max(1, size.rows - 1);
  const shown = chosenRates(rates, rows);
  const highest = Math.max(...shown.flatMap(({ perCpuS }) => perCpuS.map((rate) => rate ?? 0)), 0);
  const cells = Math.min(cpus.length, Math.max(0, size.columns - 14 - RATE_COLUMNS));
  const nameColumns = Math.min(24, size.columns - cells - RATE_COLUMNS - 3);
  const digits = cpus.slice(0, cells).map((cpu) => String(cpu % 10));
  const head = ` ${padEnd('per s', nameColumns, theme)} ${digits.join('')}${padStart('all', RATE_COLUMNS, theme)}`;
  const folded = rates.length - shown.length;
  const lines = shown.map(
    ({ name, perS, perCpuS }) =>
      ` ${padEnd(name, nameColumns, theme)} ${padEnd(heat(onCpus(perCpuS, detailOf(state).irq, cpus.slice(0, cells)), highest, theme), cells, theme)}${padStart(rateText(perS), RATE_COLUMNS, theme)}`,
  );
  const notes = [
    overText(state),
    `full cell ${rateText(highest)}/s`,
    cpus.length > detailOf(state).irq.cpus.length ? `${OFFLINE} offline, n/a` : '',
    folded > 0 ? `${folded} more sources` : '',
  ];
  return [theme.dim(withNotes(head, notes.filter(Boolean), size.columns)), ...lines];
}

/** The rates of these CPUs; a total without a CPU has none to be missed. */
function onCpus(
  perCpuS: IrqRate['perCpuS'],
  irq: IrqState,
  cpus: readonly number[],
): (number | null)[] {
  if (perCpuS.length === 0) return [];
  return cpus.map((cpu) => perCpuS[irq.cpus.indexOf(cpu)] ?? null);
}

/** The head and as many of the notes behind it as there is room for. */
function withNotes(head: string, notes: readonly string[], columns: number): string {
  return notes.reduce((text, note, at) => {
    const longer = `${text}${at === 0 ? '   ' : ', '}${note}`;
    return longer.length <= columns ? longer : text;
  }, head);
}

/** What the pane shows, of which time, and the CPU that has most of it. */
export function irqTitle(state: LiveState): string {
  const { rates, unread } = detailOf(state).irq;
  const missing = unread === 0 ? '' : `${formatCount(unread, 'row')} not read`;
  const parts = rates.length === 0 ? [missing] : [overText(state), missing, hottestText(state)];
  return ['interrupts by CPU', ...parts.filter(Boolean)].join(', ');
}

function overText(state: LiveState): string {
  const { irq } = detailOf(state);
  return irq.over === 'process' ? 'last process' : 'now';
}

/** `most on cpu0 (52 %)`, of hard interrupts that belong to a CPU. */
function hottestText(state: LiveState): string {
  const { irq } = detailOf(state);
  const perCpuS = interruptsPerCpu(irq);
  const total = [...perCpuS.values()].reduce((sum, value) => sum + value, 0);
  const [hottest] = [...perCpuS].sort(([, a], [, b]) => b - a);
  if (hottest === undefined || total <= 0) return '';
  return `most on cpu${hottest[0]} (${Math.round((hottest[1] / total) * 100)} %)`;
}

/** Hard interrupts a second on each CPU: what `mpstat -A` calls intr/s. */
export function interruptsPerCpu({ cpus, rates }: IrqState): ReadonlyMap<number, number> {
  const hard = rates.filter(({ kind, perCpuS }) => kind === 'hard' && perCpuS.length > 0);
  return new Map(
    cpus.map((cpu, at) => [cpu, hard.reduce((sum, { perCpuS }) => sum + (perCpuS[at] ?? 0), 0)]),
  );
}

function chosenRates(rates: readonly IrqRate[], rows: number): IrqRate[] {
  const hard = rates.filter(({ kind }) => kind === 'hard');
  const soft = rates.filter(({ kind }) => kind === 'soft');
  const softRows = Math.min(soft.length, Math.max(Math.floor(rows / 3), rows - hard.length));
  return [...hard.slice(0, rows - softRows), ...soft.slice(0, softRows)];
}

function heat(perCpuS: readonly (number | null)[], highest: number, theme: Theme): string {
  const ramp = theme.isUnicode ? unicodeRamp : asciiRamp;
  const steps = ramp.length - 1;
  return perCpuS
    .map((rate) => {
      if (rate === null) return OFFLINE;
      if (rate <= 0 || highest <= 0) return ramp[0];
      return ramp[Math.max(1, Math.ceil(Math.sqrt(rate / highest) * steps))] ?? ramp[0];
    })
    .join('');
}

export function rateText(perS: number): string {
  if (perS >= 10_000) return `${formatNumber(perS / 1000)}k`;
  return perS < 0.1 ? '<0.1' : formatNumber(perS);
}
