import type { Wire } from './wire.ts';

/** How long a peer may be silent, although it was asked, before it is taken for dead. */
export const defaultDeadAfterMs = 20_000;

export interface WatchdogOptions {
  /** Without one received byte for this long, the peer is dead. */
  readonly deadAfterMs: number;
  readonly tickMs?: number;
}

/**
 * Watches that bytes arrive; something else must provoke them. Calls `onDead` once. Time in which
 * this process itself did not run (a suspended laptop, Ctrl-Z) does not count against the peer.
 * @returns a function that ends the watch.
 */
export function watchLiveness(
  wire: Pick<Wire, 'bytesRead'>,
  options: WatchdogOptions,
  onDead: (quietMs: number) => void,
): () => void {
  const tickMs = options.tickMs ?? 1000;
  let seenBytes = wire.bytesRead;
  let quietMs = 0;
  let lastTickMs = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const sinceTickMs = now - lastTickMs;
    lastTickMs = now;
    if (wire.bytesRead !== seenBytes || sinceTickMs > 5 * tickMs) {
      seenBytes = wire.bytesRead;
      quietMs = 0;
      return;
    }
    quietMs += sinceTickMs;
    if (quietMs < options.deadAfterMs) return;
    clearInterval(timer);
    onDead(quietMs);
  }, tickMs);
  timer.unref();
  return () => clearInterval(timer);
}
