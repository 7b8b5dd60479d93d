import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { FrameReader } from '../channel/frames.ts';
import type { SamplerJob, SamplerMessage } from '../channel/messages.ts';
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import { type Runtime, roleEnvironment } from '../runtime.ts';
import { StderrTail } from './stderr-tail.ts';

const stopWithinMs = 4000;
const restartsAllowed = 3;

export interface SamplerContext {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runtime: Runtime;
}

/** The telemetry process of a run. When it dies the run goes on, with a warning and a new one. */
export class SamplerProcess {
  readonly #job: SamplerJob;
  readonly #context: SamplerContext;
  #child: ChildProcess;
  #gone: Promise<void>;
  #restarts = 0;
  #isStopping = false;
  #isWatching = true;
  #cpu_ns = 0;

  constructor(job: SamplerJob, context: SamplerContext) {
    this.#job = job;
    this.#context = context;
    const { child, gone } = this.#start(job);
    this.#child = child;
    this.#gone = gone;
  }

  /** Pauses it and lets it go on. */
  watch(isOn: boolean): void {
    if (isOn === this.#isWatching) return;
    this.#isWatching = isOn;
    this.#child.stdin?.write(isOn ? 'resume\n' : 'pause\n');
  }

  /** Ends it and gives its CPU time, nanoseconds, with that of the program it ran. */
  async stop(): Promise<number> {
    this.#isStopping = true;
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs);
    await this.#gone;
    clearTimeout(timer);
    return this.#cpu_ns;
  }

  #start(job: SamplerJob): { child: ChildProcess; gone: Promise<void> } {
    const { runtime } = this.#context;
    const child = spawn(runtime.nodePath, [runtime.agentFile, 'sample'], {
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      env: roleEnvironment(runtime),
    });
    const stderr = new StderrTail(child.stderr as Readable);
    child.stdin?.on('error', () => {});
    child.stdin?.write(`${JSON.stringify(job)}\n`);
    this.#listen(child.stdio[3] as Readable);
    const gone = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.#warn(`telemetry ended: ${error.message}`);
        resolve();
      });
      child.once('close', (code, signal) => {
        resolve();
        if (!this.#isStopping) this.#restart(`${signal ?? `exit code ${code}`} ${stderr.text()}`);
      });
    });
    return { child, gone };
  }

  /** Its raw log is not continued: two logs in one file would read as one. */
  #restart(why: string): void {
    this.#warn(`telemetry ended, its raw log stops here: ${why.trim()}`);
    if (this.#restarts >= restartsAllowed) return;
    this.#restarts += 1;
    const { child, gone } = this.#start({ ...this.#job, mode: 'counters' });
    this.#child = child;
    this.#gone = gone;
    if (!this.#isWatching) child.stdin?.write('pause\n');
  }

  #listen(pipe: Readable): void {
    const reader = new FrameReader();
    pipe.on('error', () => {});
    pipe.on('data', (chunk: Buffer) => {
      for (const { payload } of reader.push(chunk)) {
        const message = JSON.parse(payload.toString('utf8')) as SamplerMessage;
        if (message.kind === 'usage') this.#cpu_ns += message.cpu_ns;
        else this.#context.journal.write(message);
      }
    });
  }

  #warn(text: string): void {
    const { journal, clock } = this.#context;
    journal.write({
      kind: 'warn',
      t_ns: clock.now_ns(),
      code: 'telemetry-ended',
      text: text.slice(0, 2048),
    });
  }
}
