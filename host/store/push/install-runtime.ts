import { randomBytes } from 'node:crypto';
import { OrinError } from '../../errors.ts';
import type { Link } from '../../link/link.ts';
import { program } from '../../shell/program.ts';
import boot from '../../shell/programs/boot.sh';
import damage from '../../shell/programs/find-damage.sh';
import install from '../../shell/programs/install-runtime.sh';
import verified from '../../shell/programs/verified.sh';
import { runScript } from '../../shell/run-script.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { storePath } from './upload-script.ts';

/** Where a runtime lies on a board. */
export function runtimeDirectory(base: string, runtime: Runtime): string {
  return `${base}/runtimes/${runtime.id}`;
}

/**
 * Builds the runtime's tree from the store, under a temporary name until it is whole. Hard links
 * where the file system has them, copies where not.
 * @param existing What becomes of a tree of this name: `replace` one that may be damaged; `keep` one
 *   that another client has installed meanwhile.
 * @throws OrinError `push-failed` with what the board said.
 */
export async function installRuntime(
  link: Link,
  base: string,
  runtime: Runtime,
  existing: 'replace' | 'keep',
  signal: AbortSignal,
): Promise<void> {
  const temporary = `runtimes/.${randomBytes(6).toString('hex')}`;
  const directories = new Set(runtime.files.map(({ path }) => path.replace(/\/?[^/]*$/, '')));
  const entries = runtime.files.map(
    ({ path, mode, file }) => `${safe(path)}:${mode.toString(8)}:${storePath(file.sha256)}`,
  );
  const places = [temporary, `runtimes/${runtime.id}`];
  const tree = [...directories].map(within).join(' ');
  const script = program(install, [base, ...places, existing, tree, ...entries]);
  const { output, stderr } = await runScript(link, script, {
    step: `install the runtime on ${link.board}`,
    signal,
  });
  if (output.trim().endsWith('installed')) return;
  throw failed(link, 'install', stderr.trim() || `nothing could be written below ${base}/runtimes`);
}

/**
 * Has the board verify a runtime, by hash once in a boot. Null when it is what its name says, else
 * the hashes of those of its files that are damaged in the store; these are removed from it.
 * @throws OrinError `push-failed` when it could not be verified.
 */
export async function findDamage(
  link: Link,
  base: string,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  const files = [...new Set(runtime.files.map(({ file }) => storePath(file.sha256)))];
  const script = program([boot, verified, damage], [base, runtime.id, ...files]);
  const { output, stderr } = await runScript(link, script, {
    step: `verify the runtime on ${link.board}`,
    timeoutMs: 10 * 60_000,
    signal,
  });
  const [answer] = output.trim().split('\n').slice(-1);
  if (answer === 'verified') return null;
  if (answer === 'damaged') {
    return new Set([...output.matchAll(/^damaged=([0-9a-f]{64})$/gm)].map(([, hash = '']) => hash));
  }
  throw failed(link, 'verify', stderr.trim() || `nothing could be read below ${base}/runtimes`);
}

function failed({ board }: Link, step: 'install' | 'verify', why: string): OrinError {
  return new OrinError({
    code: 'push-failed',
    what: `cannot ${step} the runtime on ${board}`,
    why,
    next: `try \`orin-remote clean ${board}\` and run the command again`,
    board,
  });
}

/** The runtime's own directory is a path too. */
function within(directory: string): string {
  return directory === '' ? '.' : safe(directory);
}

function safe(path: string): string {
  if (/^[A-Za-z0-9@._/-]*$/.test(path) && !path.split('/').includes('..')) return path;
  throw new Error(`not a runtime's path: ${path}`);
}
