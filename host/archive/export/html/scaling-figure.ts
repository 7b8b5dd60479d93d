import type { CellResult } from '../../../analysis/result/cell-result.ts';
import type { Result } from '../../../analysis/result/result.ts';
import { unwatchedCells } from '../../../analysis/telemetry-cost.ts';
import { formatNumber } from '../../../quantities/format.ts';
import { isUnsound } from './cells-section.ts';
import { html, type Markup, nothing } from './markup.ts';
import { linearScale, place } from './scale.ts';

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 48;
const RIGHT = 600;
const TOP = 16;
const BASE = 250;

interface Point {
  readonly threads: number;
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
}

/**
 * Speed-up by threads, for each set of cells that differ in nothing else; the line is one thread's
 * speed times threads.
 */
export function scalingSection(result: Result, cells: readonly CellResult[]): Markup {
  const unwatched = unwatchedCells(result.plan);
  const groups = new Map<string, CellResult[]>();
  for (const cell of cells.filter((each) => !isUnsound(each))) {
    const { threads: _, affinity_applied: __, ...rest } = cell.config;
    const key = JSON.stringify([cell.model, rest, unwatched.has(cell.cell)]);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  const figures = [...groups.values()].flatMap((group) => scalingFigure(result, group));
  if (figures.length === 0) return nothing;
  return html`<section id="scaling"><h2>Threads</h2><div class="figures">${figures}</div></section>`;
}

function scalingFigure(result: Result, group: readonly CellResult[]): Markup[] {
  const base = group.find(({ config }) => config.threads === 1);
  if (base === undefined) return [];
  const points = group.flatMap((cell): Point[] => {
    const { threads } = cell.config;
    if (cell === base) return [{ threads, value: 1, lo: 1, hi: 1 }];
    const found = result.comparisons.find(
      (each) => each.cell === cell.cell && each.baseline === base.cell,
    );
    return found === undefined ? [] : [{ threads, ...found.speed_up }];
  });
  if (points.length < 2) return [];
  points.sort((a, b) => a.threads - b.threads);
  const most = Math.max(...points.map(({ threads }) => threads));
  const highest = Math.max(...points.map(({ hi }) => hi), Math.min(most, 2));
  const top = Math.min(Math.max(highest * 1.15, most * 0.6), most * 1.2);
  const x = linearScale([1, most], [LEFT + 16, RIGHT]);
  const y = linearScale([0, Math.max(top, highest)], [BASE, TOP], 5);
  const ideal = Math.min(most, Math.max(top, highest));
  const name = base.model_name;
  const label = points
    .map(({ threads, value }) => `${threads}: ${formatNumber(value)}×`)
    .join(', ');
  return [
    html`<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Speed-up by threads: ${label}">
${y.ticks.map((tick) => html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${place(y.at(tick))}" y2="${place(y.at(tick))}"/><text class="soft" x="${LEFT - 6}" y="${place(y.at(tick) + 4)}" text-anchor="end">${formatNumber(tick)}×</text>`)}
<line class="ideal" x1="${place(x.at(1))}" y1="${place(y.at(1))}" x2="${place(x.at(ideal))}" y2="${place(y.at(ideal))}"/>
<polyline class="curve" points="${points.map(({ threads, value }) => `${place(x.at(threads))},${place(y.at(value))}`).join(' ')}"/>
${points.map(({ threads, value, lo, hi }) => html`<line class="mark strong" x1="${place(x.at(threads))}" x2="${place(x.at(threads))}" y1="${place(y.at(lo))}" y2="${place(y.at(hi))}"/><circle class="dot" cx="${place(x.at(threads))}" cy="${place(y.at(value))}" r="4.5"/><text x="${place(x.at(threads))}" y="${place(y.at(hi) - 9)}" text-anchor="middle">${formatNumber(value)}×</text><text class="soft" x="${place(x.at(threads))}" y="${BASE + 18}" text-anchor="middle">${threads}</text>`)}
<text class="soft" x="${(LEFT + RIGHT) / 2}" y="${BASE + 40}" text-anchor="middle">threads</text>
</svg><figcaption>${name}: speed-up over one thread, paired by block, with 95 % intervals. Dashed: as many times as threads.</figcaption></figure>`,
  ];
}
