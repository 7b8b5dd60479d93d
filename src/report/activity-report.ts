import {
  cpuColumns,
  NOT_AVAILABLE,
  onColumns,
  withOffline,
} from '../../host/analysis/activity/cpu-columns.ts';
import { agentShareText, linkTrafficText } from '../../host/analysis/activity/own-cost.ts';
import type { Activity, InterruptRates, Rate } from '../../host/analysis/result/activity-result.ts';
import type { CellResult } from '../../host/analysis/result/cell-result.ts';
import type { Result } from '../../host/analysis/result/result.ts';
import type { SavedRun } from '../../host/archive/saved-runs.ts';
import { formatNumber, formatPercent } from '../../host/quantities/format.ts';
import { heatLegend, heatRow, heatTitle } from '../terminal/heat-map.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { bar, clip, plainText } from '../terminal/text.ts';
import { type Column, headedTable, textTable } from '../terminal/text-table.ts';
import { themeFor } from '../terminal/theme.ts';
import { wrapSentence } from '../terminal/wrap-text.ts';
import { counted } from '../words/quantities.ts';
import { attributionLines } from './attribution-lines.ts';

/** Names of drivers can be a line long. */
const MAX_NAME = 24;
/** A CPU this busy has no room for anything else. */
const HOT_PERCENT = 90;

const right = (title: string, dropOrder?: number): Column => ({
  title,
  align: 'right',
  ...(dropOrder === undefined ? {} : { dropOrder }),
});
const left = (title: string): Column => ({ title, align: 'left' });

/**
 * `results show --cpu`: the ten columns of mpstat for each CPU and cell, with what else each CPU
 * did.
 */
export function cpuReport({ result }: SavedRun, terminal: Terminal): string {
  const agent = result.run.agent_cpu_share;
  const ours =
    agent === null
      ? []
      : [
          '',
          `  our own agent over the whole run: supervisor ${formatPercent(agent.supervisor)}, telemetry ${formatPercent(agent.sampler)} of one CPU`,
        ];
  const lines = [
    ...sectionsOf(result, terminal, (activity) =>
      cpuTable(activity, activity === result.idle ? null : result.idle, terminal),
    ),
    ...ours,
    '',
  ];
  return asText(lines, terminal);
}

function hasOffline({ idle, cells }: Result): boolean {
  return [idle, ...cells.map(({ activity }) => activity)].some((each) => each?.cpus_offline.length);
}

/** Tables fit the width already; sentences are broken at it. */
function asText(lines: readonly string[], { isUnicode, columns }: Terminal): string {
  return wrapSentence(plainText(lines.join('\n'), isUnicode), columns());
}

function attributionSection(result: Result, terminal: Terminal): string[] {
  const lines = attributionLines(result);
  return lines.length === 0 ? [] : ['', terminal.colour.bold('slow iterations'), ...lines];
}

/**
 * `results show --irq`: interrupts by source and softirqs by type, a second, with a heat map of the
 * CPUs.
 */
export function interruptReport({ result }: SavedRun, terminal: Terminal): string {
  const lines = [
    ...sectionsOf(result, terminal, (activity) => {
      const idle = activity === result.idle ? null : result.idle;
      return [
        ...interruptTable(activity, idle, terminal),
        '',
        ...softirqTable(activity, idle, terminal),
      ];
    }),
    ...attributionSection(result, terminal),
    '',
    `  share of a row on each CPU: ${heatLegend(terminal.isUnicode, hasOffline(result))}`,
    '',
  ];
  return asText(lines, terminal);
}

/**
 * What the CPUs did in a cell, in one line:
 * `CPUs 14 % busy (cpu2 97 %, hot) · irq 79.2k/s (idle 1.2k/s), most on cpu0 (eth0) · softirq 1.3k/s (idle 410/s), most on cpu0 (NET_RX)`.
 * Null without telemetry of the edges.
 */
