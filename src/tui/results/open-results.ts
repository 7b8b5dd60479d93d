import { listRuns } from '../../../host/archive/saved-runs.ts';
import { exitCodes, OrinError } from '../../../host/errors.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { themeFor } from '../../terminal/theme.ts';
import { ScreenHost } from '../frame/screen-host.tsx';
import { suspendJob } from '../frame/suspend.ts';
import { ResultsBrowser } from './browser.ts';
import { ResultsView } from './results-view.ts';

/** What looking at results left for the shell that it returns to. */
export interface ResultsEnd {
  readonly exitCode: number;
  /** What was looked at last, as a terminal shows it. */
  readonly summary: (terminal: Terminal) => string;
}

/**
 * Opens the saved runs on a terminal; resolves when the person quits.
 * @throws OrinError `results-unreadable`, before anything is drawn
 */
export async function openResults(terminal: Terminal, runs: string): Promise<ResultsEnd> {
  await listRuns(runs);
  return await new Promise((resolve, reject) => {
    const end = (exitCode: number) => {
      process.off('SIGTERM', onSignal);
      process.off('SIGHUP', onSignal);
      host.close();
      resolve({ exitCode, summary: (plain) => browser.summary(plain) });
    };
    const onSignal = (signal: NodeJS.Signals) =>
      end(signal === 'SIGHUP' ? exitCodes.hungUp : exitCodes.terminated);
    const host = new ScreenHost(new ResultsView([], () => undefined), {
      terminal: terminal.stream,
      stdin: process.stdin,
      theme: themeFor(terminal),
      onInterrupt: () => end(exitCodes.interrupted),
      suspend: suspendJob,
    });
    const guard = (work: Promise<unknown>) => {
      work.catch(async (error: unknown) => {
        if (error instanceof OrinError) {
          const lines = [error.why && `why: ${error.why}`, error.next && `try: ${error.next}`];
          const text = lines.filter(Boolean).join('\n');
          await host.open({ kind: 'choice', title: error.message, text, choices: [] });
          return;
        }
        host.close();
        reject(error);
      });
    };
    const browser = new ResultsBrowser({
      host,
      terminal,
      runs,
      guard,
      onQuit: () => end(exitCodes.ok),
    });
    process.on('SIGTERM', onSignal);
    process.on('SIGHUP', onSignal);
    guard(browser.showList(null));
  });
}
