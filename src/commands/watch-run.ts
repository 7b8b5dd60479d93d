import { shortfallOf } from '../../host/analysis/verdict/shortfall.ts';
import { exitCodes } from '../../host/errors.ts';
import { type RunDepth, runDepths } from '../../host/journal/run-depth.ts';
import type { BenchSettings } from '../../host/plan/settings.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import type { Prompter } from '../../host/reach/trust/prompter.ts';
import type { FollowRequest } from '../../host/run/follow-request.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import type { RunOutcome, SavedOutcome } from '../../host/run/run-outcome.ts';
import { connectionArguments } from '../options/connection-options.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings, OutputSettings } from '../options/output-options.ts';
import { describeOperators } from '../report/operator-table.ts';
import { printResult } from '../report/print-result.ts';
import { noProgress, type Progress, showProgress } from '../report/progress/progress.ts';
import { print } from '../terminal/print.ts';
import { askKey } from '../terminal/prompt/ask-key.ts';
import { type Terminal, terminalOf } from '../terminal/terminal.ts';
import { completeCommands, type GivenCommand } from '../words/complete-commands.ts';
import { accessTo } from './connection.ts';
import { OnBoard } from './on-board.ts';
import { BoardMemory } from './remember-board.ts';
import { type Choice, controlRun, type RunControlOptions } from './run-control.ts';
import { terminalPrompter } from './terminal-prompter.ts';

/** What a command says of the run that it watches: how it is reached and shown. */
export type WatchOptions = ConnectionSettings &
  OutputSettings &
  DisplaySettings &
  Partial<Pick<BenchSettings, 'dry_run' | 'detach' | 'profile'>>;

/** A run being watched: what following it needs, and where it is shown. */
export interface Watch {
  readonly follow: FollowRequest;
  readonly progress: Progress;
}

/**
 * Reaches the board, has `work` follow a run with its progress shown and signals heard, prints the
 * result and gives the exit code. A run that goes on without us is named with the command that
 * finds it again.
 */
export async function watchRun(
  host: string,
  options: WatchOptions,
  work: (watch: Watch) => Promise<RunOutcome | null>,
): Promise<number> {
  const format = options.json ? 'json' : options.output;
  const stderr = terminalOf(process.stderr, environment, options);
  const { progress, prompter, depth, ask } = await displayFor(host, options, stderr);
  const onBoard = new OnBoard(host, options);
  const control = controlRun({
    ask,
    note: (text) => progress.note(text),
    onLeave: () => {
      progress.close();
      onBoard.tell();
    },
  });
  const listener = (event: RunEvent) => {
    if (onBoard.hear(event)) control.runBegan();
    progress.listen(event);
  };
  try {
    const { signal, leave } = control;
    const surroundings = { progress, prompter, depth, listener, signal, leave };
    const outcome = await withAccess(host, options, surroundings, work);
    control.dispose();
    progress.close();
    if (outcome === null) return exitCodes.ok;
    if (outcome.kind === 'left') return control.exitCode() ?? detached(outcome.runId, onBoard);
    const stdout = terminalOf(process.stdout, environment, options);
    await printResult(outcome, { host, reachedBy: connectionArguments(options) }, format, stdout);
    if (options.profile && format === 'table') {
      print(describeOperators(outcome.result, stdout));
    }
    return control.exitCode() ?? exitCodeOf(outcome);
  } catch (error) {
    progress.close();
    const code = control.exitCode();
    if (code !== null && (control.signal.aborted || control.leave.aborted)) return code;
    onBoard.tell(error);
    throw error;
  } finally {
    control.dispose();
  }
}

/**
 * Where a run is shown, and who is asked what it takes to reach the board and what to do with the
 * run.
 */
interface Display {
  readonly progress: Progress;
  readonly prompter: Prompter;
  /** How much of the run it shows. */
  readonly depth: RunDepth;
  readonly ask: RunControlOptions['ask'];
}

/** With --tui on a terminal the live view, else the lines of progress. */
async function displayFor(host: string, options: WatchOptions, stderr: Terminal): Promise<Display> {
  const isScreenWanted = options.tui && !options.quiet && !options.dry_run && !options.detach;
  if (isScreenWanted && stderr.isInteractive && process.stdin.isTTY) {
    const { openLiveScreen } = await import('../tui/live/live-screen.ts');
    return { ...openLiveScreen(host, stderr), depth: runDepths.view };
  }
  const progress = options.quiet ? noProgress : showProgress(host, stderr);
  const prompter = terminalPrompter(options.batch_mode, progress);
  return { progress, prompter, depth: runDepths.lines, ask: askerFor(options, progress) };
}

/** What following a run takes besides a way to its board. */
export type RunSurroundings = Pick<FollowRequest, 'listener' | 'signal' | 'leave'> &
  Pick<Display, 'progress' | 'prompter' | 'depth'>;

/** Opens the way to a board for `work`, and closes it whatever happens. */
export async function withAccess(
  host: string,
  options: ConnectionSettings,
  surroundings: RunSurroundings,
  work: (watch: Watch) => Promise<RunOutcome | null>,
): Promise<RunOutcome | null> {
  const { progress, prompter, ...given } = surroundings;
  const memory = new BoardMemory(host, options);
  const reachedBy = connectionArguments(options);
  const listener = (event: RunEvent) => {
    memory.hear(event);
    given.listener(withCompleteNote(event, { host, reachedBy }));
  };
  const rest = { ...given, listener };
  const access = await accessTo(host, options, { prompter, note: (text) => progress.note(text) });
  try {
    rest.listener({ kind: 'connecting', destination: access.destination });
    const follow = {
      board: access.name,
      connect: (signal: AbortSignal) => access.connect(signal),
      directories: directoriesFrom(environment),
      ...rest,
    };
    return await work({ follow, progress });
  } finally {
    await access.close();
    await memory.settled();
  }
}

/** A note that advises a command says how the board is reached. */
function withCompleteNote(event: RunEvent, given: GivenCommand): RunEvent {
  if (event.kind !== 'note') return event;
  return { kind: 'note', text: completeCommands(event.text, given) };
}

/** `--detach`: the id is the answer. */
function detached(runId: string, onBoard: OnBoard): number {
  onBoard.tell();
  print(`${runId}\n`);
  return exitCodes.ok;
}

const question =
  's stop the run, keeping what was measured · l leave it running · c continue watching ';
const choices: Record<'s' | 'l' | 'c', Choice> = { s: 'stop', l: 'leave', c: 'continue' };

/** Null where nobody can answer. */
function askerFor(options: WatchOptions, progress: Progress): RunControlOptions['ask'] {
  if (options.batch_mode || !process.stdin.isTTY || !process.stderr.isTTY) return null;
  const text = options.ascii ? question.replaceAll('·', '-') : question;
  return async (signal) => {
    progress.pause();
    try {
      const key = await askKey(text, ['s', 'l', 'c'], signal);
      return key === null ? 'leave' : choices[key];
    } finally {
      progress.resume();
    }
  };
}

function exitCodeOf({ result }: SavedOutcome): number {
  return shortfallOf(result) === null ? exitCodes.ok : exitCodes.boardFailed;
}
