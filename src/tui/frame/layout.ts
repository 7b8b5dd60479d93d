/** The terminal, in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * How much of a screen a terminal has room for. Nothing refuses to run on a small one: the
 * measurement does not depend on the window. `panes`: everything side by side; `tabs`: one pane at
 * a time; `compact`: latency, one CPU line, the board; `small`: title, progress, median; `line`:
 * one line.
 */
export type Density = 'panes' | 'tabs' | 'compact' | 'small' | 'line';

const densities: readonly { readonly density: Density; readonly least: Size }[] = [
  { density: 'panes', least: { columns: 100, rows: 28 } },
  { density: 'tabs', least: { columns: 80, rows: 22 } },
  { density: 'compact', least: { columns: 60, rows: 14 } },
  { density: 'small', least: { columns: 40, rows: 8 } },
];

export function densityOf({ columns, rows }: Size): Density {
  const fitting = densities.find(({ least }) => columns >= least.columns && rows >= least.rows);
  return fitting?.density ?? 'line';
}

/**
 * Rows of the live view's parts; zero where a part is not shown. They add up to the terminal's
 * rows.
 */
export interface LiveLayout {
  readonly density: Density;
  readonly columns: number;
  readonly title: number;
  readonly figures: number;
  readonly chart: number;
  /** Cells and CPUs side by side, or one of the tabs; its rule included. */
  readonly lower: number;
  /** Columns of the CPU pane where it stands beside the cells; the cells have the rest. */
  readonly cpuColumns: number;
  /** Columns of the interrupts where they have a place of their own; zero where they are a tab. */
  readonly irqColumns: number;
  /** The board's line; its rule included. */
  readonly board: number;
  readonly notes: number;
  readonly footer: number;
}

/** What the live view has to show. */
export interface LiveContent {
  readonly cells: number;
  readonly cpus: number;
  /** Sources of interrupts and softirqs. */
  readonly sources: number;
  readonly notes: number;
}

/**
 * The CPU pane with all ten columns of mpstat and a bar of six cells; on wide terminals of sixteen.
 */
const CPU_COLUMNS = 60;
const WIDE_CPU_COLUMNS = 78;
/** From here on cells, interrupts and CPUs stand side by side. */
const WITH_IRQ = 150;
const IRQ_COLUMNS = 52;
const MIN_CHART = 3;
const MAX_CHART = 18;

export function liveLayout(size: Size, content: LiveContent): LiveLayout {
  const density = densityOf(size);
  switch (density) {
    case 'panes':
      return paned(size, content);
    case 'tabs':
      return tabbed(size, content);
    case 'compact':
      return closed({ density, title: 2, figures: 1, lower: 2, board: 1, notes: 1 }, size);
    case 'small':
      return closed({ density, title: 2, figures: 2, lower: 1, board: 1, notes: 1 }, size);
    case 'line':
      return { ...nothing, density, columns: size.columns, title: Math.min(1, size.rows) };
    default:
      return density satisfies never;
  }
}

const nothing: LiveLayout = {
  density: 'line',
  columns: 0,
  title: 0,
  figures: 0,
  chart: 0,
  lower: 0,
  cpuColumns: 0,
  irqColumns: 0,
  board: 0,
  notes: 0,
  footer: 0,
};

/** The chart takes what is left: the last lines of the frame are always the footer's. */
function closed(parts: Partial<LiveLayout>, { columns, rows }: Size): LiveLayout {
  const layout = { ...nothing, footer: 1, columns, ...parts };
  const { title, figures, lower, board, notes, footer } = layout;
  const chart = Math.max(0, rows - title - figures - lower - board - notes - footer);
  return { ...layout, chart };
}

/** Title, rule and figures, axis, board, footer; what is left goes to the chart and the panes. */
const FIXED_ROWS = 2 + 2 + 1 + 2 + 1;

function paned(size: Size, content: LiveContent): LiveLayout {
  const notes = Math.min(Math.max(1, content.notes), size.rows >= 40 ? 5 : 1);
  const room = size.rows - FIXED_ROWS - notes;
  const irqColumns = size.columns >= WITH_IRQ ? IRQ_COLUMNS : 0;
  const wanted = 2 + Math.max(content.cpus + 1, content.cells);
  // Sources are many and the last of them rare: the chart keeps its share before they are all
  // shown.
  const forSources = irqColumns > 0 ? Math.min(2 + content.sources, Math.ceil(room * 0.6)) : 0;
  const lower = Math.max(6, Math.min(Math.max(wanted, forSources), room - MIN_CHART));
  // Beyond its best height a chart gains nothing; the panes above the footer take the rest as white
  // space.
  const spare = Math.max(0, room - lower - MAX_CHART);
  return closed(
    {
      density: 'panes',
      title: 2,
      figures: 2,
      lower: lower + spare,
      cpuColumns: size.columns >= 180 ? WIDE_CPU_COLUMNS : CPU_COLUMNS,
      irqColumns,
      board: 2,
      notes,
    },
    size,
  );
}

function tabbed(size: Size, content: LiveContent): LiveLayout {
  const room = size.rows - FIXED_ROWS - 1;
  const wanted = 2 + Math.max(content.cpus + 1, content.cells);
  const lower = Math.max(5, Math.min(wanted, room - MIN_CHART + 1));
  return closed({ density: 'tabs', title: 2, figures: 2, lower, board: 2, notes: 1 }, size);
}
