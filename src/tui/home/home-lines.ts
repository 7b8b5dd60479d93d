import type { RunListing } from '../../../host/results/saved-runs.ts';
import { counted, formatElapsed } from '../../output/quantities.ts';
import { runSummary } from '../../output/run-summary.ts';
import type { Size } from '../frame/layout.ts';
import { clip, padEnd, rule, spread, windowAround } from '../frame/text.ts';
import type { Theme } from '../frame/theme.ts';
import {
  chosen,
  type HomeState,
  type Picker,
  planFields,
  presetOf,
  presetsOf,
  type Section,
} from './home-state.ts';
import { benchArguments, estimatePlan } from './plan-estimate.ts';

export interface HomeContext {
  readonly version: string;
  /** CPUs of this machine, which is the board of the demonstration. */
  readonly ownCpus: number;
}

/** The frame of the home screen, without its footer: one step open, the others as what was chosen in them. */
export function homeLines(
  state: HomeState,
  context: HomeContext,
  size: Size,
  theme: Theme,
): string[] {
  const { columns, rows } = size;
  const title = spread(
    ` ${theme.title('orin-remote')} ${context.version}`,
    'measure a model on a board ',
    columns,
    theme,
  );
  const plan = planLines(state, context, theme);
  const isSmall = rows < 14;
  if (isSmall) {
    const lines = sectionLines(state, state.focus, plan, rows - 2, columns, theme);
    return [rule(sectionTitle(state, state.focus, theme), columns, theme), ...lines];
  }
  const room = allot(state, rows - 4, plan.length);
  const steps = (['board', 'model', 'plan'] as const).flatMap((section) => [
    rule(sectionTitle(state, section, theme), columns, theme),
    ...sectionLines(state, section, plan, room[section], columns, theme),
  ]);
  const left = rows - 1 - 1 - steps.length - 1;
  const recent =
    left > 0
      ? [rule('recent results', columns, theme), ...recentLines(state.runs, left, columns, theme)]
      : [];
  return [title, ...steps, ...recent];
}

/** Rows that the recent results are worth before the steps get more than they need. */
const RECENT_ROWS = 4;

/** The open step has what it needs; the others a line each, and more where there is room: the plan first. */
function allot(state: HomeState, rows: number, planRows: number): Record<Section, number> {
  const wanted: Record<Section, number> = {
    board: state.board.choices.length + 1,
    model: state.model.choices.length + 1,
    plan: planRows,
  };
  const room: Record<Section, number> = { board: 1, model: 1, plan: 1 };
  const isRoomy = rows >= 22;
  // Rules of the three steps, and the two other steps' lines.
  const most = Math.max(1, rows - 3 - 2 - (isRoomy ? RECENT_ROWS : 0));
  const fair = Math.max(7, Math.floor(rows / 2));
  room[state.focus] = Math.min(wanted[state.focus], most, fair);
  for (const section of ['plan', 'model', 'board'] as const) {
    const used = 3 + room.board + room.model + room.plan;
    const grown = Math.min(wanted[section], room[section] + rows - used - RECENT_ROWS);
    // Half a plan form tells less than its summary.
    const isWorth = section === 'plan' ? grown === planRows : grown > room[section];
    if (section !== state.focus && isWorth) room[section] = grown;
  }
  return room;
}

function sectionTitle(state: HomeState, section: Section, theme: Theme): string {
  const number = { board: 1, model: 2, plan: 3 }[section];
  const count = section === 'plan' ? 0 : state[section].choices.length;
  const text = count > 9 ? `${number} ${section} (${count})` : `${number} ${section}`;
  return section === state.focus ? theme.title(text) : text;
}

function sectionLines(
  state: HomeState,
  section: Section,
  plan: readonly string[],
  rows: number,
  columns: number,
  theme: Theme,
): string[] {
  if (section !== 'plan') {
    const isOpen = state.focus === section;
    const lines = pickerLines(state[section], section, isOpen, rows, columns, theme);
    const { problem } = state;
    return isOpen && problem !== null ? withProblem(lines, problem, rows, theme) : lines;
  }
  // The estimate and the command say all of the plan in two lines; one line has room for the first.
  return rows >= plan.length ? [...plan] : plan.slice(-2).slice(0, rows);
}

