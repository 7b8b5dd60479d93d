import { oneRow, printTo } from './print.ts';
import type { Terminal } from './terminal.ts';
import { plainText } from './text.ts';

const HEARTBEAT_MS = 30_000;

/** Lines for a log: whose, when since the start, what. */
export interface StampedLines {
  print(name: string, text: string): void;
  /** Keeps lines back while a question is asked. */
  pause(): void;
  resume(): void;
  close(): void;
}

/**
 * Opens such a log; when nothing was printed for 30 s, it prints that `name` is still at what
 * `doing` says.
 */
export function openStampedLines(
  name: string,
  doing: () => string,
  terminal: Terminal,
): StampedLines {
  const beganMs = Date.now();
  let lastMs = beganMs;
  let held: string[] | null = null;
  const write = (text: string) => {
    printTo(terminal.stream, `${plainText(oneRow(text), terminal.isUnicode)}\n`);
  };
  const print = (whose: string, text: string) => {
    lastMs = Date.now();
    const line = `${whose}  ${clock(lastMs - beganMs)}  ${text}`;
    if (held) held.push(line);
    else write(line);
  };
  const heartbeat = setInterval(() => {
    if (Date.now() - lastMs >= HEARTBEAT_MS) print(name, `still       ${doing()}`);
  }, HEARTBEAT_MS / 3);
  heartbeat.unref();
  return {
    print,
    pause() {
      held ??= [];
    },
    resume() {
      held?.forEach(write);
      held = null;
    },
    close: () => clearInterval(heartbeat),
  };
}

/** `00:31.7` */
function clock(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return `${String(minutes).padStart(2, '0')}:${((ms % 60_000) / 1000).toFixed(1).padStart(4, '0')}`;
}
