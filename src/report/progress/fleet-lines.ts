import type { BoardState } from '../../../host/fleet/board-state.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import { boardLine } from '../../words/board-line.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';
import { lengthText } from '../plan-table.ts';
import { turnLine } from './progress-lines.ts';
import { pushSummary } from './progress-view.ts';

/** The line of a change, without name and time, or null where a change is worth none. */
export function fleetLine({ before, state, event }: FleetChange): string | null {
  if (event === null) return settledLine(state);
  switch (event.kind) {
    case 'connecting':
      return before.phase === 'queued' ? `connecting  ${event.destination}` : null;
    case 'connected':
      return `connected   in ${formatElapsed(event.elapsedMs)}`;
    case 'probed':
      return `board       ${boardLine(event.facts)}`;
    case 'planned':
      return `planned     ${counted(event.plan.cells.length, 'cell')} in up to ${counted(event.plan.effort.maxBlocks, 'block')}, ${lengthText(event.plan, event.estimateMs)}`;
    case 'push':
      if (event.progress.state === 'done') return `pushed      ${pushSummary(event.progress)}`;
      return before.phase === 'pushing' ? null : 'pushing';
    case 'started':
      return `measuring   run ${event.runId}`;
    case 'attached':
      return `attached    run ${event.run.runId}`;
    case 'note':
      return `note        ${event.text}`;
    case 'journal':
      return state.note === before.note ? null : `note        ${state.note}`;
    case 'turn':
      return turnLine(event.heldBy);
    case 'preparing':
    case 'launching':
    case 'finished':
      return null;
    default:
      return event satisfies never;
  }
}

function settledLine({ phase, failure, runId }: BoardState): string | null {
  if (failure !== null) {
    const why = failure.why ? `: ${failure.why}` : '';
    return `${phase.padEnd(11)} ${failure.what}${why}`;
  }
  if (phase === 'left') return `left        run ${runId} goes on`;
  return phase === 'done' && runId !== null ? `done        run ${runId}` : phase;
}
