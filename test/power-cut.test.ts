import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyRun } from '../host/archive/verify.ts';
import { follow, freshRuns, isThere, LaidRun, makeRun } from './support/followed-run.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

/** Follows a run whose board loses power: when everything had arrived its journal becomes that. */
async function followPowerCut(journalAfter: (arrived: Buffer) => Buffer) {
  const { plan, journal } = makeRun();
  const bytes = journal.bytes();
  const run = await LaidRun.lay(sshd.home, plan, bytes);
  await run.startSupervisor();
  const runs = await freshRuns(sshd.home);
  let seen = 0;
  const onEvent = (count: number) => {
    seen = count;
  };
  const following = follow(run, plan, { connect: sshd.connect, runs, onEvent });
  await expect.poll(() => seen).toBe(journal.events);
  // Another file, as after the restart: a reader of the old one sees nothing of it.
  await writeFile(`${run.journalPath}.new`, journalAfter(bytes));
  await rename(`${run.journalPath}.new`, run.journalPath);
  await run.endSupervisor();
  const { outcome, notes } = await following;
  if (outcome.kind !== 'saved') throw new Error(outcome.kind);
  const kept = await readFile(join(outcome.directory, 'journal.ndjson'));
  return {
    bytes,
    kept,
    notes,
    outcome,
    isOnBoard: await isThere(run.directory),
    events: journal.events,
  };
}

/** The end of the line that many bytes before the end of the journal. */
const lineEnd = (bytes: Buffer, before: number) =>
  bytes.lastIndexOf('\n', bytes.length - before) + 1;

test.each<[string, string, (arrived: Buffer) => Buffer]>([
  ['shorter', 'is a shorter one', (bytes) => bytes.subarray(0, lineEnd(bytes, 2000))],
  ['cut within a line', 'is a shorter one', (bytes) => bytes.subarray(0, lineEnd(bytes, 2000) - 9)],
  ['empty', 'is a shorter one', (bytes) => bytes.subarray(0, 0)],
  [
    // What a file system leaves that knew the size of the file, and not yet its bytes.
    'zeros at its end',
    'is damaged',
    (bytes) => Buffer.concat([bytes.subarray(0, lineEnd(bytes, 2000)), Buffer.alloc(2500)]),
  ],
])(
  'events that arrived are kept after a power cut that left the journal on the board %s',
  async (_what, note, journalAfter) => {
    const { bytes, kept, notes, outcome, isOnBoard, events } = await followPowerCut(journalAfter);
    expect(kept.equals(bytes)).toBe(true);
    expect(outcome.result.run).toMatchObject({ ended: 'cut', events });
    expect(notes.join('; ')).toContain(`the journal on the board ${note}`);
    expect((await verifyRun(outcome.directory)).state).toBe('same');
    expect(isOnBoard).toBe(false);
  },
);
