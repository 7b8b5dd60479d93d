import type { RunListing } from '../../../host/archive/saved-runs.ts';
import { actionOf } from '../frame/keys.ts';
import type { Press } from '../frame/press.ts';
import { editPlan, fieldBy, initialPlan, type PlanForm, type Preset, turn } from './plan-form.ts';
import type { RecentBoard } from './recent.ts';

/** What is known of a board without asking it. */
export interface BoardKnown extends Pick<RecentBoard, 'way' | 'cpus' | 'runs'> {
  /** As `ssh` takes it. */
  readonly host: string;
  /** When the program last spoke with it; null when it never did. */
  readonly seenUtc: string | null;
}

/** A board or a model that can be chosen. */
export interface Choice {
  readonly name: string;
  readonly about: string;
  readonly board?: BoardKnown;
}

/** Choices, the last of which is what the person types. */
export interface Picker {
  readonly choices: readonly Choice[];
  /** Index of the selected choice; `choices.length` is the typed one. */
  readonly at: number;
  readonly typed: string;
}

const sections = ['board', 'model', 'plan'] as const;
export type Section = (typeof sections)[number];

export interface HomeState {
  readonly focus: Section;
  readonly board: Picker;
  readonly model: Picker;
  readonly plan: PlanForm;
  readonly runs: readonly RunListing[];
  /** The host that is being looked at. */
  readonly checking: string | null;
  /** What is wrong with what was typed, or went wrong. */
  readonly problem: string | null;
}

/** What the home screen starts with. */
export interface HomeContent {
  readonly boards: readonly Choice[];
  readonly models: readonly Choice[];
  readonly runs: readonly RunListing[];
  /** What of it could not be read. */
  readonly problem?: string | null;
}

export function initialHome({ boards, models, runs, problem = null }: HomeContent): HomeState {
  return {
    focus: 'board',
    board: { choices: boards, at: 0, typed: '' },
    model: { choices: models, at: 0, typed: '' },
    plan: initialPlan,
    runs,
    checking: null,
    problem,
  };
}

/**
 * The state with what is new since; what was typed and chosen stays, and nothing moves under the
 * pointer.
 */
export function withContent(state: HomeState, { boards, runs }: HomeContent): HomeState {
  const fresh = new Map(boards.map((choice) => [choice.board?.host ?? choice.name, choice]));
  const kept = state.board.choices.map(
    (choice) => fresh.get(choice.board?.host ?? choice.name) ?? choice,
  );
  const known = new Set(kept.map((choice) => choice.board?.host ?? choice.name));
  const added = boards.filter((choice) => !known.has(choice.board?.host ?? choice.name));
  const choices = [...added, ...kept];
  const typed = choices.findIndex(({ name }) => name === state.board.typed.trim());
  const isTyped = state.board.at === state.board.choices.length;
  const at = isTyped && typed >= 0 ? typed : state.board.at + added.length;
  return { ...state, runs, board: { ...state.board, choices, at } };
}

/** The name that a picker stands on. */
export function chosen({ choices, at, typed }: Picker): string {
  return choices[at]?.name ?? typed.trim();
}

/** The host that a board's picker stands on. */
export function hostOf(picker: Picker): string {
  return picker.choices[picker.at]?.board?.host ?? chosen(picker);
}

/** A demonstration shows the way within a minute; on a board the default is worth its time. */
export function presetOf(state: HomeState): Preset {
  return state.plan.effort ?? (chosen(state.board) === 'demo' ? 'quick' : 'default');
}

/** The presets that a board can be measured with; for the demonstration the default is `quick`. */
export function presetsOf(state: HomeState): readonly Preset[] {
  const all = ['quick', 'default', 'thorough', 'thesis'] as const;
  return chosen(state.board) === 'demo' ? all.filter((preset) => preset !== 'default') : all;
}

/** True while letters are text: on the line where a host or a path is typed. */
export function isTyping({ focus, board, model }: HomeState): boolean {
  if (focus === 'plan') return false;
  const picker = focus === 'board' ? board : model;
  return picker.at === picker.choices.length;
}

export type Effect = 'measure' | 'results' | 'quit' | 'complete' | 'check' | 'attach';

