import { progressView } from '../../output/progress-view.ts';
import type { Terminal } from '../../output/terminal.ts';
import { type Density, type LiveLayout, liveLayout } from '../frame/layout.ts';
import { footerLine, stacked } from '../frame/lines.tsx';
import { exactly, padEnd, rule } from '../frame/text.ts';
import type { Canvas, FinishedFrame } from '../frame/view.ts';
import { chartLines, markLegend } from './chart.ts';
import { irqLines } from './irq-lines.ts';
import type { LiveState } from './live-state.ts';
import { boardText, cellLines, cpuLines, cpuSummary, figuresLine, noteLines } from './panes.ts';
import { windowOf } from './timeline.ts';
import { boardTitle, oneLine, planTitle, processTitle, type TitleContext } from './title.ts';

type Tab = 'cells' | 'cpu' | 'irq' | 'notes';

/** Panes of which one is shown at a time; where there is room the CPUs have a place of their own. */
export function tabsOf(density: Density): readonly Tab[] {
  return density === 'panes' ? ['cells', 'irq', 'notes'] : ['cells', 'cpu', 'irq', 'notes'];
}

/** What the person chose to look at; the rest is the run's. */
export interface LiveChoices {
  readonly tab: Tab;
  /** Seconds that the chart shows; null follows the run until it is a minute. */
  readonly windowS: number | null;
  readonly isPaused: boolean;
}

export interface LiveFrameProps {
  readonly board: string;
  readonly state: LiveState;
  readonly choices: LiveChoices;
  readonly canvas: Canvas;
  /** For the lines that plain output has as well. */
  readonly terminal: Terminal;
}

/** The live view of one run, as lines. */
export function liveFrame(props: LiveFrameProps): FinishedFrame {
  const { state, canvas } = props;
  const { theme, size } = canvas;
  const layout = liveLayout(size, contentOf(state));
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
  const isMeasuring = state.progress.firstProcess_ns !== null;
  const measured = layout.figures + layout.chart + layout.lower;
  return stacked(
    [
      { lines: titles, rows: layout.title },
      ...(isMeasuring
        ? measurement(props, layout)
        : [{ lines: preparation(props), rows: measured }]),
      { lines: boardLines(state, layout, canvas), rows: layout.board },
      { lines: noteLines(state, layout.notes, theme), rows: layout.notes },
      { lines: [footerLine('live', size.columns, theme)], rows: layout.footer },
    ],
    canvas,
  );
}

interface Part {
  readonly lines: readonly string[];
  readonly rows: number;
}

function contentOf(state: LiveState): Parameters<typeof liveLayout>[1] {
  return {
    cells: state.progress.plan?.cells.length ?? 3,
    cpus: state.progress.facts?.cpu.online.length ?? 4,
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
  const windowS = choices.windowS ?? windowOf(state.timeline);
  const size = { columns, rows: layout.chart };
  const chart = layout.chart >= 2 ? chartLines(state.timeline, windowS, size, theme) : [];
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
      tabRule(tabsOf(layout.density), choices.tab, columns, canvas),
      ...tabLines(choices.tab, shown, { columns, rows: rows - 1 }),
    ];
  }
  const cellColumns = columns - cpuColumns - 1;
  const tab = choices.tab === 'cpu' ? 'cells' : choices.tab;
  const left = [
    tabRule(tabsOf(layout.density), tab, cellColumns, canvas),
    ...tabLines(tab, shown, { columns: cellColumns, rows: rows - 1 }),
  ];
  const right = [
    rule('cpu, % of the last second', cpuColumns, theme),
    ...cpuLines(state, { columns: cpuColumns, rows: rows - 1 }, theme),
  ];
  return exactly(left, rows).map((line, row) => {
    const beside = right[row] ?? '';
    return `${padEnd(line, cellColumns, theme)} ${beside}`;
  });
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
  const legend = markLegend(state.timeline, theme, 60);
  const title = legend === '' ? 'board' : `board ${theme.dim(`· ${legend}`)}`;
  const text = boardText(state, theme);
  return layout.board > 1 ? [rule(title, layout.columns, theme), text] : [text];
}
