import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../agent/protocol/plan.ts';
import { segmentFile } from '../../agent/protocol/run-files.ts';
import { OrinError } from '../errors.ts';
import { hashFile } from '../hash/hash-file.ts';
import type { Link } from '../link/link.ts';
import { runScript } from '../shell/run-script.ts';
import type { Connection, Renewal } from './connection.ts';
import { fetchFile } from './fetch-file.ts';
import type { Spool } from './journal-spool.ts';
import { inRunDirectory, runDirectory } from './run-directory.ts';

export interface SegmentedRun {
  readonly connection: Connection;
  readonly base: string;
  /** Of the newest segment. */
  readonly plan: Plan;
  readonly spool: Spool;
}

const whileBringing: Renewal = {
  withinMs: 10 * 60_000,
  lost: 'connection lost while earlier segments of the run were collected; reconnecting…',
  again: 'connected again',
};

/** Names of the journals of the segments before the plan's. */
function earlierJournals({ segment = 1 }: Plan): string[] {
  return Array.from({ length: segment - 1 }, (_, at) => segmentFile('journal.ndjson', at + 1));
}

/** SHA-256 of the journals of the segments before the plan's, by name, as they are on the board. */
export async function earlierHashes(
  link: Link,
  base: string,
  plan: Plan,
): Promise<ReadonlyMap<string, string>> {
  const names = earlierJournals(plan);
  if (names.length === 0) return new Map();
  const script = `${inRunDirectory(base, plan.runId)}; cd "$r" && sha256sum ${names.join(' ')}`;
  const step = 'checking the earlier journals of the run on the board';
  const { output } = await runScript(link, script, { step, timeoutMs: 10 * 60_000 });
  const lines = [...output.matchAll(/^([0-9a-f]{64}) [ *](journal[-0-9]*\.ndjson)$/gm)];
  return new Map(lines.map(([, sha256 = '', name = '']) => [name, sha256]));
}

/**
 * Puts the journals of the segments before the plan's into the spool's directory, byte for byte: from `saved`, the
 * directory of the run as it was collected before, where that has them, else from the board.
 * @throws OrinError `journal-damaged` when one is not on the board or did not arrive as it is there.
 */
export async function bringEarlierSegments(
  run: SegmentedRun,
  saved: string | null = null,
): Promise<void> {
  await run.connection.use((link) => bring(link, run, saved), whileBringing);
}

async function bring(
  link: Link,
  { base, plan, spool }: SegmentedRun,
  saved: string | null,
): Promise<void> {
  const there = await earlierHashes(link, base, plan);
  for (const name of earlierJournals(plan)) {
    const sha256 = there.get(name);
    const local = join(spool.directory, name);
    if (sha256 === undefined) throw unlikeBoard(link.board, plan, name, 'it is not there');
    if (saved !== null && (await hashOf(join(saved, name))) === sha256) {
      await copyFile(join(saved, name), local);
      continue;
    }
    await fetchFile(link, `${runDirectory(base, plan.runId)}/${name}`, local);
    if ((await hashOf(local)) !== sha256) {
      throw unlikeBoard(link.board, plan, name, 'it did not arrive as it is there');
    }
  }
}

async function hashOf(path: string): Promise<string | null> {
  return await hashFile(path).then(
    ({ sha256 }) => sha256,
    () => null,
  );
}

function unlikeBoard(board: string, plan: Plan, name: string, why: string): OrinError {
  return new OrinError({
    code: 'journal-damaged',
    what: `cannot collect ${name} of run ${plan.runId} from ${board}`,
    why,
    next: `orin-remote attach ${board} ${plan.runId}`,
    board,
  });
}
