import type { CellShape, SlowCause } from '../../../analysis/cell-shapes.ts';
import type { CellResult } from '../../../analysis/result/cell-result.ts';
import { formatCount, formatDuration } from '../../../quantities/format.ts';
import { html, type Markup, nothing } from './markup.ts';
import { linearScale, place } from './scale.ts';

const WIDTH = 640;
const HEIGHT = 210;
const LEFT = 64;
const RIGHT = 628;
const TOP = 14;
const BASE = 162;

/** A mark and a letter for each cause: no colour alone tells them apart. */
const causes: Readonly<Record<SlowCause, { readonly letter: string; readonly word: string }>> = {
  preempted: { letter: 'p', word: 'preempted' },
  minor_fault: { letter: 'f', word: 'page fault' },
  major_fault: { letter: 'F', word: 'page fault from disk' },
  gc: { letter: 'g', word: 'garbage collection' },
  freq_drop: { letter: 'c', word: 'lower clock' },
  interrupt_burst: { letter: 'i', word: 'burst of interrupts' },
  unexplained: { letter: '!', word: 'no explanation' },
};

/**
 * Iterations in the order in which they ran, process beside process: each column from the fastest
 * to the slowest of its iterations, warm-up pale, outliers marked with a letter of what goes with
 * them.
 */
export function timelineFigure(cell: CellResult, shape: CellShape): Markup {
  const columns = shape.processes.flatMap((process) => process.columns);
  if (columns.length === 0) return nothing;
  const top = topOf(shape);
  const y = linearScale([0, top], [BASE, TOP], 4);
  const gap = shape.processes.length > 60 ? 0 : 3;
  const room = RIGHT - LEFT - gap * (shape.processes.length - 1);
  const step = room / columns.length;
  const seen = new Set<SlowCause>();
  let lastMark = 0;
  let x = LEFT;
  const processes = shape.processes.map(({ columns: own, block, process, excluded }) => {
    const from = x;
    const bars = own.map((column) => {
      const [hi, lo] = [Math.min(top, column.hi_ns), Math.min(top, column.lo_ns)];
      const height = Math.max(1.2, y.at(lo) - y.at(hi));
      const bar = `M${place(x)} ${place(y.at(hi))}h${place(Math.max(0.6, step))}v${place(height)}h-${place(Math.max(0.6, step))}Z`;
      // Letters that would touch are left out: the column's own mark stays.
      const isNamed = column.cause !== null && x - lastMark >= 9;
      if (isNamed) lastMark = x;
      const mark =
        column.cause === null
          ? nothing
          : html`<g><title>${formatCount(column.slow, 'slow iteration')}, up to ${formatDuration(column.hi_ns)}: ${causes[column.cause].word}</title><rect class="tick" x="${place(x)}" width="${place(Math.max(1, step))}" y="${BASE + 2}" height="4"/>${isNamed ? html`<text class="slow" x="${place(x + step / 2)}" y="${BASE + 18}" text-anchor="middle">${causes[column.cause].letter}</text>` : nothing}</g>`;
      if (column.cause !== null) seen.add(column.cause);
      x += step;
      return { bar, mark, isWarmUp: column.isWarmUp };
    });
    const path = (isWarmUp: boolean) =>
      bars.flatMap((each) => (each.isWarmUp === isWarmUp ? each.bar : [])).join('');
    const word = `block ${block + 1}, process ${process}${excluded === null ? '' : `: ${excluded}`}`;
    const line = html`<g><title>${word}</title><rect class="${excluded === null ? 'lane' : 'lane out'}" x="${place(from)}" width="${place(Math.max(0.6, x - from))}" y="${TOP}" height="${BASE - TOP}"/><path class="pale" d="${path(true)}"/><path class="line" d="${path(false)}"/></g>${bars.map(({ mark }) => mark)}`;
    x += gap;
    return line;
  });
  const legend = [...seen].map((cause) => `${causes[cause].letter} ${causes[cause].word}`);
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Time line of ${cell.label}: ${formatCount(shape.processes.length, 'process', 'processes')} one after the other">
${y.ticks.map((tick) => html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${place(y.at(tick))}" y2="${place(y.at(tick))}"/><text class="soft" x="${LEFT - 6}" y="${place(y.at(tick) + 4)}" text-anchor="end">${formatDuration(tick)}</text>`)}
${processes}<text class="soft" x="${LEFT}" y="${BASE + 38}">${formatCount(shape.processes.length, 'process', 'processes')} in the order in which they ran →</text>
</svg><figcaption>Iterations over time, fastest to slowest of each column; warm-up is pale.${legend.length > 0 ? ` Slow: ${legend.join(', ')}.` : ' No outliers.'}</figcaption></figure>`;
}

/** One outlier must not flatten all the rest: what is higher ends at the upper edge. */
function topOf({ processes }: CellShape): number {
  const heights = processes
    .flatMap(({ columns }) => columns.filter(({ isWarmUp }) => !isWarmUp))
    .map(({ hi_ns }) => hi_ns)
    .sort((a, b) => a - b);
  const highest = heights.at(-1) ?? processes[0]?.columns[0]?.hi_ns ?? 1;
  const most = heights[Math.floor(heights.length * 0.95)] ?? highest;
  return Math.min(highest, most * 1.6) * 1.04;
}
