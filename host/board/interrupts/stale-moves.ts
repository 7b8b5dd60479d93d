import { irqDirectory, irqFiles } from '../../../agent/contract/irq-record.ts';
import { OrinError } from '../../errors.ts';
import type { Link } from '../../link/link.ts';
import type { Prompter } from '../../reach/trust/prompter.ts';
import { runScript } from '../../shell/run-script.ts';
import { word } from '../../shell/sh.ts';
import type { BoardFacts } from '../facts.ts';
import { rootOn } from './board-root.ts';
import { restoreInterrupts } from './steer.ts';

/**
 * Puts back what a run moved whose guardian is gone as well: both were killed. What a reboot has
 * put back is only forgotten. Gives a sentence for the person, or null when there was nothing to
 * do.
 */
export async function restoreStale(
  link: Link,
  facts: BoardFacts,
  prompter: Prompter,
  signal: AbortSignal,
  treeRoot = '',
): Promise<string | null> {
  const { irqRecord } = facts;
  if (irqRecord == null || irqRecord.isGuarded) return null;
  const base = facts.base.path;
  if (irqRecord.bootId !== facts.bootId) {
    const record = word(`${base}/${irqDirectory}/${irqFiles.record}`);
    await runScript(link, `rm -f ${record}`, { step: `tidying up on ${link.board}`, signal });
    return `an earlier run had moved interrupts of ${link.board}; the reboot since then put them back`;
  }
  try {
    const root = await rootOn(link, prompter, signal);
    await restoreInterrupts({ link, base, bootId: facts.bootId, root, signal, treeRoot });
    return `an earlier run was killed while interrupts of ${link.board} were moved: they are back where they were`;
  } catch (error) {
    if (!(error instanceof OrinError) || error.code !== 'not-permitted') throw error;
    return `interrupts of ${link.board} are not where they were: an earlier run moved them and was killed. It takes root to put them back: orin-remote doctor ${link.board} on a terminal, or a reboot`;
  }
}
