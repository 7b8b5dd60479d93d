import type { Prompter } from '../../../host/reach/trust/prompter.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import type { RunOutcome, SavedOutcome } from '../../../host/run/run-outcome.ts';
import type { Progress } from '../../report/progress/progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { HomePlaces } from './home-content.ts';
import type { BoardWay, Wish } from './home-wish.ts';

/** What a benchmark needs of whoever shows it. */
export interface Surroundings {
  readonly progress: Progress;
  readonly prompter: Prompter;
  readonly listener: (event: RunEvent) => void;
  /** Fires to stop the run. */
  readonly signal: AbortSignal;
  /** Fires to leave it going. */
  readonly leave: AbortSignal;
}

export interface SessionOptions {
  readonly terminal: Terminal;
  readonly places: HomePlaces;
  readonly version: string;
  readonly ownCpus: number;
  /** Runs `bench`, as the command line would. */
  readonly measure: (wish: Wish, surroundings: Surroundings) => Promise<RunOutcome | null>;
  /** Follows a run that is on a board to its result. */
  readonly attach: (
    board: BoardWay,
    runId: string,
    surroundings: Surroundings,
  ) => Promise<RunOutcome | null>;
  /** Looks once what is on a board, asks nothing, and remembers it. */
  readonly check: (board: BoardWay, signal: AbortSignal) => Promise<void>;
}

/** What a session left behind for the shell it returns to. */
export interface SessionEnd {
  /** The last run that was measured, for the scrollback. */
  readonly outcome: SavedOutcome | null;
  readonly board: string;
  readonly exitCode: number;
}
