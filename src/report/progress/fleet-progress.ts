import { type BoardState, initialState } from '../../../host/fleet/board-state.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import { LiveRegion } from '../../terminal/live-region.ts';
import { openStampedLines } from '../../terminal/stamped-lines.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { fleetLine } from './fleet-lines.ts';
import { countsText, fleetView } from './fleet-view.ts';

/** Shows a fleet run while it goes on. `pause` takes the display away while a question is asked. */
export interface FleetProgress {
  hear(change: FleetChange): void;
  note(text: string): void;
  pause(): void;
  resume(): void;
  close(): void;
}

/** Shows nothing, for --quiet. */
export const noFleetProgress: FleetProgress = {
  hear() {},
  note() {},
  pause() {},
  resume() {},
  close() {},
};

/**
 * A few calm lines on a terminal; otherwise a line for each change of a board, its name first, and
 * a heartbeat.
 */
export function showFleetProgress(
  title: string,
  boards: readonly string[],
  terminal: Terminal,
): FleetProgress {
  const states = new Map(boards.map((name) => [name, initialState(name)]));
  return terminal.isInteractive
    ? liveProgress(title, states, terminal)
    : lineProgress(states, terminal);
}

function liveProgress(
  title: string,
  states: Map<string, BoardState>,
  terminal: Terminal,
): FleetProgress {
  const beganMs = Date.now();
  let note: string | null = null;
  const draw = () =>
    fleetView(
      { title, states: [...states.values()], elapsedMs: Date.now() - beganMs, note },
      terminal,
    );
  let region: LiveRegion | null = new LiveRegion(terminal, draw);
  const tick = setInterval(() => region?.refresh(), 1_000);
  tick.unref();
  return {
    hear({ state }) {
      states.set(state.name, state);
      region?.refresh();
    },
    note(text) {
      note = text;
      region?.refresh();
    },
    pause() {
      region?.close();
      region = null;
    },
    resume() {
      region ??= new LiveRegion(terminal, draw);
      region.refresh();
    },
    close() {
      clearInterval(tick);
      region?.close();
      region = null;
    },
  };
}

function lineProgress(states: Map<string, BoardState>, terminal: Terminal): FleetProgress {
  const doing = () => countsText([...states.values()]);
  const { print, ...lines } = openStampedLines('fleet', doing, terminal);
  return {
    ...lines,
    hear(change) {
      states.set(change.state.name, change.state);
      const line = fleetLine(change);
      if (line !== null) print(change.state.name, line);
    },
    note: (text) => print('fleet', `note        ${text}`),
  };
}
