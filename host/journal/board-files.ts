import type { JetsonSnapshot } from '../../agent/contract/board-files.ts';
import { type JetsonState, readJetsonState } from '../telemetry/jetson-state.ts';

/** What the board's own files said last; null where it tells nothing. */
export interface BoardFiles {
  readonly files: JetsonSnapshot;
  readonly jetson: JetsonState | null;
  /** Over-current events since boot at the first reading: what is added later is this run's. */
  readonly overCurrentAtStart: number;
}

export const noBoardFiles: BoardFiles = { files: {}, jetson: null, overCurrentAtStart: 0 };

/** The state after one more reading: the first tells all files, later ones those that changed. */
export function withFiles(state: BoardFiles, files: JetsonSnapshot | undefined): BoardFiles {
  if (files === undefined) return state;
  const all = { ...state.files, ...files };
  const jetson = readJetsonState(all);
  const isFirst = state.jetson === null;
  return {
    files: all,
    jetson,
    overCurrentAtStart: isFirst ? overCurrentEvents(jetson) : state.overCurrentAtStart,
  };
}

/** Over-current events since boot. */
export function overCurrentEvents({ overCurrent }: JetsonState): number {
  return overCurrent.reduce((sum, { events }) => sum + events, 0);
}