export function activitySummary(cell: CellResult, idle: Activity | null): string | null {
  const { activity } = cell;
  if (activity === null) return null;
  const hottest = activity.cpus
    .map((cpu) => ({ cpu: cpu.cpu, busy: 100 - cpu.idle - cpu.iowait }))
    .reduce<{ cpu: number; busy: number } | null>((a, b) => (a && a.busy >= b.busy ? a : b), null);
  const cpus = `CPUs ${Math.round(activity.busy_percent)} % busy${hottest ? ` (cpu${hottest.cpu} ${Math.round(hottest.busy)} %${hottest.busy >= HOT_PERCENT ? ', hot' : ''})` : ''}`;
  const { interrupts, softirqs } = activity;
  const hard = rateText('irq', activity.interrupts_per_s, idle?.interrupts_per_s);
  const soft = softirqs && rateText('softirq', softirqs.per_s, idle?.softirqs?.per_s);
  const types = softirqs?.types.map((type) => ({ ...type, name: type.type })) ?? [];
  return [
    cpus,
    `${hard}${interrupts ? busiestSource(interrupts, interrupts.sources) : ''}`,
    ...(softirqs ? [`${soft}${busiestSource(softirqs, types)}`] : []),
  ].join(' · ');
}

function rateText(name: string, rate: number, idle: number | undefined): string {
  return `${name} ${perSecond(rate)}${idle === undefined ? '' : ` (idle ${perSecond(idle)})`}`;
}

/** The CPU that serves most, and the source that it serves most. */
function busiestSource(
  { busiest_cpu, cpus }: Pick<SpreadRate, 'busiest_cpu' | 'cpus'>,
  sources: readonly (Rate & { readonly name: string })[],
): string {
  if (busiest_cpu === null) return '';
  const at = cpus.indexOf(busiest_cpu);
  const on = (rate: Rate) => rate.cpus_per_s[at] ?? 0;
  const [first] = [...sources].sort((a, b) => on(b) - on(a));
  return `, most on cpu${busiest_cpu}${first === undefined ? '' : ` (${first.name})`}`;
}

function perSecond(rate: number): string {
  return rate >= 1000 ? `${formatNumber(rate / 1000)}k/s` : `${formatNumber(rate)}/s`;
}

function sectionsOf(
  result: Result,
  terminal: Terminal,
  table: (activity: Activity, terminal: Terminal) => readonly string[],
): string[] {
  const { bold } = terminal.colour;
  const idle = result.idle
    ? [bold('before the first process, idle'), ...table(result.idle, terminal)]
    : ['no idle baseline was measured'];
  const cells = result.cells.filter((cell) => cell.purpose === 'measure');
  return [
    ...idle,
    ...cells.flatMap((cell) => [
      '',
      bold(`${cell.label} (${cell.cell})`),
      ...(cell.activity ? table(cell.activity, terminal) : ['  nothing was read of the CPUs']),
    ]),
  ];
}

function cpuTable(activity: Activity, idle: Activity | null, terminal: Terminal): string[] {
  const columns = [
    right('CPU'),
    ...['%usr', '%nice', '%sys', '%iowait', '%irq', '%soft', '%steal', '%guest', '%gnice'].map(
      (title, at) => right(title, at === 1 || at > 5 ? at : undefined),
    ),
    right('%idle'),
    right('irq/s'),
    right('softirq/s'),
    left(''),
  ];
  const at = (rates: { cpus: number[]; cpus_per_s: number[] } | null, cpu: number) =>
    rates === null ? '' : orNotAvailable(rates.cpus_per_s[rates.cpus.indexOf(cpu)]);
  const online = activity.cpus.map((cpu) => {
    const busy = 100 - cpu.idle - cpu.iowait;
    return [
      String(cpu.cpu),
      ...[cpu.usr, cpu.nice, cpu.sys, cpu.iowait, cpu.irq, cpu.soft].map(percent),
      ...[cpu.steal, cpu.guest, cpu.gnice, cpu.idle].map(percent),
      at(activity.interrupts, cpu.cpu),
      at(activity.softirqs, cpu.cpu),
      `${bar(busy / 100, BAR_CELLS, themeFor(terminal))}${busy >= HOT_PERCENT ? ' hot' : ''}`,
    ];
  });
  const rows = withOffline(online, activity.cpus_offline, columns.length - 1);
  const [head = '', ...body] = textTable(columns, rows, terminal.columns());
  const against = (text: (of: Activity) => string) =>
    idle === null ? '' : ` (idle ${text(idle)})`;
  const interrupts = (of: Activity) => formatNumber(of.interrupts_per_s);
  const switches = (of: Activity) => formatNumber(of.context_switches_per_s);
  const busy = (of: Activity) => formatPercent(of.busy_percent / 100);
  const sums = `  ${interrupts(activity)} interrupts/s${against(interrupts)}, ${switches(activity)} context switches/s${against(switches)}; CPUs ${busy(activity)} busy${against(busy)}`;
  return [terminal.colour.dim(head), ...body, sums, ...indented(agentShareText(activity))];
}

