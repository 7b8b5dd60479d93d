import type { MpstatDifference } from '../../host/telemetry/mpstat-difference.ts';
import type { MpstatLogSummary } from '../../host/telemetry/mpstat-log.ts';
import type { SourceSummary } from '../../host/telemetry/rate-fold.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import { heatLegend, heatRow, heatTitle } from '../terminal/heat-map.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { type Column, headedTable } from '../terminal/text-table.ts';
import { sentenceWidth, wrapSentence } from '../terminal/wrap-text.ts';
import { mpstatSentences, rateNumber } from '../words/mpstat-sentences.ts';
import { counted } from '../words/quantities.ts';
import { differenceLines } from './mpstat-difference-lines.ts';

/** Sources that a table shows; all are in --json. */
const MAX_ROWS = 12;

/** What one log says, or two. */
export interface MpstatAnalysis {
  readonly log: MpstatLogSummary;
  /** The earlier log, and what differs from it. */
  readonly against: MpstatLogSummary | null;
  readonly difference: MpstatDifference | null;
}

/** Sentences with the answers first, then what differs, the CPUs, the interrupts and softirqs. */
export function mpstatReport(analysis: MpstatAnalysis, terminal: Terminal): string {
  const { log, against, difference } = analysis;
  const lines = [
    ...headLines(log, terminal),
    ...(against === null || difference === null
      ? []
      : ['', ...differenceLines(difference, against, log, terminal)]),
    '',
    ...cpuTable(log, terminal),
    ...sourceTable('interrupt', log.interrupts, log, terminal),
    ...sourceTable('softirq', log.softirqs, log, terminal),
    ...(log.interrupts.length + log.softirqs.length === 0
      ? []
      : ['', `  share of a row on each CPU: ${heatLegend(terminal.isUnicode, false)}`]),
    ...(against === null ? [] : ['', ...headLines(against, terminal)]),
    '',
  ];
  return plainText(lines.join('\n'), terminal.isUnicode);
}

function headLines(log: MpstatLogSummary, { colour, isUnicode, columns }: Terminal): string[] {
  const { system, samples, from, to } = log;
  const width = sentenceWidth(columns());
  const parts = [
    log.files.join(', '),
    ...(system === null
      ? []
      : [
          `Linux ${system.kernel} ${system.machine}`,
          counted(system.cpu_count, 'CPU'),
          system.date,
        ]),
    `${counted(samples, 'sample')}${from === null ? '' : ` ${from} to ${to}`}`,
  ];
  const { dot } = glyphsFor(isUnicode);
  return [
    colour.bold(wrapSentence(parts.join(', '), width)),
    ...mpstatSentences(log).map((text) => wrapSentence(`  ${dot} ${text}`, width)),
  ];
}

const right = (title: string, dropOrder?: number): Column => ({
  title,
  align: 'right',
  ...(dropOrder === undefined ? {} : { dropOrder }),
});

function cpuTable(log: MpstatLogSummary, terminal: Terminal): string[] {
  const isCorrected = log.corrections.some(({ kind }) => kind === 'softirqs-as-interrupts');
  const columns: Column[] = [
    { title: 'CPU', align: 'left' },
    right('busy %'),
    right('max', 2),
    right('%usr'),
    right('%nice', 9),
    right('%sys'),
    right('%iowait', 5),
    right('%irq', 3),
    right('%soft', 3),
    right('%steal', 8),
    right('%guest', 7),
    right('%gnice', 7),
    right('%idle', 6),
    right(isCorrected ? 'intr/s*' : 'intr/s'),
    right('share', 1),
    right('softirq/s', 1),
  ];
  const rows = log.cpus.map((cpu) => [
    `${cpu.cpu}`,
    decimal(cpu.busy_percent?.mean),
    decimal(cpu.busy_percent?.max),
    ...useCells(cpu.use),
    rateCell(cpu.interrupts_per_s),
    cpu.interrupts_share === null ? '' : share(cpu.interrupts_share),
    rateCell(cpu.softirqs_per_s),
  ]);
  const { use, busy_percent, interrupts_per_s } = log.all;
  const all = ['all', decimal(busy_percent), '', ...useCells(use), rateCell(interrupts_per_s)];
  const hasAll = use !== null || interrupts_per_s !== null;
  return headedTable(columns, hasAll ? [...rows, all] : rows, terminal);
}

function useCells(use: MpstatLogSummary['all']['use']): string[] {
  return [
    use?.usr,
    use?.nice,
    use?.sys,
    use?.iowait,
    use?.irq,
    use?.soft,
    use?.steal,
    use?.guest,
    use?.gnice,
    use?.idle,
  ].map(decimal);
}

function sourceTable(
  title: string,
  sources: readonly SourceSummary[],
  { cpus }: MpstatLogSummary,
  terminal: Terminal,
): string[] {
  if (sources.length === 0) return [];
  const columns: Column[] = [
    { title, align: 'left' },
    right('per s'),
    right('share', 1),
    { title: 'busiest', align: 'left' },
    { title: heatTitle(cpus.map(({ cpu }) => cpu)), align: 'left' },
  ];
  const rows = sources.slice(0, MAX_ROWS).map((source) => {
    const perCpu = source.per_cpu_per_s.map(({ per_s }) => per_s);
    const total = perCpu.reduce<number>((sum, value) => sum + (value ?? 0), 0);
    return [
      source.source,
      rateCell(source.per_s),
      share(source.share),
      `CPU${source.busiest.cpu} ${share(source.busiest.share)}`,
      heatRow({ total, perCpu }, terminal.isUnicode) ?? '',
    ];
  });
  const rest = sources.slice(MAX_ROWS);
  const sum = rest.reduce((total, { per_s }) => total + per_s, 0);
  const restLine = `  and ${counted(rest.length, 'further source')} with ${rateNumber(sum)}/s`;
  return ['', ...headedTable(columns, rows, terminal), ...(rest.length === 0 ? [] : [restLine])];
}

function decimal(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : value.toFixed(1);
}

function rateCell(perS: number | null): string {
  return perS === null ? '' : rateNumber(perS);
}

function share(value: number): string {
  return value > 0 && value < 0.005 ? '<1 %' : `${Math.round(100 * value)} %`;
}
