import type { Plan } from '../../agent/contract/plan.ts';
import { segmentFile } from '../../agent/contract/run-files.ts';
import type { Link } from '../link/link.ts';
import { program } from '../shell/program.ts';
import alive from '../shell/programs/alive.sh';
import answer from '../shell/programs/answer.sh';
import askAfterRun from '../shell/programs/ask-after-run.sh';
import boot from '../shell/programs/boot.sh';
import { runScript } from '../shell/run-script.ts';
import { runDirectory } from './run-directory.ts';

export interface FollowedSoFar {
  readonly base: string;
  readonly plan: Pick<Plan, 'runId' | 'segment'>;
  /** Of the journal, as it arrived here. */
  readonly bytes: number;
}

/**
 * Whether the run (the plan's segment of it) is alive and its journal has no more than so many
 * bytes.
 * @throws what `runScript` throws, `remote-command` when the board does not answer in time.
 */
export async function hasNothingNew(
  link: Link,
  { base, plan, bytes }: FollowedSoFar,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const { runId, segment = 1 } = plan;
  const values = [runDirectory(base, runId), segment, segmentFile('journal.ndjson', segment)];
  const script = program([answer, boot, alive, askAfterRun], values);
  const step = `asking after run ${runId}`;
  const { output } = await runScript(link, script, { step, ...limits });
  const told = /^alive +(\d{1,15})$/m.exec(output)?.[1];
  return told !== undefined && Number(told) <= bytes;
}
