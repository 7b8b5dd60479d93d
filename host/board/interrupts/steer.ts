import {
  encodeIrqRecord,
  type IrqChange,
  irqDirectory,
  irqFiles,
} from '../../../agent/contract/irq-record.ts';
import { OrinError } from '../../errors.ts';
import type { Link } from '../../link/link.ts';
import { runScript } from '../../shell/run-script.ts';
import { word } from '../../shell/sh.ts';
import { asRoot, type BoardRoot, passwordLine, readPassword } from './board-root.ts';
import { guardianName, guardianScript } from './guardian.ts';

const holderName = 'orin-remote-irq-hold';

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
 * Lays the restore record on the board's disk and starts the guardian, which then waits for a
 * supervisor. Nothing is changed yet.
 * @throws OrinError `interrupts-moved` when an earlier record is still there, `remote-command` when
 *   the guardian does not come.
 */
export async function startGuardian(
  target: SteerTarget,
  { changes }: { readonly changes: readonly IrqChange[] },
): Promise<void> {
  const { link, base, bootId, root, signal, treeRoot = '' } = target;
  const { record, control, ack, claimed } = irqFiles;
  const text = encodeIrqRecord({ bootId, changes });
  const guard = `sh -c "$g" ${guardianName} "$d"`;
  const script = [
    readPassword,
    `d=${word(`${base}/${irqDirectory}`)}`,
    'mkdir -p "$d" && cd "$d" || exit 3',
    // Through a file: a head that reads ahead on a pipe would take the script along.
    `cat > input; dd bs=${Buffer.byteLength(text)} count=1 < input > ${record}.new 2> /dev/null; g=$(tail -c +${Buffer.byteLength(text) + 1} input); rm -f input`,
    // The same once more: the connection was lost before the answer came, and the guardian waits.
    `if [ -e ${record} ]; then s=stale; cmp -s ${record} ${record}.new && [ -e held ] && { [ -e ${claimed} ] || s=ready; }; rm -f ${record}.new; echo state=$s; exit 0; fi`,
    `rm -f ${control} ${ack} ${claimed} held; mkfifo ${control} ${ack} || exit 3`,
    // Older coreutils know only the whole sync.
    `sync ${record}.new 2> /dev/null || sync; mv ${record}.new ${record}; sync . 2> /dev/null || sync`,
    // First, so that it is the only job: shells list several in different orders, and dash none at
    // all in a subshell.
    `setsid sh -c "$g" ${holderName} "$d" hold < /dev/null > /dev/null 2>&1 & jobs -p > holder; read -r h < holder; rm -f holder`,
    `${asRoot(root, guard, 'setsid ')} > /dev/null 2>&1 &`,
    // In this order: a guardian that comes too late finds no FIFO to wait at. The holder hears no
    // other signal.
    `n=0; until [ -e held ] || [ $n -ge 200 ]; do sleep 0.05; n=$((n+1)); done`,
    `if [ -e held ]; then echo state=ready; else rm -f ${record} ${control} ${ack}; kill -KILL $h; echo state=absent; fi`,
  ]
    .join('; ')
    .replaceAll('&;', '&');
  const { output, stderr } = await runScript(link, script, {
    step: `starting the guardian of the interrupts on ${link.board}`,
    signal,
    input: `${passwordLine(root)}${text}${guardianScript(treeRoot)}`,
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

/**
 * Puts back what an earlier run moved. @throws OrinError `interrupts-moved` when something would
 * not go back.
 */
export async function restoreInterrupts(target: SteerTarget): Promise<void> {
  const { link, base, root, signal, treeRoot = '' } = target;
  const script = [
    readPassword,
    `d=${word(`${base}/${irqDirectory}`)}`,
    'g=$(cat)',
    `${asRoot(root, `sh -c "$g" ${guardianName} "$d" restore`)} > /dev/null 2>&1`,
    `[ -e "$d/${irqFiles.record}" ] && echo state=left`,
    'true',
  ].join('; ');
  const { output } = await runScript(link, script, {
    step: `putting the interrupts of ${link.board} back`,
    signal,
    input: `${passwordLine(root)}${guardianScript(treeRoot)}`,
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
