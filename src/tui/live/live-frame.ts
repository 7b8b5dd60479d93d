import { progressView } from '../../report/progress/progress-view.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { exactly, padEnd, rule, spread } from '../../terminal/text.ts';
import type { Place } from '../frame/keys.ts';
import { type LiveLayout, liveLayout, type Size } from '../frame/layout.ts';
import { footerLine, stacked } from '../frame/lines.tsx';
import type { Canvas, FinishedFrame } from '../frame/view.ts';
import { chartLines, markLegend } from './chart.ts';
import { windowOf } from './chart-columns.ts';
import { cpuLines, cpuSummary, HOT } from './cpu-lines.ts';
import { irqLines, irqTitle } from './irq-lines.ts';
import { detailOf, type LiveState } from './live-state.ts';
import { metricsLines } from './metrics-page.ts';
import { boardText, cellLines, figuresLine, noteLines } from './panes.ts';
import { boardTitle, oneLine, planTitle, processTitle, type TitleContext } from './title.ts';

type Tab = 'cells' | 'cpu' | 'irq' | 'notes';

/**
 * Panes of which one is shown at a time; where there is room CPUs and interrupts have places of
 * their own.
 */
export function tabsOf({ density, irqColumns }: Pick<LiveLayout, 'density' | 'irqColumns'>) {
  const all: readonly Tab[] = ['cells', 'cpu', 'irq', 'notes'];
  return all.filter(
    (tab) => !(tab === 'cpu' && density === 'panes') && !(tab === 'irq' && irqColumns > 0),
  );
}

/** What the person chose to look at; the rest is the run's. */
export interface LiveChoices {
  readonly tab: Tab;
  /** Seconds that the chart shows; null follows the run until it is a minute. */
  readonly windowS: number | null;
  readonly isPaused: boolean;
  /** First line of the page of all metrics; null while the run is shown. */
  readonly metricsFrom: number | null;
}

export interface LiveFrameProps {
  readonly board: string;
  readonly state: LiveState;
  readonly choices: LiveChoices;
  readonly canvas: Canvas;
  /** Whose keys the footer shows. */
  readonly place?: Place;
  /** For the lines that plain output has as well. */
  readonly terminal: Terminal;
}

/** The live view of one run, as lines. */
export function liveFrame(props: LiveFrameProps): FinishedFrame {
  const { state, canvas } = props;
  const { theme, size } = canvas;
  const layout = layoutOf(state, size);
  const context: TitleContext = {
    board: props.board,
    isPaused: props.choices.isPaused,
    columns: size.columns,
    nowMs: canvas.nowMs,
  };
  if (layout.density === 'line') {
    return stacked([{ lines: [oneLine(state, context, theme)], rows: layout.title }], canvas);
  }
  const titles = [boardTitle(state, context, theme), planTitle(state, context, theme)];
  if (props.choices.metricsFrom !== null) return metricsPage(props, titles);
  const isMeasuring = (state.progress.run?.firstProcess_ns ?? null) !== null;
  const measured = layout.figures + layout.chart + layout.lower;
  return stacked(
    [
      { lines: titles, rows: layout.title },
      ...(isMeasuring
        ? measurement(props, layout)
        : [{ lines: preparation(props), rows: measured }]),
      { lines: boardLines(state, layout, canvas), rows: layout.board },
      { lines: noteLines(state, layout.notes, theme), rows: layout.notes },
      { lines: [footerLine(props.place ?? 'live', size.columns, theme)], rows: layout.footer },
    ],
    canvas,
  );
}

/** Title and figures stay; below them all of mpstat, from the line that was scrolled to. */
function metricsPage(
  { state, choices, canvas, place: keys = 'live' }: LiveFrameProps,
  [title = '', plan = '']: readonly string[],
): FinishedFrame {
  const { size, theme } = canvas;
  const head = size.rows >= 14 ? [title, plan, figuresLine(state, size.columns, theme)] : [title];
  const rows = Math.max(0, size.rows - head.length - 1);
  const lines = metricsLines(state, size.columns, theme);
  const from = Math.min(choices.metricsFrom ?? 0, Math.max(0, lines.length - rows));
  const to = Math.min(lines.length, from + rows);
  const isCut = from > 0 || to < lines.length;
  const place = isCut ? theme.dim(`${from + 1}-${to} of ${lines.length} `) : '';
  const footer = spread(footerLine(keys, size.columns, theme), place, size.columns, theme);
  return stacked(
    [
      { lines: head, rows: head.length },
      { lines: lines.slice(from, to), rows },
      { lines: [isCut ? footer : footerLine(keys, size.columns, theme)], rows: 1 },
    ],
    canvas,
  );
}

