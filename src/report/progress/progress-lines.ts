import type { EndedProcess } from '../../../host/journal/process-state.ts';
import { type Cooldown, labelOf, type RunChange } from '../../../host/journal/run-state.ts';
import { formatDuration } from '../../../host/quantities/format.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import { boardLine } from '../../words/board-line.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';
import { processesText } from '../board-run-list.ts';
import { lengthText } from '../plan-table.ts';
import { coolingText, type ProgressState } from './progress-state.ts';
import { pushSummary } from './progress-view.ts';

/**
 * The line of a change, without host and time, or null where an event changes nothing worth a line.
 * For output that is no terminal: CI logs, files, pipes.
 */
export function progressLine(event: RunEvent, before: ProgressState): string | null {
  switch (event.kind) {
    case 'connecting':
      return `connecting  ${event.destination}`;
    case 'connected':
      return `connected   in ${formatElapsed(event.elapsedMs)}`;
    case 'probed':
      return `board       ${boardLine(event.facts)}`;
    case 'planned':
      return `planned     ${counted(event.plan.cells.length, 'cell')} in up to ${counted(event.plan.effort.maxBlocks, 'block')}, ${lengthText(event.plan, event.estimateMs)}`;
    case 'push':
      return pushLine(event.progress, before);
    case 'started':
      return `started     run ${event.runId}`;
    case 'attached':
      return `attached    run ${event.run.runId} of ${event.run.owner ?? 'unknown'}, ${event.run.state}, ${processesText(event.run)}`;
    case 'note':
      return `note        ${event.text}`;
    case 'journal':
      return journalLine(event.change, before);
    case 'turn':
      return turnLine(event.heldBy);
    case 'preparing':
      return isSameStep(event.what, before.preparing) ? null : `preparing   ${event.what}`;
    case 'launching':
    case 'finished':
      return null;
    default:
      return event satisfies never;
  }
}

/** A download that tells how far it is many times a second is one step, and one line. */
function isSameStep(what: string, before: string | null): boolean {
  const step = (text: string) => text.replace(/\d+ ?%/g, '');
  return before !== null && step(what) === step(before);
}

/** Who has a board that is waited for, or that it is free now. */
export function turnLine(heldBy: string | null): string {
  return heldBy === null ? 'free        it is our turn' : `waiting     ${heldBy}`;
}

function pushLine(push: NonNullable<ProgressState['push']>, before: ProgressState): string | null {
  if (push.state === 'done') return `pushed      ${pushSummary(push)}`;
  const isNews = before.push?.file !== push.file || before.push.state !== push.state;
  return isNews && push.file !== '' ? `push        ${push.state} ${push.file}` : null;
}

/** One line when a wait begins, and one when it did not get there. */
function cooldownLine(cooldown: Cooldown, { run }: ProgressState): string | null {
  const { state, celsius, limitC, waitedMs } = cooldown;
  if (state === 'waiting' && (run === null || run.coolingDown === null)) {
    return `cooling     ${coolingText(cooldown)}`;
  }
  if (state !== 'bound') return null;
  return `note        still ${celsius.toFixed(1)} °C after ${formatElapsed(waitedMs)} of cooling down to ${limitC.toFixed(1)} °C: going on`;
}

/** `  median 5.68 ms`; of a single iteration its duration, which is no median. */
function steadyText(steady: EndedProcess['steady']): string {
  if (steady === null) return '';
  const duration = formatDuration(steady.median_ns);
  return steady.count === 1 ? `  the steady one ${duration}` : `  median ${duration}`;
}

function endedLine(ended: EndedProcess, { plan }: ProgressState): string {
  const { block, cell, iterations, steady, outcome, headline } = ended;
  const label = cell === null ? '' : labelOf(plan, cell);
  // The first line says what is wrong; the rest, an engine's own words, is in the result.
  const what = outcome === 'ok' ? '' : `  ${outcome}: ${headline}`;
  return `measured    block ${block + 1}  ${label}  ${counted(iterations, 'iteration')}${steadyText(steady)}${what}`;
}

function journalLine(change: RunChange, before: ProgressState): string | null {
  switch (change.kind) {
    case 'process-ended':
      return endedLine(change.ended, before);
    case 'cooldown':
      return cooldownLine(change.cooldown, before);
    case 'notice':
      return `note        ${change.text}`;
    default:
      return null;
  }
}
