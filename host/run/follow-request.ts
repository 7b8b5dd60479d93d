import type { RunDepth } from '../journal/run-depth.ts';
import type { BoardLimits } from '../link/board-limits.ts';
import type { Link } from '../link/link.ts';
import type { Lanes } from './lanes.ts';
import type { RunEvent } from './run-event.ts';

/** What following a run needs, whoever started it. */
export interface FollowRequest {
  /** The board as the person named it. */
  readonly board: string;
  /** Opens a connection; called again when one was lost. */
  readonly connect: (signal: AbortSignal) => Promise<Link>;
  readonly directories: { readonly runs: string };
  readonly listener: (event: RunEvent) => void;
  /** How much of the run its listener wants to be kept; absent: what lines of progress need. */
  readonly depth?: RunDepth;
  /** Fires to stop the run: what was measured until then is kept. */
  readonly signal: AbortSignal;
  /** Fires to stop following at once: the run goes on without us. */
  readonly leave: AbortSignal;
  /** Others than the usual ones, for tests. */
  readonly limits?: BoardLimits;
  /**
   * Where this is one board of many: takes turns with them, and keeps nothing of a journal in
   * memory.
   */
  readonly lanes?: Lanes;
}