function withProblem(lines: string[], problem: string, rows: number, theme: Theme): string[] {
  return [
    ...lines.slice(0, Math.max(0, rows - 1)),
    theme.failed(`   ${theme.glyphs.failed} ${problem}`),
  ];
}

function pickerLines(
  picker: Picker,
  section: 'board' | 'model',
  isOpen: boolean,
  rows: number,
  columns: number,
  theme: Theme,
): string[] {
  const nameColumns = Math.min(
    Math.floor(columns / 2),
    4 + Math.max(...picker.choices.map(({ name }) => name.length), 12),
  );
  const { from, to } = windowAround(picker.choices.length + 1, picker.at, rows);
  const lines = picker.choices.map(({ name, about }, index) => {
    const isAt = index === picker.at;
    const text = `${isAt ? theme.glyphs.pointer : ' '} ${padEnd(name, nameColumns, theme)}`;
    return ` ${isAt && isOpen ? theme.selected(text) : text} ${theme.dim(clip(about, columns - nameColumns - 6, theme))}`;
  });
  return [...lines, typedLine(picker, section, isOpen, theme)].slice(from, to);
}

function typedLine(
  { choices, at, typed }: Picker,
  section: 'board' | 'model',
  isOpen: boolean,
  theme: Theme,
): string {
  const isAt = at === choices.length;
  const what =
    section === 'board' ? 'another host: user@name:port' : 'another file: path, Tab completes';
  if (!isAt) return `   ${theme.dim(what)}`;
  const text = typed === '' ? theme.dim(what) : typed;
  return ` ${theme.glyphs.pointer} ${isOpen ? `${typed}${theme.glyphs.caret}${typed === '' ? theme.dim(what) : ''}` : text}`;
}

const hints = {
  threads: 'intra-op threads, like 1,3,6; empty: 1, half and all CPUs',
  batch: "batch sizes, like 1,8; empty: the model's own, else 1",
  effort: 'how long and how exactly',
} as const;

/** The fields of the plan, what they amount to, and the same as a command. */
function planLines(state: HomeState, context: HomeContext, theme: Theme): string[] {
  const isDemo = chosen(state.board) === 'demo';
  const estimate = estimatePlan(state, isDemo ? context.ownCpus : null);
  const isOpen = state.focus === 'plan';
  const values = {
    threads: state.plan.threads,
    batch: state.plan.batch,
    effort: presetsOf(state)
      .map((preset) => (preset === presetOf(state) ? `[${preset}]` : ` ${preset} `))
      .join(' '),
  };
  const fields = planFields.map((field) => {
    const isAt = isOpen && state.plan.field === field;
    const caret = isAt && field !== 'effort' ? theme.glyphs.caret : '';
    const text = `${isAt ? theme.glyphs.pointer : ' '} ${padEnd(field, 9, theme)}`;
    const width = field === 'effort' ? 32 : 12;
    return ` ${isAt ? theme.selected(text) : text} ${padEnd(`${values[field]}${caret}`, width, theme)} ${theme.dim(hints[field])}`;
  });
  const command = `   ${theme.dim(`orin-remote ${benchArguments(state).map(quoted).join(' ')}`)}`;
  if (typeof estimate === 'string') {
    return [...fields, theme.failed(`   ${theme.glyphs.failed} ${estimate}`), command];
  }
  const about = estimate.threads === null ? 'about ' : '';
  const cells = `${about}${counted(estimate.cells, 'cell')} and ${counted(estimate.calibrations, 'calibration')}`;
  const dot = theme.glyphs.dot;
  const longest = `at most ${formatElapsed(estimate.longestMs)}`;
  return [
    ...fields,
    `   ${cells} ${dot} ${estimate.blocks} processes each ${dot} ${theme.title(longest)}`,
    command,
  ];
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./~-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

function recentLines(
  runs: readonly RunListing[],
  rows: number,
  columns: number,
  theme: Theme,
): string[] {
  if (runs.length === 0) return [theme.dim('   none yet: press Enter three times for a first one')];
  return runs.slice(0, rows).map((run) => clip(`   ${runSummary(run)}`, columns, theme));
}
