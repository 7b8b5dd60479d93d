import { exitCodes } from '../../../host/errors.ts';
import type { ScreenHost } from '../frame/screen-host.tsx';

const stopChoice = { key: 's', word: 'stop the run, keep what was measured' } as const;
const leaveChoice = { key: 'l', word: 'leave it going' } as const;

/** What is asked before a run is stopped or left; a second question is not opened above the first. */
export function questionsOf(
  host: Pick<ScreenHost, 'open'>,
  actions: { readonly stop: () => void; readonly leave: () => void },
): { stop(): Promise<void>; quit(): Promise<void> } {
  const text = 'The run lives on the board, not in this program.';
  return {
    async stop() {
      const dialog = { kind: 'choice' as const, title: 'Stop this run?', text };
      const answer = await host.open({ ...dialog, choices: [stopChoice] });
      if (answer === stopChoice.key) actions.stop();
    },
    async quit() {
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
