import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type Frame, FrameReader, frameTypes } from '../channel/frames.ts';
import type { WorkerDone, WorkerJob, WorkerMessage } from '../channel/messages.ts';
import { reportedEvent } from '../channel/reported-event.ts';
import { readSampleBatch } from '../channel/sample-batch.ts';
import { readDone } from '../channel/worker-done.ts';
import { median } from '../contract/statistics/quantile.ts';
import { settledAfterMs } from '../contract/statistics/settling.ts';
import { oomKills } from '../proc/process-table.ts';
import type { Clock } from '../process/clock.ts';
import { cellEnvironment, passedNames } from '../process/environment/role-environment.ts';
import type { Runtime } from '../process/runtime.ts';
import { StderrTail } from '../process/stderr-tail.ts';
import { type HangLimits, limitsFor, Watchdog } from '../process/watchdog.ts';
import { CpuWatch } from './cpu-watch.ts';
import type { Journal } from './journal.ts';
import type { LibraryHashes } from './library-hashes.ts';
import { judgeEnd, type ProcessOutcome } from './worker-outcome.ts';

const reportedKinds = ['phase', 'tag', 'threads', 'edge', 'output', 'trtexec'] as const;
type Reported = Extract<WorkerMessage, { kind: (typeof reportedKinds)[number] }>;
const finishWithinMs = 5000;
/**
 * Loading, session and first iteration cannot be ended from within, and nothing is lost with them.
 */
const beforeFirstMs = 500;
/**
 * After its end a worker's pipes are read dry; a grandchild that holds them open is not waited for.
 */
const drainWithinMs = 2000;

export interface CellProcessContext {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runtime: Runtime;
  /** See `dieWithParent('KILL')`. */
  readonly dieWithParent: readonly string[];
  readonly hangLimits: HangLimits;
  readonly libraries: LibraryHashes;
}

export interface CellProcessResult {
  readonly outcome: ProcessOutcome;
  /** Median of the steady iterations, nanoseconds; null when there were none. */
  readonly median_ns: number | null;
  /** How long it took to settle, from its first iteration on: see `settledAfterMs`. */
  readonly settledMs: number;
  /** See `process-end`: it does not count. */
  readonly isMovedBack: boolean;
  /** The CPUs changed while it ran: it does not count. */
  readonly hasOtherCpus: boolean;
  /** How long it built an engine, which is no measuring; 0 where it built none. */
  readonly built_ns: number;
}

/** Command of a worker: itself, in the cell's affinity, gone when its supervisor is. */
function workerCommand(job: WorkerJob, { runtime, dieWithParent }: CellProcessContext): string[] {
  const { affinity } = job.cell;
  const pinned = affinity === null ? [] : ['taskset', '-c', affinity];
  return [...dieWithParent, ...pinned, runtime.nodePath, runtime.agentFile, 'work'];
}

/**
 * One fresh process for one cell in one block: starts the worker, writes its events into the
 * journal and says how it ended. Aborting the signal lets it finish its iteration, for five
 * seconds.
 */
export class CellProcess {
  readonly #process: number;
  readonly #block: number;
  readonly #job: WorkerJob;
  readonly #context: CellProcessContext;
  readonly #child: ChildProcess;
  readonly #stderr: StderrTail;
  readonly #watchdog: Watchdog;
  readonly #started_ns: number;
  readonly #oomKillsBefore = oomKills();
  readonly #warmUp: Float64Array[] = [];
  readonly #steady: Float64Array[] = [];
  readonly #cpus = new CpuWatch();
  #done: WorkerDone | null = null;
  #mapped: Extract<WorkerMessage, { kind: 'mapped-files' }> | null = null;
  #killedBecause: string | null = null;
  #isAnnounced = false;
  #iterations = 0;
  #built_ns = 0;
  #warmUpIterations: number | null = null;

