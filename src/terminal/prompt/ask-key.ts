import { printTo } from '../print.ts';
import { takeTerminal } from './quiet-terminal.ts';

const CTRL_C = '\u0003';

/**
 * Asks a question that one key answers; other keys do nothing. Ctrl-C answers `null`.
 * @throws the signal's reason when it fires.
 */
export function askKey<Key extends string>(
  question: string,
  keys: readonly Key[],
  signal: AbortSignal,
): Promise<Key | null> {
  const { stdin, stderr } = process;
  // In this order: the terminal would show what is typed as soon as the question is seen.
  const terminal = takeTerminal();
  printTo(stderr, question);
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort);
      stdin.off('data', onData);
      terminal.giveBack();
      stderr.write('\n');
      settle();
    };
    const onAbort = () => finish(() => reject(signal.reason));
    const onData = (data: Buffer) => {
      for (const pressed of data.toString('utf8')) {
        const key = keys.find((candidate) => candidate === pressed.toLowerCase());
        if (key !== undefined) return finish(() => resolve(key));
        if (pressed === CTRL_C) return finish(() => resolve(null));
      }
      return undefined;
    };
    signal.addEventListener('abort', onAbort, { once: true });
    stdin.on('data', onData);
    if (signal.aborted) onAbort();
  });
}
