import { randomBytes } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { follow, freshRuns, LaidRun, makeRun, removeAll } from './support/followed-run.ts';
import { type Relay, startRelay } from './support/relay.ts';
import { type Sshd, startSshd } from './support/sshd.ts';
import { connectBy, type Transport, transports } from './support/transports.ts';

const { plan, journal } = makeRun();
const bytes = journal.bye().bytes();
const names = ['journal.ndjson', 'result.json', 'mpstat.log', 'proc.log', 'agent.log'];
/** What gzip cannot make smaller, so that there are bytes to cut between. */
const logs = { 'proc.log': randomBytes(150_000), 'agent.log': randomBytes(3000) };

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

interface Collected {
  readonly files: readonly Buffer[];
  readonly notes: readonly string[];
  readonly isOnBoard: boolean;
  /** From the board after the journal's last event. */
  readonly boardBytes: number;
}

/** Follows a run that is over through a relay; `atBye` has it, when the last event has come. */
async function collect(transport: Transport, atBye: (relay: Relay) => void): Promise<Collected> {
  const run = await LaidRun.lay(sshd.home, plan, bytes);
  for (const [name, log] of Object.entries(logs)) await writeFile(join(run.directory, name), log);
  const runs = await freshRuns(sshd.home);
  const relay = await startRelay({ port: sshd.port });
  let before = 0;
  try {
    const { outcome, notes } = await follow(run, plan, {
      connect: (signal) => connectBy(transport, sshd, { port: relay.port, signal }),
      runs,
      onEvent: (count) => {
        if (count !== journal.events) return;
        before = relay.boardBytes;
        atBye(relay);
      },
    });
    if (outcome.kind !== 'saved') throw new Error(outcome.kind);
    const files = await Promise.all(names.map((name) => readFile(join(outcome.directory, name))));
    const isOnBoard = await access(run.directory).then(
      () => true,
      () => false,
    );
    return { files, notes, isOnBoard, boardBytes: relay.boardBytes - before };
  } finally {
    await relay.close();
    await removeAll(run.base, runs);
  }
}

test.each(transports)(
  'a connection that is cut while the run is collected or removed: $name is made again',
  async (transport) => {
    const undisturbed = await collect(transport, () => {});
    expect(undisturbed).toMatchObject({ notes: [], isOnBoard: false });
    const { boardBytes } = undisturbed;
    let cuts = 0;
    for (const at of [0, 700, boardBytes * 0.5, boardBytes - 1500, boardBytes - 500]) {
      const { files, notes, isOnBoard } = await collect(transport, (relay) =>
        relay.cutAfterBoardBytes(Math.floor(at)),
      );
      const about = `cut after ${at} of ${boardBytes} bytes: ${notes.join('; ')}`;
      expect(
        files.map((file, index) => undisturbed.files[index]?.equals(file)),
        about,
      ).toEqual(names.map(() => true));
      expect(isOnBoard, about).toBe(false);
      if (notes.length === 0) continue;
      cuts += 1;
      expect(notes, about).toEqual([
        'connection lost while the run was collected; reconnecting…',
        'connected again; collecting goes on',
      ]);
    }
    // What comes last is no more than a goodbye.
    expect(cuts).toBeGreaterThanOrEqual(3);
  },
  90_000,
);

test('a board that is not reached again: the run is saved, and stays there', async () => {
  const run = await LaidRun.lay(sshd.home, plan, bytes);
  const runs = await freshRuns(sshd.home);
  const relay = await startRelay({ port: sshd.port });
  const left = new AbortController();
  const [ssh2] = transports;
  if (ssh2 === undefined) throw new Error('there are transports');
  let connections = 0;
  const { outcome, notes } = await follow(run, plan, {
    connect: async (signal) => {
      connections += 1;
      if (connections === 3) left.abort();
      return await connectBy(ssh2, sshd, { port: relay.port, signal });
    },
    runs,
    leave: left.signal,
    onEvent: (count) => {
      if (count === journal.events) void relay.close();
    },
  });
  expect(outcome).toMatchObject({ kind: 'saved', result: { run: { ended: 'completed' } } });
  expect(notes.join('\n')).toContain('the board was not reached again');
  expect(await readFile(run.journalPath)).toEqual(Buffer.from(bytes));
});
