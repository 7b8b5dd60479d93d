import type { Link } from '../link/link.ts';
import { runScript } from '../shell/run-script.ts';
import { defineAlive, inRunDirectory } from './run-directory.ts';

/**
 * Asks the supervisor of a run to stop: it ends its worker, writes what was measured and says goodbye. One that
 * is still there after 15 s is killed with its whole session, so that nothing of ours stays behind. False when there
 * was none to ask.
 */
export async function requestCancel(link: Link, base: string, runId: string): Promise<boolean> {
  const script = [
    inRunDirectory(base, runId),
    ...defineAlive,
    'alive "$r" || exit 0',
    'echo asked',
    'kill -TERM $p 2> /dev/null || exit 0',
    'n=0',
    'while [ $n -lt 150 ]; do kill -0 $p 2> /dev/null || exit 0; sleep 0.1; n=$((n+1)); done',
    'kill -KILL -- -$p 2> /dev/null',
  ];
  const { output } = await runScript(link, script.join('; '), {
    step: `stopping run ${runId}`,
    timeoutMs: 30_000,
  });
  return output.includes('asked');
}
