import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import { runFiles } from '../archive/directory.ts';
import { openSavedFile } from '../archive/saved-runs.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { startFed } from '../shell/fed-script.ts';
import { lastBytes, newMarker, readMarked } from '../shell/marked-output.ts';
import { runScript } from '../shell/run-script.ts';
import { word } from '../shell/sh.ts';
import { hashFile } from '../workstation/hash-file.ts';
import type { Connection, Renewal } from './connection.ts';
import { runDirectory } from './run-directory.ts';

/** A run that was collected and is not on the board any more. */
export interface CollectedRun {
  readonly base: string;
  readonly runId: string;
  /** Its directory here. */
  readonly saved: string;
}

/**
 * Lays what came from the board of a run that was collected back on it, where it goes on: whoever
 * collects the rest, from whichever machine, then finds all of it there. Under another name until
 * it is whole.
 * @throws OrinError `push-failed`.
 */
export async function putBack(
  connection: Connection,
  run: CollectedRun,
  renewal: Renewal,
): Promise<void> {
  const unique = randomBytes(6).toString('hex');
  const incoming = `${run.base}/runs/.${run.runId}.${unique}`;
  await connection.use((link) => layBack(link, run, incoming, renewal.signal), renewal);
}

/**
 * Lays journals of a cut run, by name, over those on the board that a power cut made shorter than
 * what had been sent before it. Each under another name until it is whole.
 * @throws OrinError `push-failed`.
 */
export async function putBackJournals(
  connection: Connection,
  { base, runId, saved }: CollectedRun,
  names: readonly string[],
  renewal: Renewal,
): Promise<void> {
  const { signal = new AbortController().signal } = renewal;
  const directory = runDirectory(base, runId);
  for (const name of names) {
    const incoming = `${directory}/.${name}.${randomBytes(6).toString('hex')}`;
    const lay = async (link: Link) => {
      await send(link, join(saved, name), incoming, signal);
      const step = `laying ${name} back on ${link.board}`;
      const rename = `mv -f ${word(incoming)} ${word(`${directory}/${name}`)}`;
      const { status, stderr } = await runScript(link, rename, { step, signal });
      if (status !== 0) throw notLaidBack(link, name, stderr);
    };
    await connection.use(lay, renewal);
  }
}

async function layBack(
  link: Link,
  { base, runId, saved }: CollectedRun,
  incoming: string,
  signal = new AbortController().signal,
): Promise<void> {
  const step = `laying run ${runId} back on ${link.board}`;
  const script = (text: string) => runScript(link, text, { step, signal });
  try {
    const directory = word(runDirectory(base, runId));
    // The renaming of a try before this one, of which the answer was lost.
    const before = await script(`[ -d ${directory} ] && exit 9; true`);
    if (before.status === 9) return;
    await script(`rm -rf ${word(incoming)}; mkdir -p ${word(incoming)}`);
    for (const path of await cameFromBoard(saved)) {
      await send(link, path, `${incoming}/${basename(path)}`, signal);
    }
    const { status, stderr } = await script(`mv -T ${word(incoming)} ${directory}`);
    if (status !== 0) throw notLaidBack(link, runId, stderr);
  } catch (error) {
    // Also when the signal ended it.
    await runScript(link, `rm -rf ${word(incoming)}`, { step }).catch(() => undefined);
    throw error;
  }
}

/** Journals and logs of a saved run. */
async function cameFromBoard(saved: string): Promise<string[]> {
  // What a person wrote beside the run stays here.
  const ours: readonly string[] = [runFiles.result, runFiles.samples, runFiles.note];
  const names = await readdir(saved);
  return names.filter((name) => !ours.includes(name)).map((name) => join(saved, name));
}

async function send(link: Link, path: string, target: string, signal: AbortSignal): Promise<void> {
  const file = word(target);
  const marker = newMarker();
  const receive = `gzip -dc > ${file}; h=$(sha256sum < ${file}); echo; echo ${marker}\${h%% *}`;
  const step = `laying ${basename(path)} back on ${link.board}`;
  const process = await startFed(link, receive, { step, signal });
  const stderr = lastBytes(process.stderr, 4096);
  const answer = readMarked(process.stdout, marker);
  // A board that takes no more says why on stderr.
  const sending = pipeline(
    (await openSavedFile(path)).createReadStream(),
    createGzip({ level: 1 }),
    process.stdin,
    {
      signal,
    },
  );
  await sending.catch(() => {
    if (signal.aborted) process.close();
  });
  const received = (await answer).answer;
  signal.throwIfAborted();
  if (received !== (await hashFile(path)).sha256) {
    process.close();
    throw notLaidBack(link, basename(path), await stderr);
  }
}

function notLaidBack({ board }: Link, what: string, said: string): OrinError {
  return new OrinError({
    code: 'push-failed',
    what: `cannot lay ${what} back on ${board}`,
    why: cleanLine(said, 600) || 'it did not arrive whole',
    next: `orin-remote doctor ${board}`,
    board,
  });
}
