import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fault, faultOf } from './faults.ts';
import type { Followed } from './follow-boards.ts';
import { simulatedPlan } from './simulated-journal.ts';

/**
 * What became of a board's run: all that the board has is saved here; or it is still there, and
 * named; or neither.
 */
type Fate = 'saved' | 'on its board' | 'lost';

/**
 * Holds every saved journal against the board's own to the byte. Gives lines to print, and whether
 * anything was lost.
 */
export function auditFaultRun(
  { record, runs }: Followed,
  directory: string,
): { readonly lines: readonly string[]; readonly isLost: boolean } {
  const fates = new Map<Fault, Fate[]>();
  const iterations = { saved: 0, 'on its board': 0, lost: 0 };
  for (const [board, { runId, isSaved, failure }] of record.boards.entries()) {
    const fault = faultOf(board);
    const id = simulatedPlan(board).runId;
    const truth = readFileSync(join(directory, 'truth', id));
    const path = join(runs, id, 'journal.ndjson');
    const here = existsSync(path) ? readFileSync(path) : null;
    const isThere = !existsSync(join(directory, 'removed', id));
    // The record leads to it: by its id, and by what the closing lines say.
    const isNamed = runId === id && (isSaved || failure !== null);
    const isWhole = here?.equals(truth) ?? false;
    const fate: Fate = isWhole ? 'saved' : isThere && isNamed ? 'on its board' : 'lost';
    fates.set(fault, [...(fates.get(fault) ?? []), fate]);
    iterations[fate] += iterationsIn(truth);
  }
  const lines = [...fates].map(([fault, all]) => {
    const parts = (['saved', 'on its board', 'lost'] as const).map(
      (fate) => `${all.filter((each) => each === fate).length} ${fate}`,
    );
    return `  ${fault.padEnd(7)} ${String(all.length).padStart(4)} boards: ${parts.join(', ')}`;
  });
  const total = `  iterations on the boards: ${iterations.saved} saved, ${iterations['on its board']} still on their boards and named, ${iterations.lost} lost`;
  return { lines: [...lines, total], isLost: iterations.lost > 0 };
}

function iterationsIn(journal: Buffer): number {
  let count = 0;
  for (const line of journal.toString().split('\n')) {
    const durations = /"dt_ns":\[([^\]]*)\]/.exec(line)?.[1];
    if (line.includes('"kind":"iter"') && durations) count += durations.split(',').length;
  }
  return count;
}
