import type { DumpAnalysis } from '../../host/irq/analyse-dump.ts';
import type { Finding } from '../../host/irq/findings.ts';
import { type Spread, sharePercent } from '../../host/telemetry/spread.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import { heatLegend, heatRow, heatTitle } from '../terminal/heat-map.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { clip, plainText } from '../terminal/text.ts';
import { type Column, headedTable } from '../terminal/text-table.ts';
import { themeFor } from '../terminal/theme.ts';
import { sentenceWidth, wrapSentence } from '../terminal/wrap-text.ts';
import { counted } from '../words/quantities.ts';

/** Rows that a table shows; the rest is summed up, and whole in --json. */
const MAX_ROWS = 16;
/** Names of drivers can be a line long. */
const MAX_NAME = 24;
/** What dumps of interrupts say: sentences first, then the tables with a heat map of the CPUs. */
export function irqReport(
  analysis: DumpAnalysis,
  findings: readonly Finding[],
  terminal: Terminal,
): string {
  const { colour, isUnicode } = terminal;
  const { bold } = colour;
  const width = sentenceWidth(terminal.columns());
  const period = analysis.isDifference ? 'between the dumps' : 'since boot';
  const lines = [
    bold(`Interrupts ${period}, ${counted(analysis.cpus.length, 'CPU')}`),
    ...findings.map(({ text }) => wrapSentence(`  ${glyphsFor(isUnicode).dot} ${text}`, width)),
    '',
    ...section('interrupts', columnsOf(analysis.cpus, analysis), interruptRows(analysis), terminal),
    ...restLine(analysis),
    ...(analysis.softirqs === null
      ? []
      : [
          '',
          ...section(
            'softirqs',
            columnsOf(analysis.softirqs.cpus, analysis),
            softirqRows(analysis),
            terminal,
          ),
        ]),
    '',
    `  share of a row on each CPU: ${heatLegend(isUnicode, analysis.cpusLeftOut.length > 0)}`,
    '',
  ];
  // The heat map has its own ASCII ramp; `plainText` deals with the signs in the sentences.
  return plainText(lines.join('\n'), isUnicode);
}

/** The CPUs of a table in order, with those that only one of the dumps has. */
interface CpuColumns {
  /** Those with counts. */
  readonly columns: readonly number[];
  readonly shown: readonly number[];
}

function columnsOf(columns: readonly number[], { cpusLeftOut }: DumpAnalysis): CpuColumns {
  return { columns, shown: [...new Set([...columns, ...cpusLeftOut])].sort((a, b) => a - b) };
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly share: number;
  readonly spread: Spread;
}

function interruptRows({ sources }: DumpAnalysis): Row[] {
  return sources
    .slice(0, MAX_ROWS)
    .map((source) => ({ id: source.id, name: source.name, share: source.share, spread: source }));
}

function softirqRows({ softirqs }: DumpAnalysis): Row[] {
  return (softirqs?.types ?? []).map((type) => {
    return { id: type.type, name: '', share: type.share, spread: type };
  });
}

function section(
  title: string,
  { columns: cpus, shown }: CpuColumns,
  rows: readonly Row[],
  terminal: Terminal,
): string[] {
  if (rows.length === 0) return [`  no ${title} were counted`];
  const columns: Column[] = [
    { title: title === 'softirqs' ? 'softirq' : 'id', align: 'left' },
    { title: 'name', align: 'left' },
    { title: 'count', align: 'right' },
    { title: 'share', align: 'right', dropOrder: 2 },
    { title: 'max/mean', align: 'right', dropOrder: 3 },
    { title: 'busiest', align: 'left', dropOrder: 1 },
    { title: heatTitle(shown), align: 'left' },
  ];
  const cells = rows.map(({ id, name, share, spread }) => [
    id,
    clip(name, MAX_NAME, themeFor(terminal)),
    spread.total.toLocaleString('en-US'),
    sharePercent(share),
    spread.imbalance === null ? '' : spread.imbalance.toFixed(2),
    spread.busiest === null ? '' : `CPU${spread.busiest.cpu} ${sharePercent(spread.busiest.share)}`,
    heatRow(
      { total: spread.total, perCpu: shown.map((cpu) => spread.perCpu[cpus.indexOf(cpu)] ?? null) },
      terminal.isUnicode,
    ) ?? '',
  ]);
  return headedTable(columns, cells, terminal);
}

function restLine({ sources, silentSources }: DumpAnalysis): string[] {
  const rest = sources.slice(MAX_ROWS);
  const parts = [
    ...(rest.length > 0
      ? [
          `${counted(rest.length, 'further source')} with ${rest
            .reduce((sum, { total }) => sum + total, 0)
            .toLocaleString('en-US')}`,
        ]
      : []),
    ...(silentSources > 0 ? [`${silentSources} that counted nothing`] : []),
  ];
  return parts.length === 0 ? [] : [`  and ${parts.join(', ')}`];
}
