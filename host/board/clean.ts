import { cleanLine } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { runScript } from '../shell/run-script.ts';
import { cleanScript } from './clean-script.ts';
import { inventoryOf } from './inventory.ts';
import type { Probe } from './probe.ts';

export interface CleanReport {
  readonly removedBytes: number;
  readonly directory: string;
  /** `irq` was kept: it alone says how the interrupts were that are still moved. */
  readonly areInterruptsMoved: boolean;
  /** Paths in the directory of what lies among ours and is not: it stays. The first hundred. */
  readonly kept: readonly string[];
}

export interface CleanOptions {
  /** Also while a run is alive: its files go, and with them what it measured. */
  readonly evenWhileRunning?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Removes everything of ours from the board, the base directory included where we made it; never
 * what others put there, nor the record of interrupts that are still moved.
 * @throws OrinError `board-busy` while a run is alive, `interrupts-moved` when they are and it was
 *   not forced, `remote-command` when something would not go.
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
  const evenWhileMoved = options.evenWhileRunning === true;
  const script = cleanScript({ base: base.path, bootId, evenWhileMoved });
  const { output, stderr, status } = await runScript(link, script, {
    step: `clean ${link.board}`,
    timeoutMs: 10 * 60_000,
    ...(options.signal && { signal: options.signal }),
  });
  if (status === 8) throw notOurs(link.board, base.path);
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
  const kept = [...output.matchAll(/^kept=(.{1,400})$/gm)].map(([, path = '']) => cleanLine(path));
  return { removedBytes, directory: base.path, areInterruptsMoved, kept };
}

function notOurs(board: string, directory: string): OrinError {
  return new OrinError({
    code: 'remote-command',
    what: `${directory} on ${board} is not cleaned`,
    why: 'the file by which orin-remote knows what it made is gone from it',
    next: `orin-remote doctor ${board}`,
    board,
  });
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
