import { isSettled, restOf } from '../../../host/fleet/board-state.ts';
import type { WatchedBoard } from './watched-board.ts';

/** Processes that ended, and how many there may be at most: `4/18`. Of a board that is done, how many there were. */
export function progressText({ state }: WatchedBoard): string {
  const { processesDone } = state;
  if (state.plan === null) return '';
  if (isSettled(state)) return processesDone > 0 ? String(processesDone) : '';
  return `${processesDone}/${processesDone + restOf(state).processes}`;
}
