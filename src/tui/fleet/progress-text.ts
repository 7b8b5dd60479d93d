import { isSettled } from '../../../host/fleet/board-state.ts';
import { remaining } from '../../../host/journal/remaining.ts';
import type { WatchedBoard } from './watched-board.ts';

/**
 * Processes that ended, and how many there may be at most: `4/18`. Of a board that is done, how
 * many there were.
 */
export function progressText({ state: { plan, run, phase } }: WatchedBoard): string {
  const done = run?.processesDone ?? 0;
  if (plan === null) return '';
  if (isSettled({ phase })) return done > 0 ? String(done) : '';
  return `${done}/${remaining(plan, run).total}`;
}
