import type { RunEvent } from '../../host/run/run-event.ts';
import { LiveRegion } from './live-region.ts';
import { progressLine } from './progress-lines.ts';
import { initialProgress, reduceProgress } from './progress-state.ts';
import { progressView } from './progress-view.ts';
import { plainText } from './symbols.ts';
import type { Terminal } from './terminal.ts';

const HEARTBEAT_MS = 30_000;

/** Shows a run while it goes on. `pause` takes the display away while a question is asked. */
export interface Progress {
  listen(event: RunEvent): void;
  note(text: string): void;
  pause(): void;
  resume(): void;
  close(): void;
}

/** A few live lines on a terminal; otherwise a line per change, host and time first, and a heartbeat. */
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
  const beganMs = Date.now();
  let lastMs = beganMs;
  let held: string[] | null = null;
  const write = (text: string) => {
    terminal.stream.write(`${plainText(text, terminal.isUnicode)}\n`);
  };
  const print = (line: string) => {
    lastMs = Date.now();
    const text = `${board}  ${clock(lastMs - beganMs)}  ${line}`;
    if (held) held.push(text);
    else write(text);
  };
  const heartbeat = setInterval(() => {
    if (Date.now() - lastMs < HEARTBEAT_MS) return;
    const doing = state.current ? `measuring ${state.current.cellLabel}` : 'working';
    print(`still       ${doing}`);
  }, HEARTBEAT_MS / 3);
  heartbeat.unref();
  return {
    listen(event) {
      const line = progressLine(event, state);
      state = reduceProgress(state, event);
      if (line !== null) print(line);
    },
    note: (text) => print(`note        ${text}`),
    pause() {
      held ??= [];
    },
    resume() {
      held?.forEach(write);
      held = null;
    },
    close: () => clearInterval(heartbeat),
  };
}

/** `00:31.7` */
function clock(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return `${String(minutes).padStart(2, '0')}:${((ms % 60_000) / 1000).toFixed(1).padStart(4, '0')}`;
}
