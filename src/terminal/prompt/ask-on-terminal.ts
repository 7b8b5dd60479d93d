import { eraseTyped, printAside, printTo } from '../print.ts';
import { takeTerminal } from './quiet-terminal.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACE = ['\u007f', '\b'];

/** How one question is asked. */
export interface Asking {
  /** False: nothing of the answer is shown. */
  readonly echo: boolean;
  /**
   * The answer may have been typed before the question came; never where it goes to somebody else,
   * or is shown.
   */
  readonly mayBeTypedBefore: boolean;
}

/**
 * Asks one question on the terminal and reads one line. Null when the person presses Ctrl-D.
 * @throws DOMException `AbortError` on Ctrl-C or when the signal fires.
 */
export function askOnTerminal(
  question: string,
  { echo, mayBeTypedBefore }: Asking,
  signal?: AbortSignal,
): Promise<string | null> {
  const { stdin, stderr } = process;
  // In this order: the terminal would show what is typed as soon as the question is seen.
  const terminal = takeTerminal();
  printTo(stderr, question);
  return new Promise((resolve, reject) => {
    const answer: string[] = [];
    const finish = (settle: () => void, rest = '') => {
      signal?.removeEventListener('abort', onAbort);
      stdin.off('data', onData);
      terminal.giveBack(rest);
      stderr.write('\n');
      settle();
    };
    const interrupted = () => reject(new DOMException('interrupted at a question', 'AbortError'));
    const endings: Record<string, () => void> = {
      '\r': () => resolve(answer.join('')),
      '\n': () => resolve(answer.join('')),
      [CTRL_D]: () => resolve(null),
      [CTRL_C]: interrupted,
    };
    const onAbort = () => finish(interrupted);
    const onText = (text: string) => {
      for (const [at, key] of [...text].entries()) {
        const ending = endings[key];
        if (ending) return finish(ending, [...text].slice(at + 1).join(''));
        editAnswer(answer, key, echo);
      }
      return undefined;
    };
    const onData = (data: Buffer) => onText(data.toString('utf8'));
    signal?.addEventListener('abort', onAbort, { once: true });
    stdin.on('data', onData);
    if (mayBeTypedBefore) onText(terminal.typed);
  });
}

function editAnswer(answer: string[], key: string, echo: boolean): void {
  if (BACKSPACE.includes(key)) {
    if (answer.pop() !== undefined && echo) eraseTyped();
  } else if (key >= ' ') {
    answer.push(key);
    if (echo) printAside(key);
  }
}
