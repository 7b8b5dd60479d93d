import { resolve } from 'node:path';
import { exitCodes, OrinError } from '../../../host/errors.ts';
import type { RunOutcome, SavedOutcome } from '../../../host/run/run-outcome.ts';
import { isBuiltIn } from '../../../models/built-in.ts';
import { connectionArguments } from '../../options/connection-options.ts';
import type { Progress } from '../../report/progress/progress.ts';
import { printAside } from '../../terminal/print.ts';
import { type Theme, themeFor } from '../../terminal/theme.ts';
import { attachCommandLine } from '../../words/attach-command-line.ts';
import { ScreenHost } from '../frame/screen-host.tsx';
import { suspendJob } from '../frame/suspend.ts';
import { LiveView } from '../live/live-view.ts';
import { askAboutRun, askToGiveUp, type RunChoice } from '../live/run-questions.ts';
import { ResultsBrowser } from '../results/browser.ts';
import { withoutTilde } from './complete-path.ts';
import { homeContent } from './home-content.ts';
import {
  chosen,
  type Effect,
  type HomeState,
  hostOf,
  initialHome,
  presetOf,
  withContent,
} from './home-state.ts';
import { HomeView } from './home-view.ts';
import { wayTo, wishOf } from './home-wish.ts';
import { lookAtBoard } from './look-at-board.ts';
import { rememberModel } from './recent.ts';
import type { SessionEnd, SessionOptions, Surroundings } from './session-options.ts';

interface Deferred {
  resolve(end: SessionEnd): void;
  reject(error: unknown): void;
}

/** A run that this session follows. */
interface ActiveRun {
  readonly board: string;
  /** Arguments that reach it. */
  readonly reachedBy: readonly string[];
  readonly view: LiveView;
  readonly stop: AbortController;
  readonly leave: AbortController;
  /** The question what to do with it is open. */
  isAsking: boolean;
}

/** From the home screen through any number of runs and results, until the person quits. */
class Session {
  readonly #options: SessionOptions;
  readonly #theme: Theme;
  readonly #host: ScreenHost;
  readonly #home: HomeView;
  readonly #results: ResultsBrowser;
  readonly #ended: Deferred;
  /** Fires when the session ends: nothing in the background outlives it. */
  readonly #closing = new AbortController();
  #run: ActiveRun | null = null;
  #outcome: SavedOutcome | null = null;
  #board = '';
  readonly #onSignal = (signal: NodeJS.Signals) =>
    this.#end(signal === 'SIGHUP' ? exitCodes.hungUp : exitCodes.terminated);

