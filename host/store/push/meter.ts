import type { PushProgress } from './progress.ts';

/** At most ten a second. */
const INTERVAL_MS = 100;
/** The rate shown is that of the last two seconds. */
const WINDOW_MS = 2000;

/** Counts the bytes of one push and tells a listener how far it is. */
export interface Meter {
  /** Changes what is going on; told at once. */
  enter(state: PushProgress['state'], file: string): void;
  addTotal(bytes: number): void;
  addSent(bytes: number): void;
  /** Takes back bytes that must be sent again. */
  takeBack(bytes: number): void;
  readonly sentBytes: number;
  readonly elapsedMs: number;
  /** The fastest rate held for a while so far; null before a few megabytes went out. */
  readonly bestBytesPerSecond: number | null;
}

/** Starts the clock of a push. `now` gives milliseconds of a clock that never jumps. */
export function startMeter(
  present: PushProgress['present'],
  onProgress: (progress: PushProgress) => void,
  now: () => number = () => performance.now(),
): Meter {
  const startMs = now();
  const marks: { atMs: number; sentBytes: number }[] = [{ atMs: startMs, sentBytes: 0 }];
  let state: PushProgress['state'] = 'checking';
  let file = '';
  let sentBytes = 0;
  let totalBytes = 0;
  let best: number | null = null;
  let lastTold = Number.NEGATIVE_INFINITY;

  const rate = (atMs: number) => {
    const oldest = marks[0];
    if (!oldest || atMs - oldest.atMs < 1) return 0;
    return Math.max(0, ((sentBytes - oldest.sentBytes) * 1000) / (atMs - oldest.atMs));
  };
  const tell = () => {
    const atMs = now();
    while ((marks[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) marks.shift();
    const bytesPerSecond = rate(atMs);
    // What is still in the socket's buffers counts as sent, so that a rate means little before some
    // megabytes.
    if (sentBytes > 8_000_000) best = Math.max(best ?? 0, bytesPerSecond);
    marks.push({ atMs, sentBytes });
    lastTold = atMs;
    onProgress({
      state,
      file,
      sentBytes,
      totalBytes: Math.max(totalBytes, sentBytes),
      bytesPerSecond,
      elapsedMs: atMs - startMs,
      present,
    });
  };

  return {
    enter: (nextState, nextFile) => {
      state = nextState;
      file = nextFile;
      tell();
    },
    addTotal: (bytes) => {
      totalBytes += bytes;
    },
    addSent: (bytes) => {
      sentBytes += bytes;
      if (now() - lastTold >= INTERVAL_MS) tell();
    },
    takeBack: (bytes) => {
      sentBytes -= bytes;
    },
    get sentBytes() {
      return sentBytes;
    },
    get elapsedMs() {
      return now() - startMs;
    },
    get bestBytesPerSecond() {
      return best;
    },
  };
}
