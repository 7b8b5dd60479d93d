import type { Link } from '../link/link.ts';
import { program } from '../shell/program.ts';
import alive from '../shell/programs/alive.sh';
import answer from '../shell/programs/answer.sh';
import boot from '../shell/programs/boot.sh';
import cancel from '../shell/programs/cancel.sh';
import { runScript } from '../shell/run-script.ts';
import { runDirectory } from './run-directory.ts';

/**
 * Asks the supervisor of a run to stop: it ends its worker, writes what was measured and says
 * goodbye. One that is still there after 15 s is killed with its whole session, so that nothing of
 * ours stays behind. False when there was none to ask.
 */
export async function requestCancel(link: Link, base: string, runId: string): Promise<boolean> {
  const script = program([answer, boot, alive, cancel], [runDirectory(base, runId)]);
  const { output } = await runScript(link, script, {
    step: `stopping run ${runId}`,
    timeoutMs: 30_000,
  });
  return output.includes('asked');
}
