import {
  cpuColumns,
  NOT_AVAILABLE,
  onColumns,
  withOffline,
} from '../../../analysis/activity/cpu-columns.ts';
import { agentShareText, linkTrafficText } from '../../../analysis/activity/own-cost.ts';
import type { Activity, InterruptRates, Rate } from '../../../analysis/result/activity-result.ts';
import type { CellResult } from '../../../analysis/result/cell-result.ts';
import type { Result } from '../../../analysis/result/result.ts';
import { formatNumber } from '../../../quantities/format.ts';
import { dataTable, html, type Markup, nothing } from './markup.ts';

/** Rows of a heat map: the rest is summed up in one. */
const MAX_SOURCES = 20;
/** Beyond so many CPUs a row of cells is no picture any more. */
const MAX_CPUS = 64;

interface Part {
  readonly name: string;
  readonly activity: Activity;
}

/** What the CPUs and interrupts did: in each cell, against the idle board. */
export function activitySection(result: Result, cells: readonly CellResult[]): Markup {
  const idle = result.idle
    ? [{ name: 'idle, before the first process', activity: result.idle }]
    : [];
  const parts: Part[] = [
    ...idle,
    ...cells.flatMap(({ label, activity }) => (activity ? [{ name: label, activity }] : [])),
  ];
  if (parts.length === 0) return nothing;
  return html`<section id="cpus"><h2>CPUs</h2>${busyMap(parts)}${parts.map(cpuDetails)}</section>
<section id="interrupts"><h2>Interrupts and softirqs</h2><p class="soft">A second, on each CPU. Darker is more: by the square root of the share of the busiest field of its table.</p>${parts.map(rateDetails)}</section>`;
}

/** A field of a heat map: the figure is always in it. `share` is 0 to 1. */
function heat(share: number, text: string): Markup {
  const depth = Math.round(Math.sqrt(Math.min(1, Math.max(0, share))) * 70);
  return html`<td class="heat" style="--v:${depth}%">${text}</td>`;
}

/** The field of a CPU that was offline. */
const offlineField = html`<td class="heat soft">${NOT_AVAILABLE}</td>`;

function heatTable(
  head: readonly string[],
  cpus: readonly number[],
  rows: readonly {
    readonly lead: readonly (Markup | string)[];
    readonly fields: readonly Markup[];
  }[],
): Markup {
  const wide = cpus.length <= MAX_CPUS;
  return html`<div class="scroll"><table class="map"><thead><tr>${head.map(
    (title, at) => html`<th scope="col" class="${at === 0 ? 'text' : 'number'}">${title}</th>`,
  )}${wide ? cpus.map((cpu) => html`<th scope="col" class="cpu">cpu${cpu}</th>`) : []}</tr></thead><tbody>${rows.map(
    ({ lead, fields }) =>
      html`<tr>${lead.map((cell, at) =>
        at === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="number">${cell}</td>`,
      )}${wide ? fields : []}</tr>`,
  )}</tbody></table></div>`;
}

function busyMap(parts: readonly Part[]): Markup {
  const cpus = [
    ...new Set(
      parts.flatMap(({ activity }) => [
        ...activity.cpus.map(({ cpu }) => cpu),
        ...activity.cpus_offline,
      ]),
    ),
  ].sort((a, b) => a - b);
  const rows = parts.map(({ name, activity }) => ({
    lead: [name, `${Math.round(activity.busy_percent)} %`],
    fields: cpus.map((cpu) => {
      const use = activity.cpus.find((each) => each.cpu === cpu);
      if (use === undefined) return offlineField;
      const busy = Math.max(0, 100 - use.idle - use.iowait);
      return heat((busy / 100) ** 2, String(Math.round(busy)));
    }),
  }));
  return html`${heatTable(['busy, %', 'all'], cpus, rows)}`;
}

const classes = [
  'usr',
  'nice',
  'sys',
  'iowait',
  'irq',
  'soft',
  'steal',
  'guest',
  'gnice',
  'idle',
] as const;

function cpuDetails({ name, activity }: Part): Markup {
  const online = activity.cpus.map((cpu) => [
    String(cpu.cpu),
    ...classes.map((column) => cpu[column].toFixed(1)),
  ]);
  const rows = withOffline(online, activity.cpus_offline, classes.length);
  return html`<details><summary>${name}: all columns of mpstat</summary>${dataTable(
    [{ title: 'CPU' }, ...classes.map((title) => ({ title: `%${title}`, isNumber: true }))],
    rows,
  )}<p class="soft">${formatNumber(activity.interrupts_per_s)} interrupts/s, ${formatNumber(activity.context_switches_per_s)} context switches/s.</p>${sentence(agentShareText(activity))}</details>`;
}

function sentence(text: string | null): Markup {
  return text === null ? nothing : html`<p class="soft">${capitalised(text)}.</p>`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function rateDetails({ name, activity }: Part, at: number): Markup {
  const { interrupts, softirqs } = activity;
  if (interrupts === null && softirqs === null) return nothing;
  const all = interrupts === null ? '' : `: ${formatNumber(interrupts.per_s)} interrupts/s`;
  const body = html`${interrupts === null ? nothing : interruptMap(interrupts, activity)}${
    softirqs === null
      ? nothing
      : rateMap(
          'softirq',
          softirqs,
          activity,
          softirqs.types.map((type) => ({ ...type, title: html`${type.type}` })),
        )
  }${sentence(linkTrafficText(activity))}`;
  // The first cell beside the idle board is open; the others are a click away and are printed all
  // the same.
  return at <= 1
    ? html`<details open><summary>${name}${all}</summary>${body}</details>`
    : html`<details><summary>${name}${all}</summary>${body}</details>`;
}

function interruptMap(interrupts: InterruptRates, activity: Activity): Markup {
  const { sources, rest } = interrupts;
  const shown = sources.slice(0, MAX_SOURCES);
  const hidden = sources.slice(MAX_SOURCES);
  const others = rest.sources + hidden.length;
  const per_s = rest.per_s + hidden.reduce((sum, source) => sum + source.per_s, 0);
  return html`${rateMap(
    'interrupt',
    interrupts,
    activity,
    shown.map((source) => ({
      ...source,
      title: html`${source.name} <span class="soft">${source.id}${source.is_gpu ? ', GPU' : ''}${source.is_link ? ', our own SSH' : ''}</span>`,
    })),
  )}${others > 0 ? html`<p class="soft">and ${others} more, ${formatNumber(per_s)}/s together</p>` : nothing}`;
}

function rateMap(
  title: string,
  table: Pick<InterruptRates, 'cpus'>,
  activity: Activity,
  rates: readonly (Rate & { readonly title: Markup })[],
): Markup {
  const most = Math.max(1e-9, ...rates.flatMap(({ cpus_per_s }) => cpus_per_s));
  const cpus = cpuColumns(table, activity);
  const rows = rates.map((rate) => ({
    lead: [rate.title, formatNumber(rate.per_s)],
    fields: onColumns(cpus, table, rate).map((value) => {
      if (value === null) return offlineField;
      return heat(value / most, value === 0 ? '·' : formatNumber(value, 2));
    }),
  }));
  return heatTable([title, '/s'], cpus, rows);
}