/** The state after a press, and what it asks of the world outside. */
export function pressHome(
  state: HomeState,
  press: Press,
): { readonly state: HomeState; readonly effect?: Effect } {
  const calm = { ...state, problem: null };
  if (isTyping(state)) return type(calm, press);
  const place = state.focus === 'plan' ? 'plan' : 'home';
  const action = actionOf(place, press.name);
  switch (action) {
    case 'quit':
    case 'results':
      return { state: calm, effect: action };
    case 'open':
      return advance(calm);
    case 'next':
      return { state: focusBy(calm, 1) };
    case 'back':
    case 'previous':
      return { state: focusBy(calm, -1) };
    case 'up':
      return { state: move(calm, -1) };
    case 'down':
      return { state: move(calm, 1) };
    case 'left':
      return { state: turned(calm, -1) };
    case 'right':
      return { state: turned(calm, 1) };
    case 'check':
      return checked(calm);
    case 'attach':
      return attached(calm);
    default:
      return { state: state.focus === 'plan' ? edited(calm, press) : calm };
  }
}

function type(
  state: HomeState,
  press: Press,
): { readonly state: HomeState; readonly effect?: Effect } {
  const picker = state.focus === 'board' ? state.board : state.model;
  const put = (change: Partial<Picker>) =>
    state.focus === 'board'
      ? { ...state, board: { ...picker, ...change } }
      : { ...state, model: { ...picker, ...change } };
  switch (press.name) {
    case 'enter':
      return advance(state);
    case 'escape':
      return { state: put({ at: 0, typed: '' }) };
    case 'up':
      return { state: move(state, -1) };
    case 'tab':
      return state.focus === 'model' && picker.typed !== ''
        ? { state, effect: 'complete' }
        : { state: focusBy(state, 1) };
    case 'shift-tab':
      return { state: focusBy(state, -1) };
    case 'backspace':
      return { state: put({ typed: [...picker.typed].slice(0, -1).join('') }) };
    default:
      return { state: press.text === null ? state : put({ typed: picker.typed + press.text }) };
  }
}

function advance(state: HomeState): { readonly state: HomeState; readonly effect?: Effect } {
  if (state.focus === 'plan') {
    // Why it makes no sense stands in the plan already.
    return state.plan.providers.length === 0 ? { state } : { state, effect: 'measure' };
  }
  const picker = state.focus === 'board' ? state.board : state.model;
  if (chosen(picker) !== '') return { state: focusBy(state, 1) };
  const what = state.focus === 'board' ? 'type a host, like user@orin.local' : 'type a path';
  return { state: { ...state, problem: what } };
}

function focusBy(state: HomeState, by: number): HomeState {
  const at = sections.indexOf(state.focus) + by;
  return { ...state, focus: sections[Math.min(sections.length - 1, Math.max(0, at))] ?? 'board' };
}

function move(state: HomeState, by: number): HomeState {
  const clamp = (value: number, last: number) => Math.min(last, Math.max(0, value));
  if (state.focus === 'plan') return { ...state, plan: fieldBy(state.plan, by) };
  const moved = (picker: Picker) => ({
    ...picker,
    at: clamp(picker.at + by, picker.choices.length),
  });
  if (state.focus === 'model') return { ...state, model: moved(state.model) };
  // Another board may have other presets.
  return { ...state, board: moved(state.board), plan: { ...state.plan, effort: null } };
}

function turned(state: HomeState, by: number): HomeState {
  return { ...state, plan: turn(state.plan, by, presetsOf(state), presetOf(state)) };
}

function edited(state: HomeState, press: Press): HomeState {
  if (state.plan.field === 'effort' && press.name === 'space') return turned(state, 1);
  return { ...state, plan: editPlan(state.plan, press) };
}

/** One look at a time: a second is refused with the reason. */
function checked(state: HomeState): { readonly state: HomeState; readonly effect?: Effect } {
  if (state.focus !== 'board') return { state: refused(state, 'boards are looked at in step 1') };
  const { checking } = state;
  if (checking !== null) return { state: refused(state, `still looking at ${checking}`) };
  return { state: { ...state, checking: hostOf(state.board) }, effect: 'check' };
}

function attached(state: HomeState): { readonly state: HomeState; readonly effect?: Effect } {
  if (state.focus !== 'board') return { state: refused(state, 'runs are attached in step 1') };
  const { choices, at } = state.board;
  const [run] = choices[at]?.board?.runs ?? [];
  if (run !== undefined) return { state, effect: 'attach' };
  const name = chosen(state.board);
  return { state: refused(state, `no run is known to be on ${name}; c looks there`) };
}

function refused(state: HomeState, problem: string): HomeState {
  return { ...state, problem };
}
