import { defaultDeadAfterMs, watchLiveness } from '../ssh2/watchdog.ts';
import type { SshClientLink } from './ssh-client-link.ts';

/** Quiet for this long, the board is asked whether it is there. */
const askAfterMs = 8000;

/**
 * Watches a connection that is the person's own: its master may have no ServerAliveInterval and
 * never notice a dead peer. While commands run and nothing moves, `probe` provokes an answer;
 * without any in 20 s the link is abandoned.
 */
export function watchSharedMaster(link: SshClientLink, probe: () => Promise<unknown>): void {
  let answers = 0;
  let seenBytes = 0;
  const movedBytes = () => link.traffic.sentBytes + link.traffic.receivedBytes;
  const signsOfLife = {
    get bytesRead() {
      // Nobody waits for anything while no command runs.
      if (link.runningCount === 0) answers++;
      return movedBytes() + answers;
    },
  };
  const ask = setInterval(() => {
    if (link.runningCount > 0 && movedBytes() === seenBytes) {
      probe().then(
        () => answers++,
        () => {},
      );
    }
    seenBytes = movedBytes();
  }, askAfterMs);
  ask.unref();
  const endWatch = watchLiveness(signsOfLife, { deadAfterMs: defaultDeadAfterMs }, (quietMs) => {
    link.abandon(new Error(`nothing came from it for ${Math.round(quietMs / 1000)} s`));
  });
  void link.closed.then(() => {
    clearInterval(ask);
    endWatch();
  });
}
