import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isNpmsError, NpmFailure, readNpmFailure } from './npm-failure.ts';

const isWindows = process.platform === 'win32';
/**
 * npm's program where it is installed along with the Node that runs us; PATH may not name either.
 */
const npmOfNode = join(
  dirname(process.execPath),
  isWindows ? 'node_modules' : '../lib/node_modules',
  'npm/bin/npm-cli.js',
);

/**
 * Runs the npm on PATH, or else the one that came with Node, to its end. It and all that it started
 * are killed when the signal fires.
 * @throws NpmFailure `ENPMMISSING`, or with what npm said; the signal's reason.
 */
export async function runNpm(args: readonly string[], signal: AbortSignal): Promise<void> {
  if (await ranToItsEnd(() => startFromPath(args), signal)) return;
  const isThere = existsSync(npmOfNode);
  if (isThere && (await ranToItsEnd(() => startOfNode(args), signal))) return;
  throw new NpmFailure('ENPMMISSING', 'npm is not there');
}

/** False where the program is not there. */
async function ranToItsEnd(start: () => ChildProcess, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const child = start();
  const kill = () => killAll(child);
  signal.addEventListener('abort', kill, { once: true });
  // A second Ctrl-C ends this program at once; the child has a process group of its own and would
  // go on.
  process.once('exit', kill);
  try {
    const { isThere, status, stderr } = await ended(child);
    signal.throwIfAborted();
    if (isThere && status !== 0) throw readNpmFailure(stderr);
    return isThere;
  } finally {
    process.off('exit', kill);
    signal.removeEventListener('abort', kill);
  }
}

const stdio: StdioOptions = ['ignore', 'ignore', 'pipe'];

function startFromPath(args: readonly string[]): ChildProcess {
  if (!isWindows) return spawn('npm', args, { stdio, detached: true });
  // Node starts .cmd files through a shell only; no path there can have a quote in it.
  const quoted = ['npm.cmd', ...args].map((word) => `"${word}"`).join(' ');
  return spawn(quoted, { stdio, shell: true, windowsHide: true });
}

function startOfNode(args: readonly string[]): ChildProcess {
  const options = { stdio, detached: !isWindows, windowsHide: true };
  return spawn(process.execPath, [npmOfNode, ...args], options);
}

/** npm may be a script that starts another: all of them. */
function killAll({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  if (isWindows) {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' }).on('error', () => {});
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

interface Ending {
  readonly isThere: boolean;
  readonly status: number | null;
  readonly stderr: string;
}

function ended(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      // The cause comes first.
      if (stderr.length < 16_384) stderr += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ isThere: false, status: null, stderr });
      else reject(error);
    });
    child.on('close', (status) => {
      // On Windows the shell ends with an error, in the language of the system, when it finds no
      // npm.
      const isThere = !isWindows || status === 0 || isNpmsError(stderr);
      resolve({ isThere, status, stderr });
    });
  });
}
