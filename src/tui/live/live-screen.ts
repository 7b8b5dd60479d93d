import type { Prompter } from '../../../host/ssh/prompter.ts';
import type { Progress } from '../../output/progress.ts';
import type { Terminal } from '../../output/terminal.ts';
import { ScreenHost } from '../frame/screen-host.tsx';
import { suspendJob } from '../frame/suspend.ts';
import { themeFor } from '../frame/theme.ts';
import { LiveView } from './live-view.tsx';
import { leaveRun, questionsOf } from './run-questions.ts';

/** The live view of one run as what a command already knows: a progress display and somebody who asks. */
export interface LiveScreen {
  readonly progress: Progress;
  readonly prompter: Prompter;
}

/**
 * Opens the live view on a terminal. Stopping is a Ctrl-C to this process, which the command handles as any
 * other; leaving ends the program and lets the run on the board go on.
 */
export function openLiveScreen(board: string, terminal: Terminal): LiveScreen {
  const stop = () => process.kill(process.pid, 'SIGINT');
  const view: LiveView = new LiveView({
    board,
    terminal,
    nowMs: Date.now,
    onChange: () => host.refresh(),
    onStop: () => void questions.stop(),
    onQuit: () => void questions.quit(),
  });
  const host: ScreenHost = new ScreenHost(view, {
    terminal: terminal.stream,
    stdin: process.stdin,
    theme: themeFor(terminal),
    onInterrupt: stop,
    suspend: suspendJob,
  });
  const questions = questionsOf(host, {
    isStarted: () => view.isStarted,
    stop: () => {
      view.markStopping();
      stop();
    },
    leave: () => leaveRun(host, board),
  });
  const clock = setInterval(() => host.refresh(), 1_000);
  return {
    prompter: host,
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
