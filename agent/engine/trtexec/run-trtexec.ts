import { spawn } from 'node:child_process';
import { cleanLine, cleanText } from '../../contract/clean-text.ts';
import { EngineRefusal } from '../engine.ts';

/** What trtexec printed is kept up to here: a verbose build prints for hours. */
const keptCharacters = 200_000;
const signOfLifeMs = 5000;

export interface TrtexecRun {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Its last 200,000 characters, standard output and errors as they came. */
  readonly output: string;
}

export interface TrtexecOptions {
  readonly signal: AbortSignal;
  /** Called every few seconds while it runs: an engine is built in silence, for minutes. */
  readonly onAlive?: () => void;
  /** `pid` is that of trtexec. */
  readonly onLine?: (line: string, pid: number) => void;
  /** Words before the command, so that it does not outlive this process. */
  readonly words?: readonly string[];
}

/**
 * Runs trtexec to its end; aborting the signal kills it. Throws `EngineRefusal` when it cannot be
 * started.
 */
export async function runTrtexec(
  path: string,
  args: readonly string[],
  { signal, onAlive, onLine, words = [] }: TrtexecOptions,
): Promise<TrtexecRun> {
  const [program = path, ...rest] = [...words, path, ...args];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let line = '';
  const take = (text: string) => {
    output = (output + text).slice(-keptCharacters);
    const lines = (line + text).split('\n');
    line = (lines.pop() ?? '').slice(-keptCharacters);
    for (const whole of lines) onLine?.(whole, child.pid ?? 0);
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  const timer = setInterval(() => onAlive?.(), signOfLifeMs);
  try {
    return await new Promise<TrtexecRun>((resolve, reject) => {
      child.once('error', (error) => {
        if (!signal.aborted) reject(new EngineRefusal(`cannot start ${path}: ${error.message}`));
      });
      child.once('close', (exitCode, killed) => resolve({ exitCode, signal: killed, output }));
    });
  } finally {
    clearInterval(timer);
  }
}

/** Only its own last line says that all went well. */
export function hasPassed({ exitCode, output }: TrtexecRun): boolean {
  return exitCode === 0 && /^&&&& PASSED TensorRT\.trtexec/m.test(output);
}

const outOfMemory = /out of memory|cudaErrorMemoryAllocation|insufficient memory/i;
const loadErrors =
  /nothing to deserialize|deserialization failed|got invalid engine|error (opening|loading) engine file|magic ?tag/i;

/** The engine's file cannot be loaded: it is damaged, or of another TensorRT or device. */
export class UnloadableEngine extends EngineRefusal {}

/** Whether it failed because of the engine's file. */
export function isUnloadable({ output }: TrtexecRun): boolean {
  if (output.includes('Starting inference') || outOfMemory.test(output)) return false;
  return loadErrors.test(output);
}

/** `[05/13/2025-10:36:46] [E] ` */
const stamped = /^\[[^\]]*\] \[([A-Z])\] /;
const MAX_ERRORS = 8;

const freeMemory = 'free memory on the board, or take a smaller batch';

/** Why it failed, in its own words: its error lines, or else its last ones. */
export function failureOf(step: string, { exitCode, signal, output }: TrtexecRun): EngineRefusal {
  // Its first and last lines only repeat the command.
  const lines = cleanText(output, keptCharacters)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('&&&& '));
  const errors = errorsIn(lines);
  const how = signal === null ? `exit code ${exitCode}` : `ended by ${signal}`;
  const last = lines.slice(-5).map(messageOf);
  const [first, ...more] =
    errors.length > 0 ? [causeOf(errors), ...errors] : [lastWords(last), ...last];
  const isMemory = outOfMemory.test(output);
  return new EngineRefusal([`trtexec could not ${step} (${how}): ${first}`, ...more].join('\n'), {
    // A kill from outside is the kernel's, for want of memory: ours is told as a cancel.
    next:
      isMemory || signal === 'SIGKILL'
        ? freeMemory
        : 'see more of it on the board: trtexec --onnx=MODEL --verbose',
  });
}

/**
 * Its errors, each with the lines that follow it without a stamp: the parser's reason stands there.
 * Of what is said again and again the first is enough.
 */
function errorsIn(lines: readonly string[]): readonly string[] {
  const said: { readonly isError: boolean; readonly lines: string[] }[] = [];
  for (const line of lines) {
    const [, level] = stamped.exec(line) ?? [];
    const before = said.at(-1);
    if (level !== undefined) said.push({ isError: level === 'E', lines: [messageOf(line)] });
    else before?.lines.push(line.trim());
  }
  const errors = said.filter(({ isError }) => isError).map((one) => one.lines.join('\n'));
  return [...new Set(errors)].slice(0, MAX_ERRORS);
}

/** The node that is printed in between, and what each caller of the parser adds. */
const beside =
  /^(\[TRT\] )?(\S+:\d+: )?--- (Begin|End) node ---|^(Failed to parse onnx file|Parsing model failed|Failed to create engine from model|Engine set up failed|Network And Config setup failed|Building engine failed)/;

/**
 * What is wrong, in one line: the errors without what stands beside them and without the places in
 * TensorRT's sources.
 */
function causeOf(errors: readonly string[]): string {
  const causes = errors.filter((error) => !beside.test(error));
  return (causes.length > 0 ? causes : errors)
    .map((error) => error.replace(/^\[TRT\] /, '').replace(/^(\S*\/)?\w+\.\w+:\d+: /, ''))
    .join(' ')
    .replace(/\s+/g, ' ');
}

/** The same of an engine that does not load. */
export function unloadable(run: TrtexecRun): UnloadableEngine {
  const { message, next } = failureOf('load the engine', run);
  return new UnloadableEngine(message, next === null ? {} : { next });
}

/** What came right before an end without an error. */
function lastWords(lines: readonly string[]): string {
  const last = lines.at(-1);
  return last === undefined ? 'it said nothing' : `no error was told; its last line: ${last}`;
}

/** Its `[W]` lines about the measurement, not those of the parser and builder. */
export function measurementWarnings(output: string): readonly string[] {
  const lines = output.split('\n').filter((line) => / \[W\] (?!\[TRT\])/.test(line));
  return [...new Set(lines.map((line) => cleanLine(messageOf(line), 1000)))].slice(0, 16);
}

/** `[05/13/2025-10:36:46] [W] * Throughput may be bound` without stamp and level. */
function messageOf(line: string): string {
  return line.replace(stamped, '').trim();
}
