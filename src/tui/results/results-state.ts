import type { RunListing } from '../../../host/archive/saved-runs.ts';
import { runSummary } from '../../report/run-summary.ts';
import { actionOf } from '../frame/keys.ts';
import type { Press } from '../frame/press.ts';

/** The list of runs: what is shown of it, and where the pointer is. */
export interface ResultsState {
  readonly runs: readonly RunListing[];
  readonly filter: string;
  readonly isFiltering: boolean;
  /** The selected run; it stays selected when the filter changes. */
  readonly at: string | null;
  /** Marked runs in the order of marking: the first is the baseline. */
  readonly marked: readonly string[];
  readonly problem: string | null;
}

/** The list as it is on the disk now; filter, marks and pointer stay. */
export function withRuns(state: ResultsState, runs: readonly RunListing[]): ResultsState {
  const known = new Set(runs.map(({ runId }) => runId));
  return settle({ ...state, runs, marked: state.marked.filter((runId) => known.has(runId)) });
}

export function initialResults(runs: readonly RunListing[]): ResultsState {
  const at = runs[0]?.runId ?? null;
  return { runs, filter: '', isFiltering: false, at, marked: [], problem: null };
}

/** Runs whose line has every word of the filter; `!word` keeps those without it. */
export function shownRuns({ runs, filter }: ResultsState): readonly RunListing[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!');
  return runs.filter((run) => {
    const line = filterText(run);
    return words.every((word) =>
      word.startsWith('!') ? !line.includes(word.slice(1)) : line.includes(word),
    );
  });
}

/** What a word may be found in: the line, the day, the note, and that it is a baseline. */
function filterText(run: RunListing): string {
  const baseline = run.baselineOf?.length ? 'baseline' : '';
  return [runSummary(run), run.createdUtc, baseline, run.note].join(' ').toLowerCase();
}

type RunVerb = 'open' | 'export' | 'note' | 'baseline';

export type ResultsEffect =
  | { readonly kind: RunVerb; readonly runId: string }
  | { readonly kind: 'compare'; readonly runIds: readonly [string, ...string[]] }
  | { readonly kind: 'back' | 'quit' };

interface Pressed {
  readonly state: ResultsState;
  readonly effect?: ResultsEffect;
}

/** The state after a press, and what it asks of the world outside. */
export function pressResults(state: ResultsState, press: Press, pageRows: number): Pressed {
  const calm = { ...state, problem: null };
  if (state.isFiltering) return { state: typeFilter(calm, press) };
  const action = actionOf('results', press.name);
  switch (action) {
    case 'up':
      return { state: move(calm, -1) };
    case 'down':
      return { state: move(calm, 1) };
    case 'page-up':
      return { state: move(calm, -pageRows) };
    case 'page-down':
      return { state: move(calm, pageRows) };
    case 'first':
      return { state: move(calm, Number.NEGATIVE_INFINITY) };
    case 'last':
      return { state: move(calm, Number.POSITIVE_INFINITY) };
    case 'filter':
      return { state: { ...calm, isFiltering: true } };
    case 'mark':
      return { state: mark(calm) };
    case 'open':
    case 'export':
    case 'note':
    case 'baseline':
      return withRun(calm, action);
    case 'compare':
      return compare(calm);
    case 'back':
      return calm.filter === ''
        ? { state: calm, effect: { kind: 'back' } }
        : { state: settle({ ...calm, filter: '' }) };
    case 'quit':
      return { state: calm, effect: { kind: 'quit' } };
    default:
      return { state: calm };
  }
}

/** A verb for the run where the pointer is; where it has none, why. */
function withRun(state: ResultsState, kind: RunVerb): Pressed {
  const run = shownRuns(state).find(({ runId }) => runId === state.at);
  const problem =
    run === undefined
      ? 'there is no run here'
      : run.state === 'unreadable'
        ? `${run.runId} cannot be read: results verify --repair writes it anew from its journal`
        : run.state === 'partial' && kind !== 'open'
          ? `${run.runId} is not saved to its end yet: attach collects it`
          : null;
  if (run === undefined || problem !== null) return { state: { ...state, problem } };
  return { state, effect: { kind, runId: run.runId } };
}

function typeFilter(state: ResultsState, press: Press): ResultsState {
  switch (press.name) {
    case 'enter':
      return { ...state, isFiltering: false };
    case 'escape':
      return settle({ ...state, isFiltering: false, filter: '' });
    case 'up':
      return move(state, -1);
    case 'down':
      return move(state, 1);
    case 'backspace':
      return settle({ ...state, filter: [...state.filter].slice(0, -1).join('') });
    default:
      return press.text === null ? state : settle({ ...state, filter: state.filter + press.text });
  }
}

/** The pointer stays on its run; where that is filtered out, on the first that is left. */
function settle(state: ResultsState): ResultsState {
  const shown = shownRuns(state);
  const isShown = shown.some(({ runId }) => runId === state.at);
  return isShown ? state : { ...state, at: shown[0]?.runId ?? null };
}

function move(state: ResultsState, by: number): ResultsState {
  const shown = shownRuns(state);
  const from = shown.findIndex(({ runId }) => runId === state.at);
  const to = Math.min(shown.length - 1, Math.max(0, from + by));
  return { ...state, at: shown[to]?.runId ?? state.at };
}

function mark(state: ResultsState): ResultsState {
  const { at, marked } = state;
  if (at === null) return state;
  const without = marked.filter((runId) => runId !== at);
  const isMarked = without.length < marked.length;
  return move({ ...state, marked: isMarked ? without : [...without, at] }, 1);
}

/**
 * The marked runs; with none or one marked, that run or the one here is held against its lasting
 * baseline.
 */
function compare(state: ResultsState): Pressed {
  const [first, ...others] = state.marked;
  if (first !== undefined && others.length > 0) {
    return { state, effect: { kind: 'compare', runIds: [first, ...others] } };
  }
  const only = first ?? state.at;
  if (only !== null && state.runs.some(({ baselineOf }) => baselineOf?.length)) {
    return { state, effect: { kind: 'compare', runIds: [only] } };
  }
  const problem = 'mark two or more runs with Space first: the baseline, then the others';
  return { state: { ...state, problem } };
}
