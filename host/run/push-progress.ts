import type { PushProgress } from '../store/push/progress.ts';

/** Hears a push, begun anew on one connection after another, and knows whether it gets on. */
export interface PushWatch {
  readonly onProgress: (progress: PushProgress) => void;
  /** The fewest bytes that were ever left to send: what arrived is not sent again. */
  readonly leftBytes: () => number;
}

export function watchPush(tell: (progress: PushProgress) => void): PushWatch {
  let leftBytes = Number.POSITIVE_INFINITY;
  return {
    onProgress: (progress) => {
      const { state, totalBytes, sentBytes } = progress;
      if (state === 'sending') leftBytes = Math.min(leftBytes, totalBytes - sentBytes);
      tell(progress);
    },
    leftBytes: () => leftBytes,
  };
}
