import PQueue from 'p-queue';
import type { Lanes } from '../run/lanes.ts';

export interface LaneLimits {
  /** Boards that are being connected to at the same time. */
  readonly connects: number;
  /** Boards that are being sent files at the same time: they share the way out of this machine. */
  readonly pushes: number;
  /** Boards that measure at the same time. */
  readonly runs: number;
}

/**
 * Each costs a handshake's worth of our CPU, and where several boards are one machine its sshd
 * drops more as it comes (MaxStartups 10).
 */
export const MAX_CONNECTS = 8;
/** Computing results holds a run's iterations in memory. */
const MAX_CONCLUDING = 2;

export interface FleetLanes extends Lanes {
  connect<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/**
 * The lanes of a fleet run. A signal takes what still waits out of its lane; what has begun ends by
 * itself.
 */
export function fleetLanes(limits: LaneLimits): FleetLanes {
  const connects = new PQueue({ concurrency: limits.connects });
  const pushes = new PQueue({ concurrency: limits.pushes });
  const runs = new PQueue({ concurrency: limits.runs });
  const concluding = new PQueue({ concurrency: MAX_CONCLUDING });
  return {
    connect: (signal, work) => inLane(connects, signal, 0, work),
    push: (missingBytes, signal, work) =>
      // Nothing to send needs no turn.
      missingBytes === 0 ? work() : inLane(pushes, signal, -missingBytes, work),
    run: (signal, work) => inLane(runs, signal, 0, work),
    conclude: (signal, work) => inLane(concluding, signal, 0, work),
  };
}

/**
 * Unlike a queue that is given the signal, does not give up on work that has begun: it is told by
 * the same signal.
 */
async function inLane<T>(
  lane: PQueue,
  signal: AbortSignal,
  priority: number,
  work: () => Promise<T>,
): Promise<T> {
  const waiting = new AbortController();
  const giveUp = () => waiting.abort(signal.reason);
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  const begin = async () => {
    signal.removeEventListener('abort', giveUp);
    return { value: await work() };
  };
  try {
    return (await lane.add(begin, { priority, signal: waiting.signal })).value;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
