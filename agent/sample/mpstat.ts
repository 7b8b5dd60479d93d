import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { SamplerJob } from '../channel/messages.ts';
import { processCpu_ns } from '../proc/process-table.ts';

const stopWithinMs = 2000;
/**
 * Colours, 12-hour clocks and translated headings depend on the environment: this one has none of
 * them.
 */
const environment = ['env', 'LC_ALL=C', 'S_TIME_FORMAT=ISO', 'S_COLORS=never'];

/**
 * `mpstat -A`, straight into its own file: it writes every field by itself, over a thousand times a
 * sample, and in a pipe each of them would wake the reader.
 */
export class Mpstat {
  readonly #child: ChildProcess;
  #hasEnded = false;

  /** Starts it, at whole seconds; `onEnd` is told when it ends before `stop` was called. */
  constructor(
    logPath: string,
    { dieWithParent, everyMs }: Pick<SamplerJob, 'dieWithParent' | 'everyMs'>,
    onEnd: (why: string) => void,
  ) {
    const seconds = String(Math.max(1, Math.round(everyMs / 1000)));
    const [program = 'env', ...rest] = [...dieWithParent, ...environment, 'mpstat', '-A', seconds];
    const log = openSync(logPath, 'a');
    this.#child = spawn(program, rest, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child.on('error', (error) => this.#end(error.message, onEnd));
    this.#child.on('exit', (code, signal) => this.#end(`exit ${signal ?? code}`, onEnd));
  }

  /** Its CPU time so far; 0 when it has ended. */
  cpu_ns(): number {
    const { pid } = this.#child;
    return pid === undefined || this.#hasEnded ? 0 : processCpu_ns(pid);
  }

  /** Interrupts it, so that it prints its averages; resolves with its CPU time when it is gone. */
  async stop(): Promise<number> {
    const { pid } = this.#child;
    if (pid === undefined || this.#hasEnded) return 0;
    const cpu_ns = this.cpu_ns();
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#hasEnded = true;
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs);
    await gone;
    clearTimeout(timer);
    return cpu_ns;
  }

  #end(why: string, onEnd: (why: string) => void): void {
    if (!this.#hasEnded) onEnd(why);
    this.#hasEnded = true;
  }
}
