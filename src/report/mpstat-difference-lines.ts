import type { Change, MpstatDifference } from '../../host/telemetry/mpstat-difference.ts';
import type { MpstatLogSummary } from '../../host/telemetry/mpstat-log.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type Column, headedTable } from '../terminal/text-table.ts';
import { sentenceWidth, wrapSentence } from '../terminal/wrap-text.ts';
import { rateNumber } from '../words/mpstat-sentences.ts';

/** Sources whose change is shown; all are in --json. */
const MAX_ROWS = 8;

/** What changed from one log to the other: each CPU, then the sources that changed most. */
export function differenceLines(
  difference: MpstatDifference,
  against: MpstatLogSummary,
  log: MpstatLogSummary,
  terminal: Terminal,
): string[] {
  const title = `What changed from ${against.files.join(', ')} to ${log.files.join(', ')}`;
  const width = sentenceWidth(terminal.columns());
  const { all } = difference;
  const rows = [
    ...difference.cpus.map(({ cpu, busy_percent, interrupts_per_s, softirqs_per_s }) => [
      `${cpu}`,
      ...busyCells(busy_percent),
      ...rateCells(interrupts_per_s),
      ...rateCells(softirqs_per_s),
    ]),
    ['all', ...busyCells(all.busy_percent), ...rateCells(all.interrupts_per_s)],
  ];
  return [
    terminal.colour.bold(wrapSentence(title, width)),
    ...table(['CPU', 'busy %', 'intr/s', 'softirq/s'], rows, terminal),
    ...sources('interrupt', difference.interrupts, terminal),
    ...sources('softirq', difference.softirqs, terminal),
  ];
}

function sources(
  title: string,
  changes: MpstatDifference['interrupts'],
  terminal: Terminal,
): string[] {
  const rows = changes
    .filter(({ per_s }) => per_s.change !== null && per_s.change !== 0)
    .slice(0, MAX_ROWS)
    .map(({ source, per_s }) => [source, ...rateCells(per_s)]);
  return rows.length === 0 ? [] : ['', ...table([title, 'per s'], rows, terminal)];
}

/** Three columns a figure: before, after, change. */
function table(
  [first = '', ...figures]: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string[] {
  const columns: Column[] = [
    { title: first, align: 'left' },
    ...figures.flatMap((name): Column[] => [
      { title: name, align: 'right' },
      { title: 'after', align: 'right' },
      { title: 'change', align: 'right' },
    ]),
  ];
  return headedTable(columns, rows, terminal);
}

function busyCells({ before, after, change }: Change): string[] {
  return [before?.toFixed(1) ?? '', after?.toFixed(1) ?? '', signed(change, (n) => n.toFixed(1))];
}

function rateCells({ before, after, change }: Change): string[] {
  const cell = (value: number | null) => (value === null ? '' : rateNumber(value));
  return [cell(before), cell(after), signed(change, rateNumber)];
}

function signed(value: number | null, format: (size: number) => string): string {
  if (value === null) return '';
  const size = format(Math.abs(value));
  if (Number(size) === 0) return size;
  return `${value < 0 ? '-' : '+'}${size}`;
}
