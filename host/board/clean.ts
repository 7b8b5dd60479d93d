import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { runScript } from '../shell/run-script.ts';
import { word } from '../shell/sh.ts';
import { inventoryOf } from './inventory.ts';
import type { Probe } from './probe.ts';

/** All names that we ever make in the base directory, but `irq`. */
const ours = 'store runtimes engines runs lock reservation';

export interface CleanReport {
  readonly removedBytes: number;
  readonly directory: string;
  /** `irq` was kept: it alone says how the interrupts were that are still moved. */
  readonly areInterruptsMoved: boolean;
}

export interface CleanOptions {
  /** Also while a run is alive: its files go, and with them what it measured. */
  readonly evenWhileRunning?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Removes everything of ours from the board, the base directory included; never the record of interrupts that are still moved.
 * @throws OrinError `board-busy` while a run is alive, `interrupts-moved` when they are and it was not forced, `remote-command`
 * when something would not go.
 */
export async function cleanBoard(
  link: Link,
  probe: Probe,
  options: CleanOptions = {},
): Promise<CleanReport> {
  const { lock, base, bootId } = probe.facts;
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
    `cd ${word(base.path)} || exit 0`,
    // As it is now: since the probe they may have been put back, and the guardian of a run that was just stopped is at it.
    `moved() { [ "$(head -n 1 irq/record 2> /dev/null)" = ${word(`boot ${bootId}`)} ]; }`,
    'guarded() { grep -aqs "orin-remote-irq-guar[d].$PWD/irq" /proc/[0-9]*/cmdline; }',
    'n=0; while moved && guarded && [ $n -lt 50 ]; do sleep 0.1; n=$((n+1)); done',
    `k="${ours} irq"; if moved; then echo moved=1; k="${ours}"; ${options.evenWhileRunning ? ':' : 'exit 0'}; fi`,
    'rm -rf $k',
    'rmdir -- "$PWD" 2> /dev/null',
    'for f in $k; do if [ -e "$f" ]; then echo "left=$f"; fi; done',
  ].join('; ');
  const { output, stderr } = await runScript(link, script, {
    step: `clean ${link.board}`,
    ...(options.signal && { signal: options.signal }),
  });
  const areInterruptsMoved = /^moved=1$/m.test(output);
  if (areInterruptsMoved && !options.evenWhileRunning) throw stillMoved(link.board);
  if (/^left=/m.test(output)) {
    throw new OrinError({
      code: 'remote-command',
      what: `could not remove everything in ${base.path} on ${link.board}`,
      why: stderr.trim() || output.trim(),
      board: link.board,
    });
  }
  const removedBytes = inventoryOf(probe).totalBytes;
  return { removedBytes, directory: base.path, areInterruptsMoved };
}

function stillMoved(board: string): OrinError {
  return new OrinError({
    code: 'interrupts-moved',
    what: `cannot clean ${board}: interrupts of it are not where they were`,
    why: 'a run moved them, and how they were is told only there',
    next: `orin-remote doctor ${board} on a terminal puts them back; so does a reboot`,
    board,
  });
}
