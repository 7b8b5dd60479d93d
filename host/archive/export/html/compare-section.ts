import { formatChange, formatInterval } from '../../../quantities/format.ts';
import {
  type Change,
  type ComparedCell,
  environmentName,
  type RunComparison,
} from '../../compare-runs.ts';
import { dataTable, html, type Markup, nothing } from './markup.ts';
import { linearScale, place } from './scale.ts';

const marks: Readonly<Record<Change['word'], string>> = {
  faster: '▼',
  same: '=',
  SLOWER: '▲',
  undecided: '~',
  'not comparable': '✗',
};

/** Runs side by side, the first as the baseline. */
export function compareSection({ results, cells, differences, unknown }: RunComparison): Markup {
  const [baseline, ...others] = results;
  if (baseline === undefined || others.length === 0) return nothing;
  const tables = others.map((other, index) => {
    const rows = cells.flatMap((cell) => rowOf(cell, index + 1));
    return html`<h3>${other.run_id} <span class="soft">against ${baseline.run_id}</span></h3>${dataTable(
      [
        { title: 'cell' },
        { title: 'baseline', isNumber: true },
        { title: 'this run', isNumber: true },
        { title: 'change, 95 % CI', isNumber: true },
        { title: '' },
        { title: '' },
        { title: '' },
      ],
      rows,
    )}`;
  });
  const conditions =
    differences.length === 0
      ? html`<p>The conditions are the same in all${unknown.length > 0 ? `, as far as they are known (not known: ${unknown.map(environmentName).join(', ')})` : ''}.</p>`
      : dataTable(
          [{ title: 'differs' }, ...results.map(({ run_id }) => ({ title: run_id }))],
          differences.map(({ key, values }) => [
            environmentName(key),
            ...values.map((value) => value ?? 'unknown'),
          ]),
        );
  return html`<section id="compare"><h2>Compared with the baseline ${baseline.run_id}</h2>${tables}<h3>Conditions</h3>${conditions}</section>`;
}

function rowOf({ label, entries }: ComparedCell, at: number): (Markup | string)[][] {
  const [before, after] = [entries[0] ?? null, entries[at] ?? null];
  if (before === null && after === null) return [];
  const change = after?.change ?? null;
  const shown =
    change === null
      ? ['', '', before === null ? 'only in this run' : '', '']
      : [changeText(change), changeFigure(change), wordOf(change), change.reason ?? ''];
  return [[label, medianOf(before), medianOf(after), ...shown]];
}

function medianOf(entry: ComparedCell['entries'][number]): string {
  if (entry === null || entry.cell.median_ns === null) return 'none';
  return formatInterval(entry.cell.median_ns, entry.cell.ci?.half_width ?? null);
}

function changeText({ ratio, lo, hi }: Pick<Change, 'ratio' | 'lo' | 'hi'>): string {
  if (ratio === null || lo === null || hi === null) return '';
  return `${formatChange(ratio - 1)} (${formatChange(lo - 1)} to ${formatChange(hi - 1)})`;
}

function wordOf({ word }: Change): Markup {
  return html`<span class="chip word-${word.replace(' ', '-').toLowerCase()}">${marks[word]} ${word}</span>`;
}

/** The interval around no change; left is faster. The scale ends at ± 25 %. */
function changeFigure({ ratio, lo, hi }: Change): Markup {
  if (ratio === null || lo === null || hi === null) return nothing;
  const x = linearScale([0.75, 1.25], [2, 138]);
  const at = (value: number) => place(x.at(Math.min(1.25, Math.max(0.75, value))));
  return html`<svg class="change" viewBox="0 0 140 16" role="img" aria-label="${changeText({ ratio, lo, hi })}"><line class="grid" x1="70" x2="70" y1="0" y2="16"/><line class="mark strong" x1="${at(lo)}" x2="${at(hi)}" y1="8" y2="8"/><circle class="dot" cx="${at(ratio)}" cy="8" r="3.5"/></svg>`;
}
