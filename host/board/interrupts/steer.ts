import {
  encodeIrqRecord,
  type IrqChange,
  irqDirectory,
  irqFiles,
} from '../../../agent/contract/irq-record.ts';
import { OrinError } from '../../errors.ts';
import type { Link } from '../../link/link.ts';
import { program, withoutComments } from '../../shell/program.ts';
import asRoot from '../../shell/programs/as-root.sh';
import guardian from '../../shell/programs/guardian.sh';
import restore from '../../shell/programs/restore-interrupts.sh';
import start from '../../shell/programs/start-guardian.sh';
import { runScript } from '../../shell/run-script.ts';
import { word } from '../../shell/sh.ts';
import { type BoardRoot, passwordLine } from './board-root.ts';

export interface SteerTarget {
  readonly link: Link;
  /** `<base>` on the board. */
  readonly base: string;
  readonly bootId: string;
  readonly root: BoardRoot;
  readonly signal: AbortSignal;
  /** Stands before /proc and /sys; empty but in tests. */
  readonly treeRoot?: string;
}

/**
 * Lays the restore record on the board's disk and starts the guardian, which then waits for a supervisor. Nothing is changed yet.
 * @throws OrinError `interrupts-moved` when an earlier record is still there, `remote-command` when the guardian does not come.
 */
export async function startGuardian(
  target: SteerTarget,
  { changes }: { readonly changes: readonly IrqChange[] },
): Promise<void> {
  const { link, base, bootId, root, signal, treeRoot = '' } = target;
  const text = encodeIrqRecord({ bootId, changes });
  const values = [`${base}/${irqDirectory}`, root.kind, Buffer.byteLength(text), treeRoot];
  const script = program([asRoot, start], values);
  const { output, stderr } = await runScript(link, script, {
    step: `starting the guardian of the interrupts on ${link.board}`,
    signal,
    input: `${passwordLine(root)}${text}${withoutComments(guardian)}`,
  });
  const state = /^state=(\w+)$/m.exec(output)?.[1];
  if (state === 'ready') return;
  if (state === 'stale') throw stillMoved(link.board);
  throw new OrinError({
    code: 'remote-command',
    what: `the guardian that would put the interrupts of ${link.board} back does not start`,
    why: stderr || 'nothing answers on its FIFO',
    next: 'nothing was moved; measure without --move-irqs',
    board: link.board,
  });
}

/** Lets a guardian go that no supervisor came for. */
export async function dismissGuardian({ link, base }: SteerTarget): Promise<void> {
  const script = `: > ${word(`${base}/${irqDirectory}/${irqFiles.claimed}`)}`;
  await runScript(link, script, { step: 'letting the guardian go', timeoutMs: 10_000 });
}

/** Puts back what an earlier run moved. @throws OrinError `interrupts-moved` when something would not go back. */
export async function restoreInterrupts(target: SteerTarget): Promise<void> {
  const { link, base, root, signal, treeRoot = '' } = target;
  const script = program([asRoot, restore], [`${base}/${irqDirectory}`, root.kind, treeRoot]);
  const { output } = await runScript(link, script, {
    step: `putting the interrupts of ${link.board} back`,
    signal,
    input: `${passwordLine(root)}${withoutComments(guardian)}`,
  });
  if (/^state=left$/m.test(output)) throw stillMoved(link.board);
}

function stillMoved(board: string): OrinError {
  return new OrinError({
    code: 'interrupts-moved',
    what: `interrupts of ${board} are not where they were`,
    why: 'an earlier run moved them, and not all of them could be put back',
    next: `orin-remote doctor ${board} on a terminal puts them back; so does a reboot`,
    board,
  });
}