  constructor(options: SessionOptions, home: HomeState, ended: Deferred) {
    this.#options = options;
    this.#ended = ended;
    this.#theme = themeFor(options.terminal);
    this.#home = new HomeView(home, {
      version: options.version,
      ownCpus: options.ownCpus,
      onEffect: (effect, state) => this.#follow(effect, state),
      onChange: () => this.#host.refresh(),
    });
    this.#host = new ScreenHost(this.#home, {
      terminal: options.terminal.stream,
      stdin: process.stdin,
      theme: this.#theme,
      onInterrupt: () => this.#interrupt(),
      suspend: suspendJob,
    });
    this.#results = new ResultsBrowser({
      host: this.#host,
      terminal: options.terminal,
      runs: options.places.runs,
      guard: (work) => this.#guard(work),
      onQuit: () => this.#end(exitCodes.ok),
    });
    process.on('SIGTERM', this.#onSignal);
    process.on('SIGHUP', this.#onSignal);
  }

  #follow(effect: Exclude<Effect, 'complete'>, state: HomeState): void {
    if (effect === 'quit') this.#end(exitCodes.ok);
    else if (effect === 'results') this.#guard(this.#results.showList(this.#home));
    else if (effect === 'check') this.#guard(this.#check(state));
    else if (effect === 'attach') this.#guard(this.#attach(state));
    else this.#guard(this.#measure(state));
  }

  /** A failure is told in a dialog and the session goes on; a bug of ours ends it. */
  #guard(work: Promise<void>): void {
    work.catch(async (error: unknown) => {
      if (error instanceof OrinError) {
        const lines = [error.why && `why: ${error.why}`, error.next && `try: ${error.next}`];
        const text = lines.filter(Boolean).join('\n');
        await this.#host.open({ kind: 'choice', title: error.message, text, choices: [] });
        this.#host.show(this.#home);
        return;
      }
      this.#close();
      this.#ended.reject(error);
    });
  }

  async #measure(state: HomeState): Promise<void> {
    const wish = wishOf(state);
    const models = wish.settings.models?.map(withoutTilde);
    const settings = { ...wish.settings, models };
    await this.#followRun(state, (surroundings) =>
      this.#options.measure({ ...wish, settings }, surroundings),
    );
    const model = chosen(state.model);
    if (isBuiltIn(model) || presetOf(state) === 'thesis') return;
    await rememberModel(this.#options.places.recent, resolve(withoutTilde(model)));
  }

  async #attach(state: HomeState): Promise<void> {
    const board = wayTo(state);
    const [run] = state.board.choices[state.board.at]?.board?.runs ?? [];
    if (run === undefined) return;
    await this.#followRun(state, (surroundings) =>
      this.#options.attach(board, run.runId, surroundings),
    );
  }

  /** Shows a run from its first event to its outcome. */
  async #followRun(
    state: HomeState,
    work: (surroundings: Surroundings) => Promise<RunOutcome | null>,
  ): Promise<void> {
    const { view, stop, leave } = this.#beginRun(state);
    this.#host.show(view);
    const clock = setInterval(() => this.#host.refresh(), 1_000);
    try {
      const outcome = await work({
        progress: progressOf(view),
        prompter: this.#host,
        listener: (event) => view.listen(event),
        signal: stop.signal,
        leave: leave.signal,
      });
      await this.#showOutcome(state, outcome);
    } catch (error) {
      if (!stop.signal.aborted && !leave.signal.aborted) throw error;
      this.#host.show(this.#home);
    } finally {
      clearInterval(clock);
      this.#run = null;
      await this.#refreshContent();
    }
  }

  /**
   * In the background: the screen stays the person's, and what comes of it is shown beside the
   * board.
   */
  async #check(state: HomeState): Promise<void> {
    const { check } = this.#options;
    const problem = await lookAtBoard(check, state, this.#closing.signal);
    if (this.#closing.signal.aborted) return;
    this.#home.update((home) => ({ ...home, checking: null, problem }));
    await this.#refreshContent();
  }

  async #refreshContent(): Promise<void> {
    const content = await homeContent(this.#options.places);
    this.#home.update((home) => withContent(home, content));
  }

  #beginRun(state: HomeState): ActiveRun {
    const { host: board, way } = wayTo(state);
    const reachedBy = connectionArguments(way);
    const view = new LiveView({
      board,
      terminal: this.#options.terminal,
      nowMs: Date.now,
      onChange: () => this.#host.refresh(),
      onEnd: () => this.#guard(this.#askAboutRun()),
    });
    const stop = new AbortController();
    const leave = new AbortController();
    this.#run = { board, reachedBy, view, stop, leave, isAsking: false };
    return this.#run;
  }

  async #askAboutRun(): Promise<void> {
    const run = this.#run;
    if (run === null || run.isAsking) return;
    run.isAsking = true;
    const choice = await this.#choiceFor(run);
    run.isAsking = false;
    if (choice === 'leave') run.leave.abort(new DOMException('left', 'AbortError'));
    if (choice !== 'stop') return;
    run.view.markStopping();
    run.stop.abort(new DOMException('interrupted', 'AbortError'));
  }

  async #choiceFor({ view }: ActiveRun): Promise<RunChoice> {
    if (view.isStarted) return await askAboutRun(this.#host);
    return (await askToGiveUp(this.#host)) ? 'stop' : 'continue';
  }

  async #showOutcome(state: HomeState, outcome: RunOutcome | null): Promise<void> {
    if (outcome?.kind === 'saved') {
      this.#outcome = outcome;
      this.#board = chosen(state.board);
      return await this.#results.showRun(outcome.result.run_id, this.#home);
    }
    if (outcome?.kind === 'left') {
      const title = `run ${outcome.runId} goes on`;
      const text = `To follow or collect it:\n${attachCommandLine(hostOf(state.board), connectionArguments(wayTo(state).way), outcome.runId)}`;
      await this.#host.open({ kind: 'choice', title, text, choices: [] });
    }
    this.#host.show(this.#home);
  }

  /** Ctrl-C: asks about a run that goes on, and at the second leaves it. */
  #interrupt(): void {
    const run = this.#run;
    if (run === null) this.#end(exitCodes.interrupted);
    else if (run.isAsking || run.stop.signal.aborted) this.#leaveNow(run, exitCodes.interrupted);
    else this.#guard(this.#askAboutRun());
  }

  #end(exitCode: number): void {
    if (this.#run !== null) this.#leaveNow(this.#run, exitCode);
    this.#close();
    this.#ended.resolve({ outcome: this.#outcome, board: this.#board, exitCode });
  }

  /**
   * Ends the program; a run on the board is not ended with it, and how it is found again is said.
   */
  #leaveNow({ board, reachedBy, view }: ActiveRun, exitCode: number): never {
    this.#close();
    if (view.runId !== null) {
      const command = attachCommandLine(board, reachedBy, view.runId);
      printAside(`run ${view.runId} is on ${board}; to follow or collect it:\n  ${command}\n`);
    }
    process.exit(exitCode);
  }

  #close(): void {
    this.#closing.abort();
    process.off('SIGTERM', this.#onSignal);
    process.off('SIGHUP', this.#onSignal);
    this.#host.close();
  }
}

function progressOf(view: LiveView): Progress {
  return {
    // Events come to the listener.
    listen() {},
    note: (text) => view.note(text),
    pause() {},
    resume() {},
    close() {},
  };
}

/** Opens the home screen; resolves when the person quits. @throws what is a bug of ours. */
export async function openSession(options: SessionOptions): Promise<SessionEnd> {
  const content = await homeContent(options.places);
  return await new Promise((resolve, reject) => {
    new Session(options, initialHome(content), { resolve, reject });
  });
}
