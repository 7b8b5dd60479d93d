import type { CellShape } from '../../../analysis/cell-shapes.ts';
import type { CellResult } from '../../../analysis/result/cell-result.ts';
import { formatCount, formatDuration } from '../../../quantities/format.ts';
import { html, type Markup, nothing } from './markup.ts';
import { linearScale, place, type Scale } from './scale.ts';

const WIDTH = 640;
const HEIGHT = 210;
const LEFT = 12;
const RIGHT = 628;
const TOP = 50;
const BASE = 150;
const RUG = 160;

/**
 * How often which latency was seen: steady iterations of the counted processes, with the median and
 * its interval, the percentiles that there are, and below the median of each process.
 */
export function distributionFigure(cell: CellResult, shape: CellShape): Markup {
  if (shape.steady === 0) return nothing;
  const x = linearScale([shape.lo_ns, shape.hi_ns], [LEFT, RIGHT], 6);
  const label = `Distribution of ${shape.steady} iterations of ${cell.label}, from ${formatDuration(shape.lo_ns)} to ${formatDuration(shape.hi_ns)}`;
  const p99 = cell.percentiles.p99.value_ns;
  const far = p99 !== null && p99 > shape.hi_ns ? `p99 ${formatDuration(p99)}, ` : '';
  const beyond =
    shape.above === 0
      ? nothing
      : html`<text class="soft" x="${RIGHT}" y="${BASE - 44}" text-anchor="end">${formatCount(shape.above, 'iteration')} beyond, ${far}up to ${formatDuration(cell.max_ns ?? shape.hi_ns)} →</text>`;
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${intervalBand(cell, x)}<path class="area" d="${areaPath(shape)}"/>
<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${BASE}" y2="${BASE}"/>
${markers(cell, shape, x)}${beyond}${
  shape.below === 0
    ? nothing
    : html`<text class="soft" x="${LEFT}" y="${BASE - 44}">← ${shape.below} below</text>`
}${rug(shape, x)}${xAxis(x)}
</svg><figcaption>Latency of steady iterations. Ticks below: the median of each process${shape.processes.some(({ excluded }) => excluded !== null) ? '; hollow: a process that does not count' : ''}.</figcaption></figure>`;
}

function areaPath({ bins }: CellShape): string {
  const most = Math.max(1, ...bins);
  const step = (RIGHT - LEFT) / bins.length;
  const points = bins.map((count, at) => {
    const y = BASE - (count / most) * (BASE - TOP - 22);
    return `H${place(LEFT + at * step)}V${place(y)}H${place(LEFT + (at + 1) * step)}`;
  });
  return `M${LEFT} ${BASE}${points.join('')}V${BASE}Z`;
}

function intervalBand({ ci }: CellResult, x: Scale): Markup {
  if (ci === null) return nothing;
  const from = Math.max(LEFT, x.at(ci.lo_ns));
  const to = Math.min(RIGHT, x.at(ci.hi_ns));
  if (!(to > from)) return nothing;
  return html`<rect class="band" x="${place(from)}" width="${place(Math.max(1.5, to - from))}" y="${TOP}" height="${BASE - TOP}"/>`;
}

interface Marker {
  readonly name: string;
  readonly at: number;
}

/** Names over the lines; where two would touch, the later stands a row higher. */
function markers({ median_ns, percentiles }: CellResult, shape: CellShape, x: Scale): Markup {
  const found: Marker[] = [
    { name: 'median', value: median_ns },
    { name: 'p90', value: percentiles.p90.value_ns },
    { name: 'p99', value: percentiles.p99.value_ns },
  ].flatMap(({ name, value }) =>
    value === null || value < shape.lo_ns || value > shape.hi_ns
      ? []
      : [{ name: `${name} ${formatDuration(value)}`, at: x.at(value) }],
  );
  const ends: number[] = [];
  return html`${found.map(({ name, at }, index) => {
    const [anchor, from] =
      at > WIDTH - 90 ? ['end', at - 96] : at < 90 ? ['start', at] : ['middle', at - 48];
    const free = ends.findIndex((end) => end < from);
    const row = free < 0 ? ends.length : free;
    ends[row] = from + 100;
    const y = TOP - 5 - 15 * row;
    return html`<line class="${index === 0 ? 'mark strong' : 'mark'}" x1="${place(at)}" x2="${place(at)}" y1="${y + 4}" y2="${BASE}"/><text x="${place(at)}" y="${y}" text-anchor="${anchor ?? ''}">${name}</text>`;
  })}`;
}

function rug({ processes, lo_ns, hi_ns }: CellShape, x: Scale): Markup {
  return html`${processes.map(({ median_ns, excluded, process }) =>
    median_ns === null || median_ns < lo_ns || median_ns > hi_ns
      ? nothing
      : html`<circle class="${excluded === null ? 'dot' : 'dot hollow'}" cx="${place(x.at(median_ns))}" cy="${RUG}" r="3.5"><title>process ${process}: ${formatDuration(median_ns)}</title></circle>`,
  )}`;
}

function xAxis(x: Scale): Markup {
  return html`${x.ticks.map((tick) => {
    const at = x.at(tick);
    const anchor = at > RIGHT - 24 ? 'end' : at < LEFT + 24 ? 'start' : 'middle';
    return html`<line class="axis" x1="${place(at)}" x2="${place(at)}" y1="${BASE}" y2="${BASE + 4}"/><text class="soft" x="${place(at)}" y="${RUG + 26}" text-anchor="${anchor}">${formatDuration(tick)}</text>`;
  })}`;
}
