import { spawn } from 'node:child_process';
import type { Link, RemoteExit, RemoteProcess } from '../../host/link/link.ts';

export interface LocalLinkOptions {
  /** Environment of every command; PATH and HOME matter most. */
  readonly env: Readonly<Record<string, string>>;
  /** The login shell that is given each command, as sshd does: `<shell> -c <command>`. */
  readonly shell?: string;
  readonly isLoopback?: boolean;
  readonly roundTripMs?: number;
  /** User and group of every command; only root may give another than its own. */
  readonly uid?: number;
  /** Umask of every command; default ours. */
  readonly umask?: string;
  /** From this many bytes on, standard input of every command ends where it is. */
  readonly cutAfterBytes?: number;
}

/** A link whose board is this machine, through real processes and pipes but without SSH. */
export interface LocalLink extends Link {
  /** Commands started so far. */
  readonly execs: readonly string[];
  /** Bytes written to the standard input of all commands so far. */
  readonly stdinBytes: number;
}

/** Opens a `LocalLink`: every command is a child process in an environment of its own. */
export function openLocalLink(options: LocalLinkOptions): LocalLink {
  const execs: string[] = [];
  const written = { bytes: 0 };
  return {
    board: 'this-machine',
    destination: 'nobody@localhost:0',
    roundTripMs: options.roundTripMs ?? 0.1,
    isLoopback: options.isLoopback ?? false,
    traffic: { sentBytes: 0, receivedBytes: 0 },
    closed: new Promise(() => {}),
    execs,
    get stdinBytes() {
      return written.bytes;
    },
    start: async (command, signal) => {
      signal?.throwIfAborted();
      execs.push(command);
      return startLocal(command, options, written);
    },
    end: async () => {},
  };
}

function startLocal(
  command: string,
  options: LocalLinkOptions,
  written: { bytes: number },
): RemoteProcess {
  const { shell = 'sh', uid, umask } = options;
  const [program = '', ...words] = [
    // `exec "$@"` so that the login shell is given the command as it is.
    ...(umask === undefined ? [] : ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh']),
    ...[shell, '-c', command],
  ];
  const child = spawn(program, words, {
    env: { ...options.env },
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const exit = new Promise<RemoteExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  // A reader that is gone is told by the exit, as on a channel.
  child.stdin.on('error', () => {});
  const write = child.stdin.write.bind(child.stdin);
  child.stdin.write = ((chunk: Uint8Array, ...rest: []) => {
    written.bytes += chunk.length;
    if (written.bytes > (options.cutAfterBytes ?? Number.POSITIVE_INFINITY)) {
      child.stdin.destroy();
      return false;
    }
    return write(chunk, ...rest);
  }) as typeof child.stdin.write;
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exit,
    close: () => {
      child.stdin.destroy();
      child.kill('SIGHUP');
    },
  };
}
