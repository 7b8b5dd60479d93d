import type { WorkerDone } from './messages.ts';
import { reportedEvent } from './reported-event.ts';

/**
 * What a worker says last, as the journal's `process-end` will hold it.
 * @throws Error that says what does not fit.
 */
export function readDone({ outcome, stop, message, next = null }: WorkerDone): WorkerDone {
  const unknown = { process: 0, t_ns: 0, exitCode: null, signal: null, iterations: 0 };
  const end = reportedEvent(
    { ...unknown, kind: 'process-end', warmUpIterations: 0, outcome, stop, message, next },
    ['process-end'],
  );
  if (end.outcome === 'crashed' || end.outcome === 'killed') {
    throw new Error(`outcome: ${end.outcome} is not for it to say`);
  }
  const { outcome: said, stop: stopped, message: text, next: action } = end;
  return { kind: 'done', outcome: said, stop: stopped, message: text, next: action ?? null };
}
