import { labelOf } from '../../../host/journal/run-state.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import { LiveRegion } from '../../terminal/live-region.ts';
import { openStampedLines } from '../../terminal/stamped-lines.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { progressLine } from './progress-lines.ts';
import { initialProgress, processUnderWay, reduceProgress } from './progress-state.ts';
import { progressView } from './progress-view.ts';

/** Shows a run while it goes on. `pause` takes the display away while a question is asked. */
export interface Progress {
  listen(event: RunEvent): void;
  note(text: string): void;
  pause(): void;
  resume(): void;
  close(): void;
}

/**
 * A few live lines on a terminal; otherwise a line per change, host and time first, and a
 * heartbeat.
 */
export function showProgress(board: string, terminal: Terminal): Progress {
  return terminal.isInteractive ? liveProgress(board, terminal) : lineProgress(board, terminal);
}

/** Shows nothing, for --quiet. */
export const noProgress: Progress = {
  listen() {},
  note() {},
  pause() {},
  resume() {},
  close() {},
};

function liveProgress(board: string, terminal: Terminal): Progress {
  let state = initialProgress;
  const newRegion = () => new LiveRegion(terminal, () => progressView(state, board, terminal));
  let region: LiveRegion | null = newRegion();
  const tick = setInterval(() => region?.refresh(), 1_000);
  tick.unref();
  return {
    listen(event) {
      state = reduceProgress(state, event);
      region?.refresh();
    },
    note(text) {
      state = { ...state, lastNote: text };
      region?.refresh();
    },
    pause() {
      region?.close();
      region = null;
    },
    resume() {
      region ??= newRegion();
      region.refresh();
    },
    close() {
      clearInterval(tick);
      region?.close();
      region = null;
    },
  };
}

function lineProgress(board: string, terminal: Terminal): Progress {
  let state = initialProgress;
  const doing = () => {
    const process = processUnderWay(state);
    return process === null ? 'working' : `measuring ${labelOf(state.plan, process.cell)}`;
  };
  const { print, ...lines } = openStampedLines(board, doing, terminal);
  return {
    ...lines,
    listen(event) {
      const line = progressLine(event, state);
      state = reduceProgress(state, event);
      if (line !== null) print(board, line);
    },
    note: (text) => print(board, `note        ${text}`),
  };
}