  constructor(process: number, block: number, job: WorkerJob, context: CellProcessContext) {
    this.#process = process;
    this.#block = block;
    this.#job = job;
    this.#context = context;
    this.#started_ns = context.clock.now_ns();
    const [program = '', ...words] = workerCommand(job, context);
    this.#child = spawn(program, words, {
      // Its own process group: whatever it may start goes with it.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      // One thread beside the main one: asynchronous runs are to find the caches of the one before.
      env: {
        ...cellEnvironment(context.runtime, job.cell),
        UV_THREADPOOL_SIZE: '1',
      },
    });
    this.#watchdog = new Watchdog(limitsFor(job.cell, context.hangLimits), (limitMs) =>
      this.#kill(`no sign of life for ${Math.round(limitMs / 1000)} s`),
    );
    this.#stderr = new StderrTail(this.#child.stderr as Readable);
    this.#child.stdin?.on('error', () => {});
    this.#child.stdin?.end(JSON.stringify(job));
    this.#listen(this.#child.stdio[3] as Readable);
  }

  /**
   * Resolves when the process is gone and all it sent is in the journal. `isIntact` is asked at its
   * end: whether interrupts are still where its cell wants them.
   */
  async run(signal: AbortSignal, isIntact: () => boolean = () => true): Promise<CellProcessResult> {
    const cancel = () => this.#cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    const { exitCode, killSignal, error } = await this.#gone();
    const isMovedBack = !isIntact();
    signal.removeEventListener('abort', cancel);
    this.#watchdog.stop();
    const { outcome, message } = judgeEnd({
      done: this.#done,
      exitCode,
      signal: killSignal,
      isCancelled: signal.aborted,
      killedBecause: error?.message ?? this.#killedBecause,
      sawOomKill: oomKills() > this.#oomKillsBefore,
      stderr: this.#stderr.text(),
    });
    this.#announce({});
    await this.#reportMapped();
    const cpuChanges = this.#cpus.changes();
    const { journal, clock } = this.#context;
    journal.write({
      kind: 'process-end',
      t_ns: clock.now_ns(),
      process: this.#process,
      outcome,
      exitCode,
      signal: killSignal,
      iterations: this.#iterations,
      warmUpIterations: this.#warmUpIterations ?? this.#iterations,
      stop: this.#done?.stop ?? null,
      message,
      next: this.#done?.next ?? null,
      ...(isMovedBack && { isMovedBack }),
      ...(cpuChanges.length > 0 && { cpuChanges: [...cpuChanges] }),
    });
    journal.sync();
    const steady = joined(this.#steady);
    return {
      outcome,
      median_ns: steady.length > 0 ? median(steady) : null,
      settledMs: settledAfterMs(joined([...this.#warmUp, steady])),
      isMovedBack,
      hasOtherCpus: cpuChanges.length > 0,
      built_ns: this.#built_ns,
    };
  }

  #listen(pipe: Readable): void {
    const reader = new FrameReader();
    pipe.on('error', () => {});
    pipe.on('data', (chunk: Buffer) => {
      this.#watchdog.sign();
      try {
        for (const frame of reader.push(chunk)) this.#take(frame);
      } catch (error) {
        pipe.removeAllListeners('data').resume();
        this.#kill(`cannot read its report: ${(error as Error).message}`);
      }
    });
  }

  #take({ type, payload }: Frame): void {
    if (type === frameTypes.samples) this.#takeSamples(payload);
    else if (type === frameTypes.json) {
      this.#takeMessage(JSON.parse(payload.toString('utf8')) as WorkerMessage);
    } else throw new Error(`frame of type ${type}`);
  }

  #takeSamples(payload: Buffer): void {
    const { event, duration_ns } = readSampleBatch(this.#process, payload);
    this.#context.journal.write(event);
    this.#iterations += duration_ns.length;
    this.#watchdog.iterations(duration_ns.reduce((a, b) => Math.max(a, b)));
    (this.#warmUpIterations === null ? this.#warmUp : this.#steady).push(duration_ns);
  }

  #takeMessage(message: WorkerMessage): void {
    if (message.kind === 'ready') {
      const { kind: _kind, ...ready } = message;
      this.#announce(ready);
    } else if (message.kind === 'done') this.#done = readDone(message);
    else if (message.kind === 'mapped-files') this.#mapped = message;
    else if (message.kind !== 'alive') this.#takeEvent(message);
  }

  #takeEvent(message: Reported): void {
    // The worker sends its samples first: whatever came before this phase was warm-up.
    if (message.kind === 'phase' && message.phase === 'steady') {
      this.#warmUpIterations = this.#iterations;
    }
    const event = reportedEvent({ ...message, process: this.#process }, reportedKinds);
    if (event.kind === 'trtexec' && !event.build.isCached) {
      this.#built_ns += event.build.duration_ns;
    }
    if (event.kind === 'edge') this.#cpus.see(event);
    if (event.kind === 'threads') this.#cpus.seeThreads(event);
    this.#context.journal.write(event);
  }

  /** Writes that it began; `ready` is what the worker said first, nothing where it said nothing. */
  #announce(ready: Partial<Omit<Extract<WorkerMessage, { kind: 'ready' }>, 'kind'>>): void {
    if (this.#isAnnounced) return;
    const about = { t_ns: this.#started_ns, process: this.#process, block: this.#block };
    const { cell } = this.#job;
    const event = reportedEvent(
      {
        kind: 'process',
        ...about,
        cell: cell.id,
        pid: this.#child.pid ?? 0,
        cpusAllowed: '',
        ...ready,
        variables: passedNames(this.#context.runtime.account, cell),
      },
      ['process'],
    );
    this.#isAnnounced = true;
    this.#cpus.see(event);
    this.#context.journal.write(event);
  }

  /** After its end: hashing would disturb it. */
  async #reportMapped(): Promise<void> {
    if (this.#mapped === null) return;
    const { t_ns, files } = this.#mapped;
    const libraries = await this.#context.libraries.identify(files, this.#job.cell.ortLibrary);
    const message = { kind: 'mapped', t_ns, process: this.#process, libraries };
    this.#context.journal.write(reportedEvent(message, ['mapped']));
  }

  #cancel(): void {
    this.#child.kill('SIGTERM');
    const isBegun = this.#iterations > 0 || this.#job.cell.engine === 'trtexec';
    const withinMs = isBegun ? finishWithinMs : beforeFirstMs;
    const timer = setTimeout(() => this.#kill('did not stop'), withinMs);
    this.#child.once('exit', () => clearTimeout(timer));
  }

  #kill(because: string): void {
    this.#killedBecause ??= because;
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }

  #gone(): Promise<{ exitCode: number | null; killSignal: NodeJS.Signals | null; error?: Error }> {
    return new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ exitCode: null, killSignal: null, error }));
      this.#child.once('exit', (exitCode, killSignal) => {
        const timer = setTimeout(() => resolve({ exitCode, killSignal }), drainWithinMs);
        this.#child.once('close', () => {
          clearTimeout(timer);
          resolve({ exitCode, killSignal });
        });
      });
    });
  }
}

/** Several series one after the other. */
function joined(parts: readonly Float64Array[]): Float64Array {
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return values;
}
