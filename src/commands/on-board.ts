import { OrinError } from '../../host/errors.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import { connectionArguments } from '../options/connection-options.ts';
import { printAside } from '../terminal/print.ts';
import { attachCommandLine } from '../words/attach-command-line.ts';

/** Knows from the events which run is on the board and not here, and says so once. */
export class OnBoard {
  readonly #host: string;
  readonly #options: ConnectionSettings;
  #run: { readonly id: string; readonly isCertain: boolean } | null = null;

  constructor(host: string, options: ConnectionSettings) {
    this.#host = host;
    this.#options = options;
  }

  /** True when a run is on the board, or may be, from this event on. */
  hear(event: RunEvent): boolean {
    switch (event.kind) {
      case 'launching':
        this.#run = { id: event.runId, isCertain: false };
        return true;
      case 'started':
        this.#run = { id: event.runId, isCertain: true };
        return true;
      case 'attached':
        this.#run = { id: event.run.runId, isCertain: true };
        return true;
      case 'finished':
        this.#run = null;
        return false;
      default:
        return false;
    }
  }

  /** @param error What ended the command; it may say that the run is not there. */
  tell(error?: unknown): void {
    const run = this.#run;
    this.#run = null;
    if (run === null || saysNotThere(error)) return;
    const command = attachCommandLine(this.#host, connectionArguments(this.#options), run.id);
    const where = run.isCertain
      ? `run ${run.id} is on ${this.#host}; to follow or collect it:`
      : `run ${run.id} may have started on ${this.#host}; if it did, this follows or collects it:`;
    printAside(`${where}\n  ${command}\n`);
  }
}

/** A launch that failed leaves nothing of the run; and a run that is unknown there was removed. */
function saysNotThere(error: unknown): boolean {
  return (
    error instanceof OrinError && (error.code === 'agent-failed' || error.code === 'run-unknown')
  );
}
