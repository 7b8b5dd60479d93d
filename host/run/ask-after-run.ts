import type { Plan } from '../../agent/contract/plan.ts';
import { segmentFile } from '../../agent/contract/run-files.ts';
import type { Link } from '../link/link.ts';
import { runScript } from '../shell/run-script.ts';
import { defineAlive, inRunDirectory } from './run-directory.ts';

export interface FollowedSoFar {
  readonly base: string;
  readonly plan: Pick<Plan, 'runId' | 'segment'>;
  /** Of the journal, as it arrived here. */
  readonly bytes: number;
}

/**
 * Whether the run (the plan's segment of it) is alive and its journal has no more than so many bytes.
 * @throws what `runScript` throws, `remote-command` when the board does not answer in time.
 */
export async function hasNothingNew(
  link: Link,
  { base, plan, bytes }: FollowedSoFar,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const { runId, segment = 1 } = plan;
  const journal = `"$r/${segmentFile('journal.ndjson', segment)}"`;
  const script = [
    inRunDirectory(base, runId),
    ...defineAlive,
    `alive "$r" && [ $k -eq ${segment} ] && echo "alive $(wc -c < ${journal})"`,
  ];
  const step = `asking after run ${runId}`;
  const { output } = await runScript(link, script.join('; '), { step, ...limits });
  const told = /^alive +(\d{1,15})$/m.exec(output)?.[1];
  return told !== undefined && Number(told) <= bytes;
}
