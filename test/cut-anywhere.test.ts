import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectThrough } from './support/far-link.ts';
import { follow, freshRuns, LaidRun, makeRun, removeAll } from './support/followed-run.ts';
import { startRelay } from './support/relay.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

// ORIN_REMOTE_CUTS=200 is the long form, for releases.
const seeds = Number(process.env.ORIN_REMOTE_CUTS ?? 30);
const atOnce = 3;
const { plan, journal } = makeRun();
const bytes = journal.bye().bytes();

let sshd: Sshd;
let undisturbed: readonly Buffer[];
beforeAll(async () => {
  sshd = await startSshd();
  const run = await LaidRun.lay(sshd.home, plan, bytes);
  undisturbed = await filesOf(await saved(run, sshd.connect));
});
afterAll(() => sshd.stop());

async function saved(run: LaidRun, connect: Sshd['connect'], onConnected = () => {}) {
  const runs = await freshRuns(sshd.home);
  const { outcome, notes } = await follow(run, plan, { connect, runs, onConnected });
  if (outcome.kind !== 'saved') throw new Error(outcome.kind);
  return { directory: outcome.directory, runs, notes };
}

async function filesOf({ directory }: { readonly directory: string }): Promise<readonly Buffer[]> {
  const names = ['journal.ndjson', 'result.json', 'samples.parquet'];
  return await Promise.all(names.map((name) => readFile(join(directory, name))));
}

/** A repeatable number in 0 ≤ x < 1 for each seed: the golden ratio's low-discrepancy sequence. */
const share = (seed: number, salt: number) => ((seed + 1) * 0.618033988749895 + salt * 0.377) % 1;

/** Follows through a relay that passes `boardBytes` from the logged-in connection, then cuts it. */
async function cutAfter(boardBytes: number, run: LaidRun) {
  const relay = await startRelay({ port: sshd.port });
  try {
    return await saved(
      run,
      () => connectThrough(sshd, relay.port, 1),
      () => relay.cutAfterBoardBytes(boardBytes),
    );
  } finally {
    await relay.close();
  }
}

async function followCut(seed: number): Promise<void> {
  const cutAt = Math.floor(share(seed, 0) * bytes.length);
  const isLive = seed % 2 === 1;
  const written = isLive ? Math.floor(share(seed, 1) * bytes.length) : bytes.length;
  const run = await LaidRun.lay(sshd.home, plan, bytes.subarray(0, written));
  if (isLive) await run.startSupervisor();
  const writing = isLive ? writeOn(run, bytes.subarray(written), seed) : Promise.resolve();
  const result = await cutAfter(cutAt, run);
  await writing;
  await run.endSupervisor();
  const files = await filesOf(result);
  const about = `seed ${seed}: cut after ${cutAt} of ${bytes.length} bytes, ${written} written`;
  expect(result.notes, about).toContain('connection lost, run goes on; reconnecting…');
  expect(
    files.map((file, at) => undisturbed[at]?.equals(file)),
    about,
  ).toEqual([true, true, true]);
  await removeAll(run.base, result.runs);
}

/** The rest of the journal, in pieces of odd sizes, while somebody follows. */
async function writeOn(run: LaidRun, rest: Uint8Array, seed: number): Promise<void> {
  const pieces = 6;
  const edges = Array.from({ length: pieces - 1 }, (_, n) => share(seed, n + 2)).sort();
  let from = 0;
  for (const edge of [...edges, 1]) {
    await sleep(40);
    const to = Math.floor(edge * rest.length);
    await appendFile(run.journalPath, rest.subarray(from, to));
    from = to;
  }
}

test(
  `a run that is cut anywhere gives the same files, to the byte (${seeds} seeds)`,
  async () => {
    const waiting = Array.from({ length: seeds }, (_, seed) => seed);
    const worker = async () => {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
        await followCut(seed);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  },
  20_000 + seeds * 3_000,
);

test('a connection that is cut again and again still brings all of it', async () => {
  const run = await LaidRun.lay(sshd.home, plan, bytes);
  const relay = await startRelay({ port: sshd.port });
  let connections = 0;
  try {
    const connect = async () => {
      const link = await connectThrough(sshd, relay.port, 1);
      connections += 1;
      if (connections <= 2) relay.cutAfterBoardBytes(Math.floor(bytes.length / 4));
      return link;
    };
    const result = await saved(run, connect);
    expect(connections).toBe(3);
    expect(await filesOf(result)).toEqual(undisturbed);
  } finally {
    await relay.close();
  }
});
