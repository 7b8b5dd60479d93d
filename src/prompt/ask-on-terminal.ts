import { eraseTyped, printAside, printTo } from '../output/print.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACE = ['\u007f', '\b'];

/**
 * Asks one question on the terminal and reads one line. With `echo` false nothing of the answer is shown.
 * Null when the person presses Ctrl-D.
 * @throws DOMException `AbortError` on Ctrl-C or when the signal fires.
 */
export function askOnTerminal(
  question: string,
  echo: boolean,
  signal?: AbortSignal,
): Promise<string | null> {
  const { stdin, stderr } = process;
  // In this order: the terminal would show what is typed as soon as the question is seen.
  stdin.setRawMode(true);
  printTo(stderr, question);
  stdin.resume();
  return new Promise((resolve, reject) => {
    const answer: string[] = [];
    const finish = (settle: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
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
    const onData = (data: Buffer) => {
      for (const key of data.toString('utf8')) {
        const ending = endings[key];
        if (ending) return finish(ending);
        editAnswer(answer, key, echo);
      }
      return undefined;
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    stdin.on('data', onData);
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
