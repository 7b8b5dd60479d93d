import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../agent/contract/plan.ts';
import { segmentFile } from '../../agent/contract/run-files.ts';
import type { Spool } from '../archive/journal-spool.ts';
import { OrinError } from '../errors.ts';
import { JournalReader } from '../journal/journal.ts';
import type { Link } from '../link/link.ts';
import { program } from '../shell/program.ts';
import hashFiles from '../shell/programs/hash-files.sh';
import { runScript } from '../shell/run-script.ts';
import { type FileHash, hashFile } from '../workstation/hash-file.ts';
import { openRegular } from '../workstation/regular-file.ts';
import type { Connection, Renewal } from './connection.ts';
import { fetchFile } from './fetch-file.ts';
import { runDirectory } from './run-directory.ts';

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

/**
 * Names of the journals of the plan's segments before it that the board holds shorter than `saved`
 * does: a power cut took from it what its disk had not written yet.
 */
export async function shorterOnBoard(
  { connection, base, plan }: Omit<SegmentedRun, 'spool'>,
  saved: string,
): Promise<readonly string[]> {
  const onBoard = await connection.use((link) => earlierOnBoard(link, base, plan), whileBringing);
  const shorter: string[] = [];
  for (const [name, there] of onBoard) {
    const kept = join(saved, name);
    const { sizeBytes = 0 } = (await hashFile(kept).catch(() => null)) ?? {};
    if (sizeBytes > there.sizeBytes && (await isWithin(there, kept))) shorter.push(name);
  }
  return shorter;
}

/**
 * Prints a line for each of these files of a run on the board: its SHA-256, its size in bytes, its
 * name.
 */
export function hashesOf({ base, plan }: BoardRunFiles, names: readonly string[]): string {
  return program(hashFiles, [runDirectory(base, plan.runId), ...names]);
}

interface BoardRunFiles {
  readonly base: string;
  readonly plan: Plan;
}

/** What `hashesOf` printed, by name; without the files that were not there. */
export function readHashes(output: string): ReadonlyMap<string, FileHash> {
  const lines = [...output.matchAll(/^([0-9a-f]{64}) +(\d{1,15}) (journal[-0-9]*\.ndjson)$/gm)];
  return new Map(
    lines.map(([, sha256 = '', size = '', name = '']) => [
      name,
      { sha256, sizeBytes: Number(size) },
    ]),
  );
}

async function earlierOnBoard(
  link: Link,
  base: string,
  plan: Plan,
): Promise<ReadonlyMap<string, FileHash>> {
  const names = earlierJournals(plan);
  if (names.length === 0) return new Map();
  const script = hashesOf({ base, plan }, names);
  const step = 'checking the earlier journals of the run on the board';
  const { output } = await runScript(link, script, { step, timeoutMs: 10 * 60_000 });
  return readHashes(output);
}

/**
 * Puts the journals of the segments before the plan's into the spool's directory: from `saved`, the
 * directory of the run as it was collected before, where that holds no fewer events, else from the
 * board, byte for byte. Gives their SHA-256 by name.
 * @throws OrinError `journal-damaged` when one is not on the board or did not arrive as it is
 *   there.
 */
export async function bringEarlierSegments(
  run: SegmentedRun,
  saved: string | null = null,
): Promise<ReadonlyMap<string, string>> {
  return await run.connection.use((link) => bring(link, run, saved), whileBringing);
}

async function bring(
  link: Link,
  { base, plan, spool }: SegmentedRun,
  saved: string | null,
): Promise<ReadonlyMap<string, string>> {
  const onBoard = await earlierOnBoard(link, base, plan);
  const brought = new Map<string, string>();
  for (const name of earlierJournals(plan)) {
    const there = onBoard.get(name);
    const local = join(spool.directory, name);
    if (there === undefined) throw unlikeBoard(link.board, plan, name, 'it is not there');
    const kept = saved === null ? null : join(saved, name);
    if (kept === null || !(await isWithin(there, kept))) {
      await fetchFile(link, `${runDirectory(base, plan.runId)}/${name}`, local);
      if (!(await isWithin(there, local))) {
        throw unlikeBoard(link.board, plan, name, 'it did not arrive as it is there');
      }
    }
    // What arrived before a power cut may be more than the board's disk kept.
    if (kept !== null && (await eventsIn(kept)) >= (await eventsIn(local))) {
      await copyFile(kept, local);
    }
    brought.set(name, (await hashFile(local)).sha256);
  }
  return brought;
}

/** Whether a file begins with the whole of that one. */
async function isWithin({ sha256, sizeBytes }: FileHash, path: string): Promise<boolean> {
  if (sizeBytes === 0) return true;
  const first = await hashFile(path, undefined, sizeBytes).catch(() => null);
  return first?.sha256 === sha256;
}

/** Events that can be read in a journal; -1 where there is no such file. */
async function eventsIn(path: string): Promise<number> {
  const reader = new JournalReader(true);
  try {
    const file = await openRegular(path);
    for await (const chunk of file.createReadStream()) reader.push(chunk as Buffer);
    return reader.end().events;
  } catch {
    return -1;
  }
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
