import { OrinError } from '../errors.ts';
import type { Link, RemoteExit, RemoteProcess } from '../link/link.ts';
import { sshWords } from '../reach/config/target-name.ts';

/** What a command on a board is for. */
export type Phase = 'command' | 'push' | 'launch' | 'follow' | 'fetch';

const advice: Record<Phase, (board: string) => string> = {
  command: (board) => `see how long it takes: ssh ${sshWords(board)} true`,
  push: () => 'run the command again: what arrived whole is not sent twice',
  launch: (board) => `the run may have begun there: orin-remote attach ${board}`,
  follow: (board) => `the run stays on the board: orin-remote attach ${board}`,
  fetch: (board) => `what is there stays there: orin-remote attach ${board}`,
};

export interface Silence {
  readonly board: string;
  readonly phase: Phase;
  /** `fetching /…/mpstat.log`. */
  readonly step: string;
  readonly forMs: number;
}

/** The connection holds, and a command says nothing and does not end. */
export function boardSilent({ board, phase, step, forMs }: Silence): OrinError {
  return new OrinError({
    code: 'board-silent',
    what: `${board} has said nothing for ${forMs / 1000} s (${phase})`,
    why: `${step}: the connection holds, and the command neither says anything nor ends`,
    next: advice[phase](board),
    board,
  });
}

/**
 * Starts a command, where the server takes it in time.
 * @throws OrinError `board-silent`, and what `Link.start` throws.
 */
export async function startInTime(
  link: Link,
  command: string,
  silence: Omit<Silence, 'board'>,
  signal?: AbortSignal,
): Promise<RemoteProcess> {
  const late = new AbortController();
  const give = () => late.abort(boardSilent({ board: link.board, ...silence }));
  const timer = setTimeout(give, silence.forMs);
  try {
    const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    return await link.start(command, either);
  } finally {
    clearTimeout(timer);
  }
}

/** After the end of a command's output: what else holds its channel open is closed by us. */
const HELD_OPEN_MS = 5_000;

/** How a command ended whose output is over, in bounded time. @throws what `exit` rejects with. */
export async function exitOf({ exit, close }: RemoteProcess): Promise<RemoteExit> {
  const timer = setTimeout(close, HELD_OPEN_MS);
  try {
    return await exit;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Work that closes its command when it is not done in time; then it is as if the command had ended.
 * @throws OrinError `board-silent` instead of whatever the work comes to after that.
 */
export async function inTime<T>(
  { close }: RemoteProcess,
  silence: Silence,
  work: () => Promise<T>,
): Promise<T> {
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    close();
  }, silence.forMs);
  try {
    const value = await work();
    if (isOver) throw boardSilent(silence);
    return value;
  } catch (error) {
    throw isOver ? boardSilent(silence) : error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Passes on what a command sends. Whenever nothing came for `forMs`, `onSilence` is called, with
 * how long that is in all: it closes the command, or lets it go on; what it throws ends the reading
 * once the command is closed.
 */
export async function* whileHeard(
  source: AsyncIterable<Buffer>,
  forMs: number,
  onSilence: (quietMs: number) => Promise<void> | void,
): AsyncGenerator<Buffer, void> {
  const pieces = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await heard(pieces.next(), forMs, onSilence);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await pieces.return?.();
  }
}

async function heard<T>(
  next: Promise<T>,
  forMs: number,
  onSilence: (quietMs: number) => Promise<void> | void,
): Promise<T> {
  for (let quietMs = forMs; ; quietMs += forMs) {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<'silent'>((resolve) => {
      timer = setTimeout(() => resolve('silent'), forMs);
    });
    try {
      const first = await Promise.race([next, silence]);
      if (first !== 'silent') return first;
    } finally {
      clearTimeout(timer);
    }
    await onSilence(quietMs);
  }
}
