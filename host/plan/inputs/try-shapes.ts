import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import { createInterface } from 'node:readline';
import { type TrialAnswer, type TrialJob, trialAnswer } from '../../../agent/contract/trial.ts';

/** What trying shapes came to. */
export type Trial =
  | { readonly kind: 'ran'; readonly candidate: number }
  | { readonly kind: 'refused' | 'unloadable'; readonly reason: string }
  | { readonly kind: 'not-tried'; readonly why: string };

export interface TrialRequest {
  readonly job: TrialJob;
  /** Bytes of the model with its external data. */
  readonly modelBytes: number;
  /** The built agent, beside onnxruntime-node. */
  readonly agentPath: string;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: TrialLimits;
}

interface TrialLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
}

const TIME_MS = 15_000;
const MOST_MEMORY = 4 * 2 ** 30;
/** The memory of the program itself and ONNX Runtime. */
const PROGRAM_BYTES = 200 * 2 ** 20;
const WATCH_MS = 100;
const KILOBYTE = 1024;

/**
 * Runs a model once on this machine for each of some shapes until one runs, in a process of its own
 * that may take 15 s and half of the free memory, at most 4 GiB. Not tried is what would not fit,
 * and everything where memory cannot be watched.
 */
export async function tryShapes(request: TrialRequest): Promise<Trial> {
  request.signal?.throwIfAborted();
  const { timeMs, memoryBytes } = request.limits ?? {
    timeMs: TIME_MS,
    memoryBytes: Math.min(MOST_MEMORY, freemem() / 2),
  };
  // Loading holds the file and the tensors made of it.
  if (PROGRAM_BYTES + 2 * request.modelBytes > memoryBytes) {
    return notTried('the model is too large for that on this machine');
  }
  if ((await residentBytes(process.pid)) === null) {
    return notTried('how much memory it takes cannot be watched on this machine');
  }
  const child = spawn(process.execPath, [request.agentPath, 'try'], {
    env: { PATH: '/usr/bin:/bin', ORT_DISABLE_TELEMETRY: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const guard = new Guard(child, { timeMs, memoryBytes });
  const stop = () => child.kill('SIGKILL');
  request.signal?.addEventListener('abort', stop);
  try {
    const answers = await answersOf(child, request.job);
    request.signal?.throwIfAborted();
    return outcomeOf(answers, guard.broken);
  } finally {
    request.signal?.removeEventListener('abort', stop);
    guard.end();
    stop();
  }
}

function notTried(why: string): Trial {
  return { kind: 'not-tried', why };
}

function outcomeOf(answers: readonly TrialAnswer[], broken: string | null): Trial {
  const ran = answers.find((answer) => answer.kind === 'ran');
  if (ran) return { kind: 'ran', candidate: ran.candidate };
  if (broken !== null) return notTried(broken);
  // The first is the likeliest, and so is its reason.
  const [first] = answers;
  return first === undefined ? notTried('ONNX Runtime ended before it ran') : first;
}

async function answersOf(child: ChildProcess, job: TrialJob): Promise<readonly TrialAnswer[]> {
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('its ends are pipes');
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  // It may have died before it read.
  stdin.on('error', () => {});
  stdin.end(JSON.stringify(job));
  const answers: TrialAnswer[] = [];
  createInterface({ input: stdout }).on('line', (line) => {
    const parsed = trialAnswer.safeParse(jsonOf(line));
    if (parsed.success) answers.push(parsed.data);
  });
  await ended;
  return answers;
}

/** ONNX Runtime may write to standard output as well. */
function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Ends a process that takes too long or too much. */
class Guard {
  /** Which bound it broke; null while it keeps them. */
  broken: string | null = null;
  readonly #child: ChildProcess;
  readonly #timer: NodeJS.Timeout;
  readonly #watch: NodeJS.Timeout;

  constructor(child: ChildProcess, { timeMs, memoryBytes }: TrialLimits) {
    this.#child = child;
    const late = `it takes longer than ${timeMs / 1000} s on this machine`;
    this.#timer = setTimeout(() => this.#end(late), timeMs);
    this.#watch = setInterval(() => void this.#weigh(memoryBytes), WATCH_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
  }

  async #weigh(memoryBytes: number): Promise<void> {
    const { pid } = this.#child;
    const bytes = pid === undefined ? null : await residentBytes(pid);
    if (bytes !== null && bytes > memoryBytes) {
      this.#end(`it takes more memory than ${(memoryBytes / 2 ** 30).toFixed(1)} GiB`);
    }
  }

  #end(why: string): void {
    this.broken ??= why;
    this.#child.kill('SIGKILL');
  }
}

/** Null where there is no /proc, or no such process. */
async function residentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * KILOBYTE;
}
