import { type Prompter, silentPrompter } from '../../host/reach/trust/prompter.ts';
import type { Progress } from '../report/progress/progress.ts';
import { askOnTerminal } from '../terminal/prompt/ask-on-terminal.ts';
import { quietTerminal } from '../terminal/prompt/quiet-terminal.ts';

/**
 * Asks on the terminal, with the progress display out of the way; asks nothing where stdin or
 * stderr is no terminal, or with --batch-mode.
 */
export function terminalPrompter(isBatch: boolean, progress: Progress): Prompter {
  if (isBatch || !process.stdin.isTTY || !process.stderr.isTTY) return silentPrompter;
  return {
    hush: quietTerminal,
    async ask(question, signal) {
      progress.pause();
      try {
        const { echo, kind, text } = question;
        const mayBeTypedBefore = kind === 'passphrase';
        return await askOnTerminal(text, { echo, mayBeTypedBefore }, signal);
      } finally {
        progress.resume();
      }
    },
  };
}
