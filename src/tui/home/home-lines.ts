import type { RunListing } from '../../../host/archive/saved-runs.ts';
import { runSummary } from '../../report/run-summary.ts';
import { clip, rule, spread, widthOf, windowAround } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import type { Size } from '../frame/layout.ts';
import { choiceLine } from './choice-line.ts';
import type { HomeState, Picker, Section } from './home-state.ts';
import { planFields } from './plan-form.ts';
import { type PlanLines, planLines } from './plan-lines.ts';

export interface HomeContext {
  readonly version: string;
  /** CPUs of this machine, which is the board of the demonstration. */
  readonly ownCpus: number;
}

/** What a frame is drawn from. */
interface Sheet {
  readonly state: HomeState;
  readonly plan: PlanLines;
  readonly columns: number;
  readonly theme: Theme;
  readonly nowMs: number;
}

/**
 * The frame of the home screen, without its footer: one step open, the others as what was chosen in
 * them.
 */
export function homeLines(
  state: HomeState,
  context: HomeContext,
  size: Size,
  theme: Theme,
  nowMs: number,
): string[] {
  const { columns, rows } = size;
  const title = spread(
    ` ${theme.title('orin-remote')} ${context.version}`,
    'measure a model on a board ',
    columns,
    theme,
  );
  const plan = planLines(state, context.ownCpus, columns, theme);
  const sheet: Sheet = { state, plan, columns, theme, nowMs };
  const isSmall = rows < 14;
  if (isSmall) {
    const lines = sectionLines(sheet, state.focus, rows - 2);
    return [rule(sectionTitle(state, state.focus, theme), columns, theme), ...lines];
  }
  const room = allot(state, rows - 4, plan);
  const steps = (['board', 'model', 'plan'] as const).flatMap((section) => [
    rule(sectionTitle(state, section, theme), columns, theme),
    ...sectionLines(sheet, section, room[section]),
  ]);
  const left = rows - 1 - 1 - steps.length - 1;
  const recent =
    left > 0
      ? [rule('recent results', columns, theme), ...recentLines(state.runs, left, columns, theme)]
      : [];
  return [title, ...steps, ...recent];
}

/** One long path must not push all else to the right edge. */
const MAX_NAME_COLUMNS = 44;

/** Rows that the recent results are worth before the steps get more than they need. */
const RECENT_ROWS = 4;

/**
 * The open step has what it needs; the others a line each, and more where there is room: the plan
 * first.
 */
function allot(state: HomeState, rows: number, plan: PlanLines): Record<Section, number> {
  const wanted: Record<Section, number> = {
    board: state.board.choices.length + 1,
    model: state.model.choices.length + 1,
    plan: rowsOf(plan),
  };
  const room: Record<Section, number> = { board: 1, model: 1, plan: 1 };
  const isRoomy = rows >= 22;
  // Rules of the three steps, and the two other steps' lines.
  const most = Math.max(1, rows - 3 - 2 - (isRoomy ? RECENT_ROWS : 0));
  const fair = Math.max(7, Math.floor(rows / 2));
  room[state.focus] = Math.min(wanted[state.focus], most, fair);
  for (const section of ['plan', 'model', 'board'] as const) {
    const used = 3 + room.board + room.model + room.plan;
    const spare = rows - used - RECENT_ROWS;
    const grown = Math.min(wanted[section], room[section] + spare);
    // Half a plan form tells less than its summary and its command.
    const isHalf = section === 'plan' && grown < wanted.plan;
    const worth = isHalf ? Math.min(grown, 1 + plan.command.length) : grown;
    if (section !== state.focus && worth > room[section]) room[section] = worth;
  }
  return room;
}

function sectionTitle(state: HomeState, section: Section, theme: Theme): string {
  const number = { board: 1, model: 2, plan: 3 }[section];
  const count = section === 'plan' ? 0 : state[section].choices.length;
  const text = count > 9 ? `${number} ${section} (${count})` : `${number} ${section}`;
  return section === state.focus ? theme.title(text) : text;
}

function sectionLines(sheet: Sheet, section: Section, rows: number): string[] {
  const { state, plan, theme } = sheet;
  if (section !== 'plan') {
    const isOpen = state.focus === section;
    const lines = pickerLines(sheet, section, isOpen, rows);
    const { problem } = state;
    return isOpen && problem !== null ? withProblem(lines, problem, rows, theme) : lines;
  }
  const { fields, amount, command } = plan;
  if (rows >= rowsOf(plan)) return [...fields, amount, ...command];
  // The estimate and the command say all of the plan in two lines; one line has room for the first.
  if (state.focus !== 'plan') return [amount, ...command].slice(0, rows);
  const at = planFields.indexOf(state.plan.field);
  const { from, to } = windowAround(fields.length, at, Math.max(1, rows - 1));
  return [...fields.slice(from, to), amount, ...command].slice(0, rows);
}

function rowsOf({ fields, command }: PlanLines): number {
  return fields.length + 1 + command.length;
}

function withProblem(lines: string[], problem: string, rows: number, theme: Theme): string[] {
  return [
    ...lines.slice(0, Math.max(0, rows - 1)),
    theme.failed(`   ${theme.glyphs.failed} ${problem}`),
  ];
}

function pickerLines(
  { state, columns, theme, nowMs }: Sheet,
  section: 'board' | 'model',
  isOpen: boolean,
  rows: number,
): string[] {
  const picker = state[section];
  const longest = Math.max(...picker.choices.map(({ name }) => widthOf(name)), 12);
  const nameColumns = Math.min(Math.floor(columns / 2), MAX_NAME_COLUMNS, longest + 2);
  const { from, to } = windowAround(picker.choices.length + 1, picker.at, rows);
  const lines = picker.choices.slice(from, to).map((choice, index) => {
    const context = { isAt: from + index === picker.at, isOpen, nameColumns, columns, nowMs };
    return choiceLine(choice, state, context, theme);
  });
  const isTypedShown = to > picker.choices.length;
  return isTypedShown ? [...lines, typedLine(picker, section, isOpen, theme)] : lines;
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

function recentLines(
  runs: readonly RunListing[],
  rows: number,
  columns: number,
  theme: Theme,
): string[] {
  if (runs.length === 0) return [theme.dim('   none yet: press Enter three times for a first one')];
  return runs.slice(0, rows).map((run) => clip(`   ${runSummary(run)}`, columns, theme));
}
