import type { Result } from '../result/result.ts';

/**
 * Why a saved run is not the whole of what was asked for: `cut`, its journal has no end; `failed`,
 * its supervisor gave up before the plan was done; `no-numbers`, no cell gave a number. Null when
 * it is; a run that a person stopped is.
 */
export type Shortfall = 'cut' | 'failed' | 'no-numbers';

/** See `Shortfall`. What ended the run goes before what it came to. */
export function shortfallOf({ run, cells }: Pick<Result, 'run' | 'cells'>): Shortfall | null {
  if (run.ended === 'cut' || run.ended === 'failed') return run.ended;
  const measured = cells.filter((cell) => cell.purpose === 'measure');
  return measured.every((cell) => cell.verdict.kind === 'INVALID') ? 'no-numbers' : null;
}
