import { exitCodes } from '../../host/errors.ts';
import { exitCodeOfSignal } from './interruption.ts';

/** What a person may choose at the first Ctrl-C. */
export type Choice = 'stop' | 'leave' | 'continue';

export interface RunControlOptions {
  /**
   * Asks what to do with the run; null where nobody can be asked. `leave` is also the answer to
   * another Ctrl-C.
   */
  readonly ask: ((signal: AbortSignal) => Promise<Choice>) | null;
  /** Says one line to the person. */
  readonly note: (text: string) => void;
  /**
   * Called when the run is left to itself, before anything is closed: the last chance to say how it
   * is found again.
   */
  readonly onLeave: () => void;
  /** What is stopped, in words: `the run`. */
  readonly what?: string;
}

/** What signals mean to a command that follows a run. */
export interface RunControl {
  /** Fires to stop the run. */
  readonly signal: AbortSignal;
  /** Fires to leave it running. */
  readonly leave: AbortSignal;
  /** From now on there is a run on the board, which goes on without us. */
  runBegan(): void;
  /** 129, 130 or 143 once a signal decided how the command ends, else null. */
  exitCode(): number | null;
  dispose(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof signals)[number];

/** Leaving takes at most this long, whatever the connection is doing. */
const LEAVE_MS = 1_000;

/**
 * Listens to signals. Before there is a run on the board every signal ends the command. Afterwards
 * Ctrl-C asks, or stops the run where nobody can be asked, and a second one leaves at once; SIGTERM
 * and SIGHUP leave at once. A run that is left goes on.
 */
export function controlRun(options: RunControlOptions): RunControl {
  const control = new SignalControl(options);
  for (const signal of signals) process.on(signal, control.onSignal);
  return control;
}

class SignalControl implements RunControl {
  readonly #options: RunControlOptions;
  readonly #stop = new AbortController();
  readonly #leave = new AbortController();
  readonly #question = new AbortController();
  #hasRun = false;
  #isAsking = false;
  #code: number | null = null;

  constructor(options: RunControlOptions) {
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get leave(): AbortSignal {
    return this.#leave.signal;
  }

  runBegan(): void {
    this.#hasRun = true;
  }

  exitCode(): number | null {
    return this.#code;
  }

  dispose(): void {
    for (const signal of signals) process.off(signal, this.onSignal);
    this.#question.abort();
  }

  readonly onSignal = (signal: Signal): void => {
    const code = exitCodeOfSignal[signal] ?? exitCodes.terminated;
    if (this.#leave.signal.aborted) process.exit(code);
    if (!this.#hasRun) this.#endBeforeRun(code);
    else if (signal !== 'SIGINT' || this.#stop.signal.aborted || this.#isAsking) {
      this.#leaveRun(code);
    } else if (this.#options.ask) void this.#askOnce(this.#options.ask);
    else this.#stopRun();
  };

  #endBeforeRun(code: number): void {
    if (this.#code !== null) process.exit(this.#code);
    this.#code = code;
    this.#options.note('stopping; Ctrl-C again to leave now');
    this.#stop.abort(new DOMException('interrupted', 'AbortError'));
  }

  #stopRun(): void {
    this.#code = exitCodes.interrupted;
    this.#options.note(
      `stopping ${this.#options.what ?? 'the run'}; what was measured is kept; Ctrl-C again leaves it running`,
    );
    this.#stop.abort(new DOMException('interrupted', 'AbortError'));
  }

  #leaveRun(code: number): void {
    this.#code = code;
    this.#options.onLeave();
    this.#leave.abort(new DOMException('left', 'AbortError'));
    setTimeout(() => process.exit(code), LEAVE_MS).unref();
  }

  async #askOnce(ask: NonNullable<RunControlOptions['ask']>): Promise<void> {
    this.#isAsking = true;
    // Answered for us when the run ends meanwhile.
    const choice = await ask(this.#question.signal).catch(() => 'continue' as const);
    this.#isAsking = false;
    if (choice === 'leave') this.#leaveRun(exitCodes.interrupted);
    else if (choice === 'stop') this.#stopRun();
  }
}
