import type { Prompter } from '../../../host/reach/trust/prompter.ts';
import type { Progress } from '../../report/progress/progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { themeFor } from '../../terminal/theme.ts';
import { ScreenHost } from '../frame/screen-host.tsx';
import { suspendJob } from '../frame/suspend.ts';
import { LiveView } from './live-view.ts';
import { askAboutRun, askToGiveUp, type RunChoice } from './run-questions.ts';

/**
 * The live view of one run as what a command already knows: a progress display, and somebody who is
 * asked.
 */
export interface LiveScreen {
  readonly progress: Progress;
  readonly prompter: Prompter;
  /** What to do with the run, after a Ctrl-C. */
  readonly ask: (signal: AbortSignal) => Promise<RunChoice>;
}

/**
 * Opens the live view on a terminal. The keys that stop and quit are a Ctrl-C to this process,
 * which the command handles as any other: it asks, through this screen.
 */
export function openLiveScreen(board: string, terminal: Terminal): LiveScreen {
  const interrupt = () => process.kill(process.pid, 'SIGINT');
  const end = async () => {
    if (view.isStarted || (await askToGiveUp(host))) interrupt();
  };
  const view: LiveView = new LiveView({
    board,
    terminal,
    nowMs: Date.now,
    onChange: () => host.refresh(),
    onEnd: () => void end(),
  });
  const host: ScreenHost = new ScreenHost(view, {
    terminal: terminal.stream,
    stdin: process.stdin,
    theme: themeFor(terminal),
    onInterrupt: interrupt,
    suspend: suspendJob,
  });
  const clock = setInterval(() => host.refresh(), 1_000);
  return {
    prompter: host,
    ask: async (signal) => {
      const choice = await askAboutRun(host, signal);
      if (choice === 'stop') view.markStopping();
      return choice;
    },
    progress: {
      listen: (event) => view.listen(event),
      note: (text) => view.note(text),
      pause() {},
      resume() {},
      close() {
        clearInterval(clock);
        host.close();
      },
    },
  };
}
