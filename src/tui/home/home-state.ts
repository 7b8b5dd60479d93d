import type { RunListing } from '../../../host/results/saved-runs.ts';
import type { EffortRequest } from '../../../host/run/effort.ts';
import { actionOf } from '../frame/keys.ts';
import type { Press } from '../frame/press.ts';

export type Preset = EffortRequest['preset'];

/** A board or a model that can be chosen. */
export interface Choice {
  readonly name: string;
  readonly about: string;
}

/** Choices, the last of which is what the person types. */
export interface Picker {
  readonly choices: readonly Choice[];
  /** Index of the selected choice; `choices.length` is the typed one. */
  readonly at: number;
  readonly typed: string;
}

export const planFields = ['threads', 'batch', 'effort'] as const;
type PlanField = (typeof planFields)[number];

export interface PlanForm {
  readonly field: PlanField;
  /** As typed; empty means what the program would take. */
  readonly threads: string;
  readonly batch: string;
  /** Null: what suits the board. */
  readonly effort: Preset | null;
}

const sections = ['board', 'model', 'plan'] as const;
export type Section = (typeof sections)[number];

export interface HomeState {
  readonly focus: Section;
  readonly board: Picker;
  readonly model: Picker;
  readonly plan: PlanForm;
  readonly runs: readonly RunListing[];
  /** What is wrong with what was typed. */
  readonly problem: string | null;
}

/** What the home screen starts with. */
export interface HomeContent {
  readonly boards: readonly Choice[];
  readonly models: readonly Choice[];
  readonly runs: readonly RunListing[];
}

export function initialHome({ boards, models, runs }: HomeContent): HomeState {
  return {
    focus: 'board',
    board: { choices: boards, at: 0, typed: '' },
    model: { choices: models, at: 0, typed: '' },
    plan: { field: 'threads', threads: '', batch: '', effort: null },
    runs,
    problem: null,
  };
}

/** The name that a picker stands on. */
export function chosen({ choices, at, typed }: Picker): string {
  return choices[at]?.name ?? typed.trim();
}

/** A demonstration shows the way within a minute; on a board the default is worth its time. */
export function presetOf(state: HomeState): Preset {
  return state.plan.effort ?? (chosen(state.board) === 'demo' ? 'quick' : 'default');
}

/** The presets that a board can be measured with; for the demonstration the default is `quick`. */
export function presetsOf(state: HomeState): readonly Preset[] {
  return chosen(state.board) === 'demo' ? ['quick', 'thorough'] : ['quick', 'default', 'thorough'];
}

/** True while letters are text: on the line where a host or a path is typed. */
export function isTyping({ focus, board, model }: HomeState): boolean {
  if (focus === 'plan') return false;
  const picker = focus === 'board' ? board : model;
  return picker.at === picker.choices.length;
}

export type Effect = 'measure' | 'results' | 'quit' | 'complete';

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
      return { state: turnEffort(calm, -1) };
    case 'right':
      return { state: turnEffort(calm, 1) };
    default:
      return { state: state.focus === 'plan' ? editPlan(calm, press) : calm };
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
  if (state.focus === 'plan') return { state, effect: 'measure' };
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
  if (state.focus === 'plan') {
    const at = clamp(planFields.indexOf(state.plan.field) + by, planFields.length - 1);
    return { ...state, plan: { ...state.plan, field: planFields[at] ?? 'threads' } };
  }
  const moved = (picker: Picker) => ({
    ...picker,
    at: clamp(picker.at + by, picker.choices.length),
  });
  if (state.focus === 'model') return { ...state, model: moved(state.model) };
  // Another board may have other presets.
  return { ...state, board: moved(state.board), plan: { ...state.plan, effort: null } };
}

function turnEffort(state: HomeState, by: number): HomeState {
  if (state.plan.field !== 'effort') return state;
  const presets = presetsOf(state);
  const at = presets.indexOf(presetOf(state)) + by + presets.length;
  return { ...state, plan: { ...state.plan, effort: presets[at % presets.length] ?? null } };
}

function editPlan(state: HomeState, press: Press): HomeState {
  const { field } = state.plan;
  if (field === 'effort') return press.name === 'space' ? turnEffort(state, 1) : state;
  const text = state.plan[field];
  if (press.name === 'backspace') {
    return { ...state, plan: { ...state.plan, [field]: text.slice(0, -1) } };
  }
  const isWritten = press.text !== null && /^[\d, ]+$/.test(press.text);
  return isWritten
    ? { ...state, plan: { ...state.plan, [field]: text + (press.text ?? '') } }
    : state;
}
