import type { WorkerEvent } from '../channel/messages.ts';
import { cpusAllowed, type ThreadTimes, threadIds, threadTimes } from '../proc/threads.ts';

type ThreadsEvent = Extract<WorkerEvent, { kind: 'threads' }>;

/**
 * CPU and waiting time of this process' threads over its steady part. ONNX Runtime names none of
 * its threads: they are those that appeared while the session was opened.
 */
export class ThreadWatch {
  #ortThreads: ReadonlySet<number> = new Set();
  #before: ReadonlyMap<number, ThreadTimes> = new Map();
  #allowedBefore: ReadonlyMap<number, string> = new Map();
  #began_ns = 0;

  /** Calls `open` and remembers the threads it started. */
  during<T>(open: () => T): T {
    const before = new Set(threadIds());
    const result = open();
    this.#ortThreads = new Set(threadIds().filter((tid) => !before.has(tid)));
    return result;
  }

  begin(now_ns: number): void {
    this.#began_ns = now_ns;
    this.#allowedBefore = new Map(threadIds().map((tid) => [tid, cpusAllowed(tid)]));
    this.#before = new Map(threadTimes().map((times) => [times.tid, times]));
  }

  end(now_ns: number): ThreadsEvent {
    const threads = threadTimes().map(({ tid, run_ns, wait_ns }) => {
      const before = this.#before.get(tid);
      const allowed = cpusAllowed(tid);
      const allowedBefore = this.#allowedBefore.get(tid) ?? allowed;
      return {
        tid,
        role: this.#roleOf(tid),
        run_ns: Math.max(0, run_ns - (before?.run_ns ?? 0)),
        wait_ns: Math.max(0, wait_ns - (before?.wait_ns ?? 0)),
        cpusAllowed: allowed,
        ...(allowedBefore !== allowed && { cpusAllowedBefore: allowedBefore }),
      };
    });
    return { kind: 'threads', t_ns: now_ns, wall_ns: now_ns - this.#began_ns, threads };
  }

  #roleOf(tid: number): ThreadsEvent['threads'][number]['role'] {
    if (tid === process.pid) return 'main';
    return this.#ortThreads.has(tid) ? 'ort' : 'other';
  }
}
