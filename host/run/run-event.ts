import type { Plan } from '../../agent/contract/plan.ts';
import type { Result } from '../analysis/result/result.ts';
import type { BoardFacts } from '../board/facts.ts';
import type { RunStep } from '../journal/run-state.ts';
import type { PushProgress } from '../store/push/progress.ts';
import type { BoardRun } from './board-runs.ts';

/**
 * What listeners of a run are told, in order of occurrence: the progress lines, the live screen and
 * the files are three readers of this one stream.
 */
export type RunEvent =
  | { readonly kind: 'connecting'; readonly destination: string }
  | { readonly kind: 'connected'; readonly elapsedMs: number }
  | { readonly kind: 'probed'; readonly facts: BoardFacts }
  /** Others have the board: who, in words; null when the turn has come. */
  | { readonly kind: 'turn'; readonly heldBy: string | null }
  | { readonly kind: 'preparing'; readonly what: string }
  | { readonly kind: 'planned'; readonly plan: Plan; readonly estimateMs: number }
  | { readonly kind: 'push'; readonly progress: PushProgress }
  /** The command that starts the run is on its way: from now on the run may be on the board. */
  | { readonly kind: 'launching'; readonly runId: string }
  /** The board has said that the run is there. */
  | { readonly kind: 'started'; readonly runId: string }
  | { readonly kind: 'attached'; readonly run: BoardRun }
  /** One more event of the journal was read: the run after it, and what it changed. */
  | ({ readonly kind: 'journal' } & RunStep)
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'finished'; readonly result: Result; readonly directory: string };
