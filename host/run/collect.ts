import { join } from 'node:path';
import type { Plan } from '../../agent/contract/plan.ts';
import { segmentFile } from '../../agent/contract/run-files.ts';
import { runFiles } from '../archive/directory.ts';
import type { JournalCopy } from '../archive/journal-spool.ts';
import { boardLimits } from '../link/board-limits.ts';
import type { Link } from '../link/link.ts';
import { program } from '../shell/program.ts';
import { runScript } from '../shell/run-script.ts';
import { boardSilent, exitOf, whileHeard } from '../shell/silence.ts';
import type { FileHash } from '../workstation/hash-file.ts';
import type { Renewal } from './connection.ts';
import { hashesOf, readHashes } from './earlier-segments.ts';
import { fetchFile } from './fetch-file.ts';
import type { FollowedRun } from './follow.ts';
import type { FollowRequest } from './follow-request.ts';
import { openJournal } from './journal-bytes.ts';
import { followRun, type JournalStream } from './launch.ts';
import { runDirectory } from './run-directory.ts';

/**
 * The raw logs that a run leaves beside its journal; each is there or not, by the telemetry source.
 */
const logs = ['mpstat.log', 'proc.log', 'agent.log'] as const;

/** The run is over: nothing is measured meanwhile, and it waits on the board. */
const whileCollecting: Renewal = {
  withinMs: 10 * 60_000,
  lost: 'connection lost while the run was collected; reconnecting…',
  again: 'connected again; collecting goes on',
};

/**
 * Brings what a run that is over left on the board beside its journal, and the journal itself again
 * where what arrived is not what is there; over other connections when one is lost. Gives what
 * could not be brought and why.
 * @throws OrinError `results-unwritable`.
 */
export async function collectRun(
  request: FollowRequest,
  followed: FollowedRun,
): Promise<readonly string[]> {
  const { spool } = followed;
  const failures = spool.isVerified ? [] : await checkJournal(request, followed);
  return [...failures, ...(await collectLogs(request, followed))];
}

/** A journal that does not verify by itself is held against the file on the board. */
async function checkJournal(request: FollowRequest, followed: FollowedRun): Promise<string[]> {
  const { connection } = followed;
  const check = async (link: Link) => await receiveAgainIfOther(request, link, followed);
  return await connection.use(check, whileCollecting).catch((error: unknown) => {
    // Anything but this workstation's disk is the board's affair: the run stays there.
    if (isUnwritable(error)) throw error;
    return [`the journal could not be checked: ${messageOf(error)}`];
  });
}

function isUnwritable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'results-unwritable';
}

async function receiveAgainIfOther(
  request: FollowRequest,
  link: Link,
  { base, plan, spool }: FollowedRun,
): Promise<string[]> {
  const note = (text: string) => request.listener({ kind: 'note', text });
  const there = await journalOnBoard(link, base, plan);
  if (there.sha256 === spool.sha256) return [];
  // A power cut takes from the board what its disk had not written yet, and that had been sent all
  // the same.
  if (await spool.contains(there)) {
    note('the journal on the board is a shorter one: all events that arrived before are kept');
    return [];
  }
  note('the journal on the board is another: received again');
  const receive = async (copy: JournalCopy) =>
    await receiveWhole(request, await followRun(link, base, plan, 0, request.limits), copy);
  const outcome = await spool.receiveAgain(receive, there.sha256);
  if (outcome === 'damaged') {
    return ['the journal could not be checked: it did not arrive as it is on the board'];
  }
  if (outcome === 'fewer-events') {
    note('the journal on the board is damaged: all events that arrived before are kept');
  }
  return [];
}

async function receiveWhole(
  { board, limits = boardLimits }: FollowRequest,
  stream: JournalStream,
  copy: JournalCopy,
) {
  const silence = { board, phase: 'fetch', step: 'receiving the journal again' } as const;
  const onSilence = (forMs: number) => {
    stream.process.close();
    throw boardSilent({ ...silence, forMs });
  };
  try {
    const journal = await openJournal(stream, { ...silence, forMs: limits.startMs });
    for await (const chunk of whileHeard(journal.bytes, limits.fetchMs, onSilence)) {
      await copy.append(chunk);
      if (copy.hasEnded) return;
    }
    // A connection that was lost says so here; its streams only end.
    await exitOf(stream.process);
  } finally {
    stream.process.close();
  }
}

async function journalOnBoard(link: Link, base: string, plan: Plan): Promise<FileHash> {
  const file = segmentFile(runFiles.journal, plan.segment ?? 1);
  const script = hashesOf({ base, plan }, [file]);
  const step = 'checking the journal on the board';
  const { output, stderr } = await runScript(link, script, { step, timeoutMs: 10 * 60_000 });
  const there = readHashes(output).get(file);
  if (there === undefined) throw new Error(stderr);
  return there;
}

/** Of all segments. */
async function collectLogs(
  { leave, limits = boardLimits }: FollowRequest,
  { connection, base, plan, spool }: FollowedRun,
): Promise<string[]> {
  const { runId, segment: segments = 1 } = plan;
  const failures: string[] = [];
  const names = Array.from({ length: segments }, (_, at) =>
    logs.map((name) => segmentFile(name, at + 1)),
  );
  for (const name of names.flat()) {
    const from = `${runDirectory(base, runId)}/${name}`;
    const fetch = async (link: Link) =>
      await fetchFile(link, from, join(spool.directory, name), { signal: leave, limits });
    try {
      leave.throwIfAborted();
      await connection.use(fetch, { ...whileCollecting, signal: leave });
    } catch (error) {
      failures.push(`${name} could not be collected: ${messageOf(error)}`);
    }
  }
  return failures;
}

/**
 * SHA-256 of all journals of the run, by name, as they were brought here and compared with those on
 * the board.
 */
export function journalHashes(
  { plan, earlier }: FollowedRun,
  newest: string,
): ReadonlyMap<string, string> {
  return new Map([...earlier, [segmentFile(runFiles.journal, plan.segment ?? 1), newest]]);
}

/** @throws Error when somebody else lets the run go on there, and what the link throws. */
export async function removeFromBoard({ connection, base, plan }: FollowedRun): Promise<void> {
  // Looked at in the same command: while a connection was sought, another workstation may have
  // resumed the run.
  const next = segmentFile('plan.json', (plan.segment ?? 1) + 1);
  const text = 'if [ -e "$1/$2" ]; then exit 7; fi; rm -rf "$1"';
  const script = program(text, [runDirectory(base, plan.runId), next]);
  const remove = async (link: Link) =>
    await runScript(link, script, { step: 'removing the run from the board' });
  const { status, stderr } = await connection.use(remove, whileCollecting);
  if (status === 7) throw new Error('it goes on there as another segment');
  if (status !== 0) throw new Error(stderr);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