interface Part {
  readonly lines: readonly string[];
  readonly rows: number;
}

/** What there is room for on a terminal of this size. */
export function layoutOf(state: LiveState, size: Size): LiveLayout {
  return liveLayout(size, contentOf(state));
}

function contentOf(state: LiveState): Parameters<typeof liveLayout>[1] {
  return {
    cells: state.progress.plan?.cells.length ?? 3,
    cpus: state.progress.facts?.cpu.online.length ?? 4,
    sources: detailOf(state).irq.rates.length,
    notes: state.notes.length,
  };
}

/** Before the first process: the steps that are done, and the one under way. */
function preparation({ board, state, terminal }: LiveFrameProps): string[] {
  const [, ...steps] = progressView(state.progress, board, terminal);
  return ['', ...steps.slice(0, 2).flatMap((line) => [line, ''])];
}

function measurement({ state, choices, canvas }: LiveFrameProps, layout: LiveLayout): Part[] {
  const { theme } = canvas;
  const { columns } = layout;
  const figures = [
    ...(layout.figures > 1 ? [rule(processTitle(state), columns, theme)] : []),
    figuresLine(state, columns, theme),
  ];
  const windowS = choices.windowS ?? windowOf(detailOf(state).timeline);
  const size = { columns, rows: layout.chart };
  const chart = layout.chart >= 2 ? chartLines(detailOf(state).timeline, windowS, size, theme) : [];
  return [
    { lines: figures, rows: layout.figures },
    { lines: chart, rows: layout.chart },
    { lines: lowerLines({ state, choices, canvas }, layout), rows: layout.lower },
  ];
}

type Shown = Pick<LiveFrameProps, 'state' | 'choices' | 'canvas'>;

function lowerLines(shown: Shown, layout: LiveLayout): string[] {
  const { state, choices, canvas } = shown;
  const { theme } = canvas;
  const { columns, lower: rows, cpuColumns } = layout;
  if (layout.density === 'compact' || layout.density === 'small') {
    return [cpuSummary(state, columns, theme)];
  }
  if (layout.density === 'tabs') {
    return [
      tabRule(tabsOf(layout), choices.tab, columns, canvas),
      ...tabLines(choices.tab, shown, { columns, rows: rows - 1 }),
    ];
  }
  const { irqColumns } = layout;
  const tabs = tabsOf(layout);
  const tab = tabs.includes(choices.tab) ? choices.tab : 'cells';
  const cellColumns = columns - cpuColumns - 1 - (irqColumns > 0 ? irqColumns + 1 : 0);
  const size = (width: number) => ({ columns: width, rows: rows - 1 });
  const cells = [
    tabRule(tabs, tab, cellColumns, canvas),
    ...tabLines(tab, shown, size(cellColumns)),
  ];
  const irqs = [
    rule(irqTitle(state), irqColumns, theme),
    ...irqLines(state, size(irqColumns), theme),
  ];
  const cpus = [
    rule(`cpu, % of the last second, ${HOT} busiest`, cpuColumns, theme),
    ...cpuLines(state, size(cpuColumns), theme),
  ];
  return exactly(cells, rows).map((line, row) =>
    [
      padEnd(line, cellColumns, theme),
      ...(irqColumns > 0 ? [padEnd(irqs[row] ?? '', irqColumns, theme)] : []),
      cpus[row] ?? '',
    ].join(' '),
  );
}

function tabRule(tabs: readonly Tab[], tab: Tab, columns: number, { theme }: Canvas): string {
  const names = tabs.map((name) => (name === tab ? theme.selected(` ${name} `) : ` ${name} `));
  return rule(names.join(''), columns, theme);
}

function tabLines(
  tab: Tab,
  { state, canvas }: Shown,
  size: { readonly columns: number; readonly rows: number },
): string[] {
  switch (tab) {
    case 'cells':
      return cellLines(state, size, canvas.theme);
    case 'cpu':
      return cpuLines(state, size, canvas.theme);
    case 'irq':
      return irqLines(state, size, canvas.theme);
    case 'notes':
      return noteLines(state, size.rows, canvas.theme);
    default:
      return tab satisfies never;
  }
}

function boardLines(state: LiveState, layout: LiveLayout, { theme }: Canvas): string[] {
  const legend = markLegend(detailOf(state).timeline, theme, 60);
  const title = legend === '' ? 'board' : `board ${theme.dim(`· ${legend}`)}`;
  const text = boardText(state, theme);
  return layout.board > 1 ? [rule(title, layout.columns, theme), text] : [text];
}
