import type { WorkerDone } from '../channel/messages.ts';
import type { WrittenOf } from '../contract/events.ts';
import { namingLibrary } from '../engine/unloadable.ts';

export type ProcessOutcome = WrittenOf<'process-end'>['outcome'];

/** All that is known of a worker that ended. */
export interface WorkerEnd {
  readonly done: WorkerDone | null;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isCancelled: boolean;
  /** Set when we ended it, and why. */
  readonly killedBecause: string | null;
  /** The kernel's out-of-memory killer struck while it ran. */
  readonly sawOomKill: boolean;
  readonly stderr: string;
}

/** Signals by which a program ends itself. */
const ownSignals: readonly string[] = [
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGTRAP',
  'SIGSYS',
];

/** What became of a process, and the sentence for people: empty when all went well. */
export function judgeEnd(end: WorkerEnd): {
  outcome: ProcessOutcome;
  message: string;
} {
  const { done, stderr } = end;
  // What was measured is there: a crash while ONNX Runtime tears itself down takes nothing away.
  if (done) return { outcome: done.outcome, message: namingLibrary(done.message, stderr) };
  if (end.isCancelled) return { outcome: 'cancelled', message: '' };
  if (end.killedBecause) return { outcome: 'killed', message: joined(end.killedBecause, stderr) };
  if (end.signal === null) {
    return { outcome: 'crashed', message: joined(`exit code ${end.exitCode}`, stderr) };
  }
  const outcome = ownSignals.includes(end.signal) ? 'crashed' : 'killed';
  const memory = end.sawOomKill ? ' while the kernel was out of memory' : '';
  return { outcome, message: joined(`${end.signal}${memory}`, stderr) };
}

function joined(why: string, stderr: string): string {
  return stderr ? `${why}\n${stderr}` : why;
}
