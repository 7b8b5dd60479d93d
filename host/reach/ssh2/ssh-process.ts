import type { ClientChannel } from 'ssh2';
import type { RemoteExit, RemoteProcess } from '../../link/link.ts';
import { ProcessInput, ProcessOutput } from '../../link/process-streams.ts';

export interface ProcessSurroundings {
  /** Settles when the connection is gone; a wanted `end()` gives undefined. */
  readonly linkClosed: Promise<Error | undefined>;
  /** What `exit` rejects with when the connection was lost. */
  lostError(cause: Error | undefined): Error;
  /** Collects the small packets of one write into few system calls. */
  burst(): void;
}

/**
 * After `close()`, how long the other side may take to confirm before `exit` settles without it.
 */
const closeGraceMs = 500;

/** A running command as the seam wants it, free of the traps of ssh2's channel. */
export function remoteProcess(
  channel: ClientChannel,
  surroundings: ProcessSurroundings,
): RemoteProcess {
  const stdin = new ProcessInput({
    write: (chunk, done) => {
      surroundings.burst();
      channel.write(chunk, done);
    },
    end: () => channel.end(),
  });
  const stdout = new ProcessOutput(channel);
  const stderr = new ProcessOutput(channel.stderr);
  let settleEarly = () => {};
  const exit = new Promise<RemoteExit>((resolve, reject) => {
    let said: RemoteExit | undefined;
    settleEarly = () => resolve(said ?? { code: null, signal: null });
    channel.on('exit', (code: number | null, signal?: string) => {
      said = { code: code ?? null, signal: signal ?? null };
      stdin.shut('the remote command has ended');
    });
    channel.on('close', () => {
      stdin.shut('the remote command has ended');
      // A channel that closes without a word may be the first sign of a lost link; give that a
      // moment to show.
      if (said) resolve(said);
      else setTimeout(settleEarly, 50).unref();
    });
    void surroundings.linkClosed.then((cause) => {
      stdin.shut('the connection is gone');
      if (said) resolve(said);
      else reject(surroundings.lostError(cause));
    });
  });
  // Whoever only reads the streams need not wait for the end.
  exit.catch(() => {});
  return {
    stdin,
    stdout,
    stderr,
    exit,
    close() {
      channel.close();
      stdin.shut('the remote command was closed');
      stdout.finish();
      stderr.finish();
      setTimeout(settleEarly, closeGraceMs).unref();
    },
  };
}
