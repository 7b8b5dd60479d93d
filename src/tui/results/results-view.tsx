import type { ReactNode } from 'react';
import type { RunListing } from '../../../host/results/saved-runs.ts';
import { runSummary } from '../../output/run-summary.ts';
import { Frame, footerLine, Lines } from '../frame/lines.tsx';
import type { Press } from '../frame/press.ts';
import { rule, windowAround } from '../frame/text.ts';
import type { Canvas, View } from '../frame/view.ts';
import {
  initialResults,
  pressResults,
  type ResultsEffect,
  type ResultsState,
  shownRuns,
} from './results-state.ts';

/** The list of saved runs: filter, open, mark two and compare. */
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

  render(canvas: Canvas): ReactNode {
    const { size, theme } = canvas;
    this.#pageRows = Math.max(1, size.rows - 4);
    return (
      <Frame canvas={canvas}>
        <Lines
          lines={resultsLines(this.#state, canvas)}
          columns={size.columns}
          rows={size.rows - 1}
          theme={theme}
        />
        <Lines
          lines={[footerLine('results', size.columns, theme)]}
          columns={size.columns}
          rows={1}
          theme={theme}
        />
      </Frame>
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
  const count = `${shown.length} of ${state.runs.length}`;
  const head = [rule(`results ${theme.dim(count)}`, columns, theme), filterLine(state, theme)];
  const rows = Math.max(1, size.rows - 2 - head.length);
  const at = shown.findIndex(({ runId }) => runId === state.at);
  const { from, to } = windowAround(shown.length, Math.max(0, at), rows);
  const lines = shown.slice(from, to).map((run) => {
    const isAt = run.runId === state.at;
    const number = state.marked.indexOf(run.runId);
    const mark = number < 0 ? '[ ]' : number === 0 ? '[b]' : '[x]';
    const text = `${isAt ? theme.glyphs.pointer : ' '} ${mark} ${runSummary(run)}`;
    return ` ${isAt ? theme.selected(text) : text}`;
  });
  if (shown.length === 0) {
    lines.push(
      theme.dim(state.runs.length === 0 ? '   no runs yet' : '   no run has all these words'),
    );
  }
  const { problem } = state;
  return [
    ...head,
    ...lines.slice(0, rows),
    ...(problem === null ? [] : [` ${theme.note(theme.glyphs.note)} ${problem}`]),
  ];
}

function filterLine({ filter, isFiltering, marked }: ResultsState, theme: Canvas['theme']): string {
  const baseline = marked.length > 0 ? theme.dim('   [b] is the baseline') : '';
  if (isFiltering) return ` filter / ${filter}${theme.glyphs.caret}${baseline}`;
  return filter === '' ? baseline : ` filter / ${filter}${baseline}`;
}
