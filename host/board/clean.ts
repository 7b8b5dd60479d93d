import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { runScript } from '../shell/run-script.ts';
import { word } from '../shell/sh.ts';
import { inventoryOf } from './inventory.ts';
import type { Probe } from './probe.ts';

/** All names that we ever make in the base directory. */
const ours = 'store runtimes engines runs irq lock reservation';

export interface CleanReport {
  readonly removedBytes: number;
  readonly directory: string;
}

export interface CleanOptions {
  /** Also while a run is alive: its files go, and with them what it measured. */
  readonly evenWhileRunning?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Removes everything of ours from the board, the base directory included.
 * @throws OrinError `board-busy` while a run is alive, `remote-command` when something would not go.
 */
export async function cleanBoard(
  link: Link,
  probe: Probe,
  options: CleanOptions = {},
): Promise<CleanReport> {
  const { lock, base } = probe.facts;
  const alive = probe.runs.find((run) => run.isAlive);
  if (!options.evenWhileRunning && (lock?.isAlive || alive)) {
    throw new OrinError({
      code: 'board-busy',
      what: `cannot clean ${link.board}: run ${lock?.runId ?? alive?.id} is under way`,
      why: lock ? `started by ${lock.owner} at ${lock.startedUtc}` : 'its supervisor is alive',
      next: `wait for it, or stop it and run \`orin-remote clean ${link.board}\` again`,
      board: link.board,
    });
  }
  // Our own names only: ORIN_REMOTE_DIR may be a directory that holds other things too.
  const script = [
    `cd ${word(base.path)}`,
    `rm -rf ${ours}`,
    'rmdir -- "$PWD" 2> /dev/null',
    `for f in ${ours}; do if [ -e "$f" ]; then echo "left=$f"; fi; done`,
  ].join('; ');
  const { output, stderr } = await runScript(link, script, {
    step: `clean ${link.board}`,
    ...(options.signal && { signal: options.signal }),
  });
  if (/^left=/m.test(output)) {
    throw new OrinError({
      code: 'remote-command',
      what: `could not remove everything in ${base.path} on ${link.board}`,
      why: stderr.trim() || output.trim(),
      board: link.board,
    });
  }
  return { removedBytes: inventoryOf(probe).totalBytes, directory: base.path };
}
