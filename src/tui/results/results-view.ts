import type { RunListing } from '../../../host/archive/saved-runs.ts';
import { clip, rule, windowAround } from '../../terminal/text.ts';
import { textTable } from '../../terminal/text-table.ts';
import { footerLine, stacked } from '../frame/lines.tsx';
import type { Press } from '../frame/press.ts';
import type { Canvas, FinishedFrame, View } from '../frame/view.ts';
import {
  initialResults,
  pressResults,
  type ResultsEffect,
  type ResultsState,
  shownRuns,
  withRuns,
} from './results-state.ts';

/** The list of saved runs: filter, open, mark and compare, export, note, baseline. */
export class ResultsView implements View {
  readonly #onEffect: (effect: ResultsEffect) => void;
  #state: ResultsState;
  #pageRows = 1;

  constructor(runs: readonly RunListing[], onEffect: (effect: ResultsEffect) => void) {
    this.#state = initialResults(runs);
    this.#onEffect = onEffect;
  }

  place(): 'results' {
    return 'results';
  }

  isTyping(): boolean {
    return this.#state.isFiltering;
  }

  /** The runs as they are on the disk now. */
  refresh(runs: readonly RunListing[]): void {
    this.#state = withRuns(this.#state, runs);
  }

  /** A line above the footer until the next key. */
  say(message: string): void {
    this.#state = { ...this.#state, problem: message };
  }

  render(canvas: Canvas): FinishedFrame {
    const { size, theme } = canvas;
    this.#pageRows = Math.max(1, size.rows - 5);
    return stacked(
      [
        { lines: resultsLines(this.#state, canvas), rows: Math.max(1, size.rows - 1) },
        { lines: [footerLine('results', size.columns, theme)], rows: 1 },
      ],
      canvas,
    );
  }

  press(press: Press): void {
    const { state, effect } = pressResults(this.#state, press, this.#pageRows);
    this.#state = state;
    if (effect !== undefined) this.#onEffect(effect);
  }
}

function resultsLines(state: ResultsState, { size, theme }: Canvas): string[] {
  const shown = shownRuns(state);
  const { columns } = size;
  const { problem } = state;
  const count = `${shown.length} of ${state.runs.length}`;
  const head = [rule(`results ${theme.dim(count)}`, columns, theme), filterLine(state, theme)];
  const rows = Math.max(1, size.rows - 2 - head.length - Number(problem !== null));
  const at = shown.findIndex(({ runId }) => runId === state.at);
  const { from, to } = windowAround(shown.length, Math.max(0, at), rows);
  // Laid out over all runs, so that columns stay where they are when the list scrolls.
  const [title = '', ...lines] = textTable(
    runColumns,
    shown.map((run) => fieldsOf(run, theme)),
    columns - 6,
  );
  const body = lines
    .slice(from, to)
    .map((line, index) => rowLine(line, shown[from + index]?.runId ?? null, state, theme));
  const none = state.runs.length === 0 ? 'no runs yet' : 'no run has all these words';
  const list =
    shown.length === 0
      ? [theme.dim(`   ${none}`)]
      : [theme.dim(`      ${title.slice(1)}`), ...body];
  return [
    ...head,
    ...list.slice(0, rows + 1),
    ...(problem === null ? [] : [` ${theme.note(theme.glyphs.note)} ${problem}`]),
  ];
}

function rowLine(
  line: string,
  runId: string | null,
  { at, marked }: ResultsState,
  theme: Canvas['theme'],
): string {
  const isAt = runId !== null && runId === at;
  const number = runId === null ? -1 : marked.indexOf(runId);
  const mark = number < 0 ? ' ' : number === 0 ? 'b' : number < 9 ? String(number + 1) : 'x';
  const text = `${isAt ? theme.glyphs.pointer : ' '} [${mark}]${line.slice(1)}`;
  return ` ${isAt ? theme.selected(text) : text}`;
}

const left = (title: string, dropOrder?: number) => ({
  title,
  align: 'left' as const,
  ...(dropOrder === undefined ? {} : { dropOrder }),
});

const runColumns = [
  left('run'),
  left('model'),
  left('cells, verdicts'),
  left('ended', 3),
  left('board', 2),
  left('', 1),
  left('note', 4),
];

const MAX_NOTE = 40;

function fieldsOf(run: RunListing, theme: Canvas['theme']): string[] {
  const verdicts = Object.entries(run.verdicts).map(([kind, count]) => `${count} ${kind}`);
  const what = run.state === 'partial' ? 'not collected to its end' : 'unreadable';
  return [
    run.runId,
    run.models.join(', '),
    run.state === 'saved' ? verdicts.join(', ') || 'no cell' : what,
    run.ended === null || run.ended === 'completed' ? '' : run.ended,
    run.board?.replace(/^NVIDIA /, '') ?? '',
    run.baselineOf?.length ? 'baseline' : '',
    clip(run.note ?? '', MAX_NOTE, theme),
  ];
}

function filterLine({ filter, isFiltering, marked }: ResultsState, theme: Canvas['theme']): string {
  const baseline = marked.length > 0 ? theme.dim('   [b] is compared with the others') : '';
  if (isFiltering) return ` filter / ${filter}${theme.glyphs.caret}${baseline}`;
  return filter === '' ? baseline : ` filter / ${filter}${baseline}`;
}
