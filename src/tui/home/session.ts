import { resolve } from 'node:path';
import { exitCodes, OrinError } from '../../../host/errors.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import type { RunOutcome, SavedOutcome } from '../../../host/run/run-outcome.ts';
import type { Prompter } from '../../../host/ssh/prompter.ts';
import { isBuiltIn } from '../../../models/built-in.ts';
import { rememberRecent } from '../../config/recent.ts';
import { attachCommandLine } from '../../output/attach-command-line.ts';
import type { Progress } from '../../output/progress.ts';
import type { Terminal } from '../../output/terminal.ts';
import { ScreenHost } from '../frame/screen-host.tsx';
import { suspendJob } from '../frame/suspend.ts';
import { type Theme, themeFor } from '../frame/theme.ts';
import { LiveView } from '../live/live-view.ts';
import { askAboutRun, askToGiveUp, type RunChoice } from '../live/run-questions.ts';
import { ResultsBrowser } from '../results/browser.ts';
import { withoutTilde } from './complete-path.ts';
import { type HomePlaces, homeContent } from './home-content.ts';
import { chosen, type Effect, type HomeState, initialHome } from './home-state.ts';
import { HomeView } from './home-view.ts';
import { benchArguments } from './plan-estimate.ts';

/** What a benchmark needs of whoever shows it. */
interface Surroundings {
  readonly progress: Progress;
  readonly prompter: Prompter;
  readonly listener: (event: RunEvent) => void;
  /** Fires to stop the run. */
  readonly signal: AbortSignal;
  /** Fires to leave it going. */
  readonly leave: AbortSignal;
  /** The arguments that ask for the same on the command line. */
  readonly argv: readonly string[];
}

export interface SessionOptions {
  readonly terminal: Terminal;
  readonly places: HomePlaces;
  readonly version: string;
  readonly ownCpus: number;
  /** Runs `bench` with these arguments, as the command line would. */
  readonly measure: (surroundings: Surroundings) => Promise<RunOutcome | null>;
}

/** What a session left behind for the shell it returns to. */
export interface SessionEnd {
  /** The last run that was measured, for the scrollback. */
  readonly outcome: SavedOutcome | null;
  readonly board: string;
  readonly exitCode: number;
}

interface Deferred {
  resolve(end: SessionEnd): void;
  reject(error: unknown): void;
}

/** A run that this session follows. */
interface ActiveRun {
  readonly board: string;
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
      theme: this.#theme,
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
    const argv = benchArguments(state).map((argument) => withoutTilde(argument));
    const run = this.#beginRun(chosen(state.board));
    const { view, stop, leave } = run;
    this.#host.show(view);
    const clock = setInterval(() => this.#host.refresh(), 1_000);
    try {
      const outcome = await this.#options.measure({
        progress: progressOf(view),
        prompter: this.#host,
        listener: (event) => view.listen(event),
        signal: stop.signal,
        leave: leave.signal,
        argv,
      });
      await this.#showOutcome(state, outcome);
    } catch (error) {
      if (!stop.signal.aborted && !leave.signal.aborted) throw error;
      this.#host.show(this.#home);
    } finally {
      clearInterval(clock);
      this.#run = null;
    }
  }

  #beginRun(board: string): ActiveRun {
    const view = new LiveView({
      board,
      terminal: this.#options.terminal,
      nowMs: Date.now,
      onChange: () => this.#host.refresh(),
      onEnd: () => this.#guard(this.#askAboutRun()),
    });
    const stop = new AbortController();
    const leave = new AbortController();
    this.#run = { board, view, stop, leave, isAsking: false };
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
      await this.#remember(state, outcome);
      return await this.#results.showRun(outcome.result.run_id, this.#home);
    }
    if (outcome?.kind === 'left') {
      const title = `run ${outcome.runId} goes on`;
      const text = `To follow or collect it:\n${attachCommandLine(chosen(state.board), {}, outcome.runId)}`;
      await this.#host.open({ kind: 'choice', title, text, choices: [] });
    }
    this.#host.show(this.#home);
  }

  async #remember(state: HomeState, { result }: SavedOutcome): Promise<void> {
    const model = chosen(state.model);
    const { board } = result.context;
    const about = [board?.model ?? board?.cpu_model, board?.jetpack && `JetPack ${board.jetpack}`];
    await rememberRecent(this.#options.places.recent, {
      board: {
        name: chosen(state.board),
        about: about.filter(Boolean).join(' · '),
        seenUtc: result.created_utc,
      },
      model: isBuiltIn(model) ? null : resolve(withoutTilde(model)),
    });
    const content = await homeContent(this.#options.places);
    this.#home.update((home) => ({ ...home, runs: content.runs }));
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

  /** Ends the program; a run on the board is not ended with it, and how it is found again is said. */
  #leaveNow({ board, view }: ActiveRun, exitCode: number): never {
    this.#close();
    if (view.runId !== null) {
      const command = attachCommandLine(board, {}, view.runId);
      process.stderr.write(
        `run ${view.runId} is on ${board}; to follow or collect it:\n  ${command}\n`,
      );
    }
    process.exit(exitCode);
  }

  #close(): void {
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
