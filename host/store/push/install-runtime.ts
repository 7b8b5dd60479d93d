import { randomBytes } from 'node:crypto';
import { defineVerified, manifest } from '../../board/verified-runtime.ts';
import { OrinError } from '../../errors.ts';
import type { Link } from '../../link/link.ts';
import { runScript } from '../../shell/run-script.ts';
import { word } from '../../shell/sh.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { storePath } from './upload-script.ts';

/** Where a runtime lies on a board. */
export function runtimeDirectory(base: string, runtime: Runtime): string {
  return `${base}/runtimes/${runtime.id}`;
}

/**
 * Builds the runtime's tree from the store, under a temporary name until it is whole. Hard links where the file
 * system has them, copies where not.
 * @throws OrinError `push-failed` with what the board said.
 */
export async function installRuntime(
  link: Link,
  base: string,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<void> {
  const temporary = `runtimes/.${randomBytes(6).toString('hex')}`;
  const final = `runtimes/${runtime.id}`;
  const directories = new Set(runtime.files.map(({ path }) => path.replace(/\/?[^/]*$/, '')));
  const entries = runtime.files.map(
    ({ path, mode, file }) => `"${safe(path)}:${mode.toString(8)}:${storePath(file.sha256)}"`,
  );
  const script = [
    `cd ${word(base)} || exit 6`,
    `t=${temporary}`,
    'trap "rm -rf $t" 0',
    'trap "exit 9" 1 2 13 15',
    // What a killed upload left and nobody came back for within a day; see upload-script.ts for the names.
    'x=[0-9a-f]; u=$x$x$x$x; h=$u$u$u$u; u=$u$u$u; h=$h$h$h$h',
    'find store/incoming -mindepth 1 -maxdepth 1 -mmin +1440 "(" -type f -name "$h.*" -o -type d -name "batch.$u" ")" -exec rm -rf {} + 2> /dev/null',
    `mkdir -p ${[...directories].map((directory) => `"$t/${safe(directory)}"`).join(' ')} || exit 6`,
    `for e in ${entries.join(' ')}; do f=\${e##*:}; r=\${e%:*}; m=\${r##*:}; n=$t/\${r%:*}; ` +
      `{ ln "$f" "$n" 2> /dev/null || cp "$f" "$n"; } && chmod $m "$n" && echo "$m \${f##*/} \${r%:*}" >> $t/${manifest} || exit 6; done`,
    // A tree of this name is there only when one of its files was found damaged, or another client was quicker.
    `if [ -e ${final} ]; then mv ${final} $t.old; fi`,
    // Not `mv -T`, which not every board has: where another client was quicker, ours would go into its directory.
    `if [ -e ${final} ]; then :; else mv $t ${final} 2> /dev/null; fi; [ -e ${final}/${manifest} ] || exit 6`,
    'rm -rf $t.old',
    `echo installed`,
  ].join('; ');
  const { output, stderr } = await runScript(link, script, {
    step: `install the runtime on ${link.board}`,
    signal,
  });
  if (output.trim().endsWith('installed')) return;
  throw failed(link, 'install', stderr.trim() || `nothing could be written below ${base}/runtimes`);
}

/**
 * Has the board verify a runtime, by hash once in a boot. Null when it is what its name says, else the hashes of those of its
 * files that are damaged in the store; these are removed from it.
 * @throws OrinError `push-failed` when it could not be verified.
 */
export async function findDamage(
  link: Link,
  base: string,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  const files = [...new Set(runtime.files.map(({ file }) => storePath(file.sha256)))];
  const script = [
    `cd ${word(base)} || exit 6`,
    ...defineVerified(),
    `if verified runtimes/${runtime.id}; then echo verified; exit 0; fi`,
    `for f in ${files.join(' ')}; do h=$(hash "$f"); [ "\${h%% *}" = "\${f##*/}" ] || { rm -f "$f"; echo "damaged=\${f##*/}"; }; done`,
    'echo damaged',
  ].join('; ');
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

/**
 * A statement for the script that starts a run: notes that these files are in use now, so that they are the last
 * to be collected as garbage. Costs no command of its own, which is why no push does it.
 */
export function markUsedStatement(
  base: string,
  runtimeDirectory: string,
  sha256s: readonly string[],
): string {
  const files = sha256s.map((sha256) => word(`${base}/${storePath(sha256)}`));
  return `find ${[word(runtimeDirectory), ...files].join(' ')} -exec touch -c {} + 2> /dev/null`;
}

function safe(path: string): string {
  if (/^[A-Za-z0-9@._/-]*$/.test(path) && !path.split('/').includes('..')) return path;
  throw new Error(`not a runtime's path: ${path}`);
}