function orNotAvailable(value: number | undefined): string {
  return value === undefined ? NOT_AVAILABLE : formatNumber(value);
}

function indented(text: string | null): string[] {
  return text === null ? [] : [`  ${text}`];
}

function percent(value: number): string {
  return value.toFixed(1);
}

const BAR_CELLS = 10;

function interruptTable(activity: Activity, idle: Activity | null, terminal: Terminal): string[] {
  const { interrupts } = activity;
  if (interrupts === null) return ['  no interrupts could be read'];
  const before = new Map(idle?.interrupts?.sources.map((source) => [source.id, source.per_s]));
  const rows = interrupts.sources.map((source) => [
    source.id,
    `${clip(source.name, MAX_NAME, themeFor(terminal))}${source.is_gpu ? ' (GPU)' : ''}${source.is_link ? ' (our SSH)' : ''}`,
    ...rateCells(source, interrupts, before.get(source.id) ?? null, activity, terminal),
  ]);
  const { rest } = interrupts;
  const folded =
    rest.sources === 0
      ? []
      : [`  and ${counted(rest.sources, 'further source')}, ${formatNumber(rest.per_s)}/s`];
  const title = heatTitle(cpuColumns(interrupts, activity));
  return [...ratesTable(['id', 'interrupt', title], rows, terminal), ...folded];
}

function softirqTable(activity: Activity, idle: Activity | null, terminal: Terminal): string[] {
  const { softirqs } = activity;
  if (softirqs === null) return ['  no softirqs could be read'];
  const before = new Map(idle?.softirqs?.types.map((type) => [type.type, type.per_s]));
  const rows = softirqs.types.map((type) => [
    type.type,
    '',
    ...rateCells(type, softirqs, before.get(type.type) ?? null, activity, terminal),
  ]);
  return [
    ...ratesTable(['softirq', '', heatTitle(cpuColumns(softirqs, activity))], rows, terminal),
    ...indented(linkTrafficText(activity)),
  ];
}

type SpreadRate = Pick<
  InterruptRates,
  'per_s' | 'cpus_per_s' | 'cpus' | 'imbalance' | 'busiest_cpu'
>;

function rateCells(
  rate: Omit<SpreadRate, 'cpus'>,
  all: SpreadRate,
  idle_per_s: number | null,
  activity: Activity,
  { isUnicode }: Terminal,
): string[] {
  const perCpu = onColumns(cpuColumns(all, activity), all, rate);
  const heat = heatRow({ total: rate.per_s, perCpu }, isUnicode);
  return [
    formatNumber(rate.per_s),
    idle_per_s === null ? '' : formatNumber(idle_per_s),
    all.per_s > 0 ? formatPercent(rate.per_s / all.per_s) : '',
    rate.imbalance === null ? '' : rate.imbalance.toFixed(2),
    rate.busiest_cpu === null ? '' : `cpu${rate.busiest_cpu}`,
    heat ?? '',
  ];
}

function ratesTable(
  [id, name, cpus]: readonly [string, string, string],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string[] {
  const columns = [
    left(id),
    left(name),
    right('/s'),
    right('idle /s', 1),
    right('share', 3),
    right('max/mean', 4),
    { ...left('busiest'), dropOrder: 2 },
    left(cpus),
  ];
  if (rows.length === 0) return [`  no ${id === 'id' ? 'interrupt' : 'softirq'} was counted`];
  return headedTable(columns, rows, terminal);
}
