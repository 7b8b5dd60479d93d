import { exitCodes } from '../../../host/errors.ts';
import type { ScreenHost } from '../frame/screen-host.tsx';

const stopChoice = { key: 's', word: 'stop the run, keep what was measured' } as const;
const leaveChoice = { key: 'l', word: 'leave it going' } as const;

interface RunActions {
  /** Whether there is a run on the board that could be left going. */
  readonly isStarted: () => boolean;
  readonly stop: () => void;
  readonly leave: () => void;
}

const giveUpChoice = { key: 's', word: 'give up' } as const;

/** What is asked before a run is stopped or left; a second question is not opened above the first. */
export function questionsOf(
  host: Pick<ScreenHost, 'open'>,
  actions: RunActions,
): { stop(): Promise<void>; quit(): Promise<void> } {
  const text = 'The run lives on the board, not in this program.';
  return {
    async stop() {
      if (!actions.isStarted()) return await this.quit();
      const dialog = { kind: 'choice' as const, title: 'Stop this run?', text };
      const answer = await host.open({ ...dialog, choices: [stopChoice] });
      if (answer === stopChoice.key) actions.stop();
    },
    async quit() {
      if (!actions.isStarted()) {
        const dialog = { kind: 'choice' as const, title: 'Give up?', text: 'Nothing runs yet.' };
        const answer = await host.open({ ...dialog, choices: [giveUpChoice] });
        if (answer === giveUpChoice.key) actions.stop();
        return;
      }
      const dialog = { kind: 'choice' as const, title: 'A run is going on.', text };
      const answer = await host.open({ ...dialog, choices: [stopChoice, leaveChoice] });
      if (answer === stopChoice.key) actions.stop();
      if (answer === leaveChoice.key) actions.leave();
    },
  };
}

/** Gives the terminal back and ends the program; the run goes on and can be picked up again. */
export function leaveRun(host: Pick<ScreenHost, 'close'>, board: string): never {
  host.close();
  process.stderr.write(`the run goes on; pick it up with: orin-remote attach ${board}\n`);
  process.exit(exitCodes.interrupted);
}
