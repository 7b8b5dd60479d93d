import type { BoardFacts } from '../../host/board/facts.ts';
import type { ConnectionSettings, GivenConnection } from '../../host/reach/connection-settings.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import { wayOf } from '../options/connection-options.ts';
import { environment } from '../options/environment.ts';
import { type RecentBoard, recentPath, rememberBoard } from '../tui/home/recent.ts';
import { boardLine } from '../words/board-line.ts';

type Change = (before: RecentBoard) => Partial<RecentBoard>;

/**
 * Keeps for the home screen what a run's events tell of its board: what it is, when it was spoken
 * with, and which runs were left on it. Never the reason that a command fails.
 */
export class BoardMemory {
  readonly #host: string;
  readonly #way: GivenConnection;
  #written: Promise<void> = Promise.resolve();

  constructor(host: string, options: ConnectionSettings) {
    this.#host = host;
    this.#way = wayOf(options);
  }

  hear(event: RunEvent): void {
    if (event.kind === 'probed') this.#remember(() => aboutBoard(event.facts));
    if (event.kind === 'started') this.#remember(withRun(event.runId, true));
    if (event.kind === 'attached') {
      this.#remember(withRun(event.run.runId, event.run.state === 'running'));
    }
    // What was saved as cut may still be there, with more than came here.
    if (event.kind === 'finished' && event.result.run.ended !== 'cut') {
      const { run_id: runId } = event.result;
      this.#remember(({ runs }) => ({ runs: runs.filter((run) => run.runId !== runId) }));
    }
  }

  /** Resolves when all of it is on the disk. */
  async settled(): Promise<void> {
    await this.#written;
  }

  #remember(change: Change): void {
    const keep = (before: RecentBoard | null): RecentBoard => {
      const board = before ?? { name: this.#host, about: '', cpus: null, runs: [], way: {} };
      const seen = { seenUtc: new Date().toISOString(), way: this.#way };
      const whole = { ...board, ...seen };
      return { ...whole, ...change(whole) };
    };
    this.#written = this.#written.then(() =>
      rememberBoard(recentPath(environment), this.#host, keep).catch(() => undefined),
    );
  }
}

export function aboutBoard(facts: BoardFacts): Partial<RecentBoard> {
  return { about: boardLine(facts), cpus: facts.cpu.online.length || null };
}

function withRun(runId: string, isRunning: boolean): Change {
  return ({ runs }) => ({
    runs: [{ runId, isRunning }, ...runs.filter((run) => run.runId !== runId)].slice(0, 50),
  });
}
