import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MAX_TYPED = 4096;
const signalOf: Readonly<Record<string, NodeJS.Signals>> = {
  '\u0003': 'SIGINT',
  '\u001a': 'SIGTSTP',
  '\u001c': 'SIGQUIT',
};

let holders = 0;
let isListening = false;
let typed = '';

/**
 * Keeps the terminal from showing what is typed until the returned function is called: a passphrase
 * typed before its question would be seen. Keys that make signals still do. Does nothing where
 * there is no terminal, or it is another program's at the moment.
 */
export function quietTerminal(): () => void {
  holders++;
  listen();
  let isReleased = false;
  return () => {
    if (isReleased) return;
    isReleased = true;
    holders--;
    if (holders > 0) return;
    stopListening();
    typed = '';
  };
}

/** The terminal for one question, in raw mode. */
export interface TakenTerminal {
  /** What was typed before the question, and not shown. */
  readonly typed: string;
  /** `rest` was typed after the answer. */
  giveBack(rest?: string): void;
}

/** Takes the terminal for a question; what is typed is not shown from this very call on. */
export function takeTerminal(): TakenTerminal {
  const { stdin } = process;
  const before = typed;
  typed = '';
  if (isListening) stdin.off('data', keep);
  isListening = false;
  stdin.setRawMode(true);
  stdin.ref();
  stdin.resume();
  return {
    typed: before,
    giveBack(rest = '') {
      if (holders === 0) {
        stdin.setRawMode(false);
        stdin.pause();
        return;
      }
      typed = rest;
      listen();
    },
  };
}

function listen(): void {
  const { stdin } = process;
  if (isListening || holders === 0 || !stdin.isTTY || !isForeground()) return;
  isListening = true;
  stdin.setRawMode(true);
  stdin.on('data', keep);
  stdin.resume();
  // Nobody waits for what is typed here.
  stdin.unref();
}

function stopListening(): void {
  const { stdin } = process;
  if (!isListening) return;
  isListening = false;
  stdin.off('data', keep);
  stdin.setRawMode(false);
  stdin.pause();
  stdin.ref();
}

function keep(data: Buffer): void {
  for (const key of data.toString('utf8')) {
    const signal = signalOf[key];
    if (signal === undefined) typed = (typed + key).slice(-MAX_TYPED);
    else raise(signal);
  }
}

/** As the terminal does it: to all programs in its foreground, with the terminal as it was. */
function raise(signal: NodeJS.Signals): void {
  if (signal === 'SIGINT') {
    process.kill(0, signal);
    return;
  }
  stopListening();
  process.once('SIGCONT', listen);
  process.kill(0, signal);
}

/** A program in the background that changes the terminal's mode is stopped by it. */
function isForeground(): boolean {
  try {
    const [group, foreground] = groups();
    return group === foreground;
  } catch {
    return false;
  }
}

/** Our process group, and the one in the foreground of our terminal. */
function groups(): readonly (string | undefined)[] {
  if (process.platform === 'linux') {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [fields[2], fields[5]];
  }
  const args = ['-o', 'pgid=,tpgid=', '-p', String(process.pid)];
  return execFileSync('ps', args, { encoding: 'utf8' }).trim().split(/\s+/);
}
