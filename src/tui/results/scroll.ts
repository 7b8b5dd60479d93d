import type { Action } from '../frame/keys.ts';

/** The first line that is shown after a key that scrolls. */
export function scrolled(top: number, action: Action | null, lines: number, rows: number): number {
  const last = Math.max(0, lines - rows);
  const page = Math.max(1, rows - 1);
  const steps: Partial<Record<Action, number>> = {
    up: top - 1,
    down: top + 1,
    'page-up': top - page,
    'page-down': top + page,
    first: 0,
    last,
  };
  const wanted = action === null ? top : (steps[action] ?? top);
  return Math.min(last, Math.max(0, wanted));
}
