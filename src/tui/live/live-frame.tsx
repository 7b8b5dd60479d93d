import { Box } from 'ink';
import type { ReactNode } from 'react';
import { progressView } from '../../output/progress-view.ts';
import type { Terminal } from '../../output/terminal.ts';
import { type Density, type LiveLayout, liveLayout } from '../frame/layout.ts';
import { Frame, footerLine, Lines } from '../frame/lines.tsx';
import { rule } from '../frame/text.ts';
import type { Canvas } from '../frame/view.ts';
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

/** The live view of one run. */
export function LiveFrame(props: LiveFrameProps): ReactNode {
  const { state, canvas } = props;
  const { theme, size } = canvas;
  const layout = liveLayout(size, contentOf(state));
  const context: TitleContext = {
    board: props.board,
    isPaused: props.choices.isPaused,
    columns: size.columns,
    nowMs: canvas.nowMs,
  };
  const block = (lines: readonly string[], rows: number) => (
    <Lines lines={lines} columns={size.columns} rows={rows} theme={theme} />
  );
  if (layout.density === 'line') {
    return <Frame canvas={canvas}>{block([oneLine(state, context, theme)], layout.title)}</Frame>;
  }
  const isMeasuring = state.progress.firstProcess_ns !== null;
  return (
    <Frame canvas={canvas}>
      {block([boardTitle(state, context, theme), planTitle(state, context, theme)], layout.title)}
      {isMeasuring ? (
        <Measurement {...props} layout={layout} />
      ) : (
        block(preparation(props), layout.figures + layout.chart + layout.lower)
      )}
      {block(boardLines(state, layout, canvas), layout.board)}
      {block(noteLines(state, layout.notes, theme), layout.notes)}
      {block([footerLine('live', size.columns, theme)], layout.footer)}
    </Frame>
  );
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

function Measurement(props: LiveFrameProps & { readonly layout: LiveLayout }): ReactNode {
  const { state, choices, canvas, layout } = props;
  const { theme } = canvas;
  const { columns } = layout;
  const figures = [
    ...(layout.figures > 1 ? [rule(processTitle(state), columns, theme)] : []),
    figuresLine(state, columns, theme),
  ];
  const chart =
    layout.chart >= 2
      ? chartLines(
          state.timeline,
          choices.windowS ?? windowOf(state.timeline),
          { columns, rows: layout.chart },
          theme,
        )
      : [];
  return (
    <>
      <Lines lines={figures} columns={columns} rows={layout.figures} theme={theme} />
      <Lines lines={chart} columns={columns} rows={layout.chart} theme={theme} />
      <Lower {...props} />
    </>
  );
}

function Lower(props: LiveFrameProps & { readonly layout: LiveLayout }): ReactNode {
  const { state, choices, canvas, layout } = props;
  const { theme } = canvas;
  const { columns, lower: rows, cpuColumns } = layout;
  const isBrief = layout.density === 'compact' || layout.density === 'small';
  if (isBrief) {
    const lines = [
      cpuSummary(state, columns, theme),
      ...cellLines(state, { columns, rows }, theme),
    ];
    return <Lines lines={lines.slice(0, 1)} columns={columns} rows={rows} theme={theme} />;
  }
  if (layout.density === 'tabs') {
    const size = { columns, rows: rows - 1 };
    const lines = [
      tabRule(tabsOf(layout.density), choices.tab, columns, canvas),
      ...tabLines(choices.tab, props, size),
    ];
    return <Lines lines={lines} columns={columns} rows={rows} theme={theme} />;
  }
  const cellColumns = columns - cpuColumns - 1;
  const tab = choices.tab === 'cpu' ? 'cells' : choices.tab;
  const left = [
    tabRule(tabsOf(layout.density), tab, cellColumns, canvas),
    ...tabLines(tab, props, { columns: cellColumns, rows: rows - 1 }),
  ];
  const cpus = [
    rule('cpu, % of the last second', cpuColumns, theme),
    ...cpuLines(state, { columns: cpuColumns, rows: rows - 1 }, theme),
  ];
  return (
    <Box height={rows} flexShrink={0}>
      <Lines lines={left} columns={cellColumns} rows={rows} theme={theme} />
      <Box width={1} />
      <Lines lines={cpus} columns={cpuColumns} rows={rows} theme={theme} />
    </Box>
  );
}

function tabRule(tabs: readonly Tab[], tab: Tab, columns: number, { theme }: Canvas): string {
  const names = tabs.map((name) => (name === tab ? theme.selected(` ${name} `) : ` ${name} `));
  return rule(names.join(''), columns, theme);
}

function tabLines(
  tab: Tab,
  { state, canvas }: LiveFrameProps,
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
