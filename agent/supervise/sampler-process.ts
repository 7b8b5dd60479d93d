import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { FrameReader } from '../channel/frames.ts';
import type { SamplerJob, SamplerMessage } from '../channel/messages.ts';
import { reportedEvent } from '../channel/reported-event.ts';
import { cleanLine } from '../contract/clean-text.ts';
import type { Clock } from '../process/clock.ts';
import { roleEnvironment } from '../process/environment/role-environment.ts';
import type { Runtime } from '../process/runtime.ts';
import { StderrTail } from '../process/stderr-tail.ts';
import type { Journal } from './journal.ts';

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
      env: roleEnvironment(runtime.account),
    });
    const stderr = new StderrTail(child.stderr as Readable);
    child.stdin?.on('error', () => {});
    child.stdin?.write(`${JSON.stringify(job)}\n`);
    let unreadable: string | null = null;
    this.#listen(child.stdio[3] as Readable, (why) => {
      unreadable = `cannot read its report: ${why}`;
      child.kill('SIGKILL');
    });
    const gone = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.#warn(`telemetry ended: ${error.message}`);
        resolve();
      });
      child.once('close', (code, signal) => {
        resolve();
        const why = unreadable ?? `${signal ?? `exit code ${code}`} ${stderr.text()}`;
        if (unreadable !== null || !this.#isStopping) this.#restart(why);
      });
    });
    return { child, gone };
  }

  /** Its raw log is not continued: two logs in one file would read as one. */
  #restart(why: string): void {
    this.#warn(`telemetry ended, its raw log stops here: ${why.trim()}`);
    if (this.#isStopping || this.#restarts >= restartsAllowed) return;
    this.#restarts += 1;
    const { child, gone } = this.#start({ ...this.#job, mode: 'counters' });
    this.#child = child;
    this.#gone = gone;
    if (!this.#isWatching) child.stdin?.write('pause\n');
  }

  /** Whatever is no frame or no message of a sampler ends its telling: it must not end the run. */
  #listen(pipe: Readable, onUnreadable: (why: string) => void): void {
    const reader = new FrameReader();
    pipe.on('error', () => {});
    pipe.on('data', (chunk: Buffer) => {
      try {
        for (const { payload } of reader.push(chunk)) this.#take(JSON.parse(payload.toString()));
      } catch (error) {
        pipe.removeAllListeners('data').resume();
        onUnreadable(cleanLine((error as Error).message, 200));
      }
    });
  }

  #take(json: unknown): void {
    const message = json as Partial<SamplerMessage> | null;
    if (typeof message !== 'object' || message === null) throw new Error('no message');
    if (message.kind === 'usage') this.#cpu_ns += countOf(message.cpu_ns);
    else this.#context.journal.write(reportedEvent(withOwnCpu(message), ['tele', 'warn']));
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

/** With the CPU time of this process, so that all of ours stands together. */
function withOwnCpu(message: Partial<SamplerMessage>): object {
  if (message.kind !== 'tele') return message;
  const { user, system } = process.cpuUsage();
  return { ...message, own: { ...message.own, supervisorCpu_ns: (user + system) * 1000 } };
}

/** @throws Error when it is no number of nanoseconds. */
function countOf(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error('CPU time that is none');
}
