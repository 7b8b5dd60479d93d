import { restoreStale } from '../../host/board/interrupts/stale-moves.ts';
import { type Probe, probeBoard } from '../../host/board/probe.ts';
import type { Link } from '../../host/link/link.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { noProgress } from '../report/progress/progress.ts';
import { printAside } from '../terminal/print.ts';
import { accessTo } from './connection.ts';
import { interruptible } from './interruption.ts';
import { terminalPrompter } from './terminal-prompter.ts';

/** A board that answers, and what one probe learned of it. */
export interface ConnectedBoard {
  readonly name: string;
  readonly link: Link;
  readonly probe: Probe;
  readonly signal: AbortSignal;
}

/** Connects, probes, does the work and leaves, whatever happens. Notes go to stderr. */
export async function withBoard<T>(
  host: string,
  options: ConnectionSettings,
  work: (board: ConnectedBoard) => Promise<T>,
): Promise<T> {
  const interruption = interruptible(() => printAside('stopping\n'));
  const prompter = terminalPrompter(options.batch_mode, noProgress);
  const note = (text: string) => printAside(`! ${text}\n`);
  // Until the last question that may come: sudo's, where interrupts are put back.
  const release = prompter.hush?.();
  const access = await accessTo(host, options, { prompter, note }).catch((error: unknown) => {
    release?.();
    throw error;
  });
  try {
    const link = await access.connect(interruption.signal);
    try {
      const probe = await probeBoard(link, { signal: interruption.signal });
      const restored = await restoreStale(link, probe.facts, prompter, interruption.signal);
      if (restored !== null) note(restored);
      release?.();
      return await work({ name: access.name, link, probe, signal: interruption.signal });
    } finally {
      await link.end();
    }
  } finally {
    release?.();
    await access.close();
    interruption.dispose();
  }
}
