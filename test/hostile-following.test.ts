import { appendFile, readdir } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { BoardLimits } from '../host/link/board-limits.ts';
import { failure } from './support/failure.ts';
import { follow, freshRuns, isThere, LaidRun, makeRun } from './support/followed-run.ts';
import {
  type Answer,
  type HostileBoard,
  sayLive,
  shortLimits,
  silent,
  startHostileBoard,
} from './support/hostile-board.ts';

/** A run on a hostile board, followed as `attach` does. */
async function followed(
  answer: Answer,
  { hasSupervisor = false, isWhole = true, ...given }: Partial<FollowedCase> = {},
) {
  const board = await startHostileBoard(answer);
  const { plan, journal } = makeRun();
  const bytes = journal.bye().bytes();
  const half = bytes.indexOf('\n', bytes.length / 2) + 1;
  const run = await LaidRun.lay(board.home, plan, isWhole ? bytes : bytes.subarray(0, half));
  if (hasSupervisor) await run.startSupervisor();
  onTestFinished(() => run.endSupervisor());
  const runs = await freshRuns(board.home);
  const outcome = follow(run, plan, {
    connect: () => board.connect(),
    runs,
    limits: { ...shortLimits, ...given.limits },
    onEvent: () => given.onEvent?.({ board, run, rest: bytes.subarray(half) }),
  });
  return { board, run, runs, outcome, bytes };
}

interface FollowedCase {
  readonly hasSupervisor: boolean;
  readonly isWhole: boolean;
  readonly limits: Partial<BoardLimits>;
  readonly onEvent: (at: { board: HostileBoard; run: LaidRun; rest: Buffer }) => void;
}

const isFollow = (command: string) => command.includes('tail -c "+');
const isAsk = (command: string) => command.includes('echo "alive $(wc');

test('a board that does not begin to follow ends it', async () => {
  const { outcome, run } = await followed(() => {});
  const error = await failure(outcome);
  expect(error).toMatchObject(silent('follow'));
  expect(error.next).toMatch('the run stays on the board: orin-remote attach board');
  expect(await isThere(run.journalPath)).toBe(true);
});

test('a journal that goes silent on a board that does not answer either ends following', async () => {
  const answer: Answer = (command, _, runIt) => (isAsk(command) ? undefined : runIt());
  const { outcome, run } = await followed(answer, { hasSupervisor: true, isWhole: false });
  await expect(outcome).rejects.toMatchObject(silent('follow'));
  expect(await isThere(run.journalPath)).toBe(true);
});

test('a run that is alive and has nothing to say is waited for', async () => {
  let asked = 0;
  let finish = async () => {};
  const answer: Answer = (command, _, runIt) => {
    if (isAsk(command)) asked += 1;
    if (asked === 3) void finish();
    runIt();
  };
  const { outcome } = await followed(answer, {
    hasSupervisor: true,
    isWhole: false,
    onEvent: ({ run, rest }) => {
      finish = async () => {
        finish = async () => {};
        await appendFile(run.journalPath, rest);
        await run.endSupervisor();
      };
    },
  });
  const { notes, outcome: saved } = await outcome;
  expect(saved).toMatchObject({ result: { run: { journal: { is_verified: true } } } });
  expect(notes.filter((note) => /the run is alive/.test(note))).toHaveLength(1);
  expect(asked).toBeGreaterThanOrEqual(3);
});

test('one that says nothing for longer than any run is given up', async () => {
  const { outcome } = await followed((_, __, runIt) => runIt(), {
    hasSupervisor: true,
    isWhole: false,
    limits: { quietMs: 1_000 },
  });
  await expect(outcome).rejects.toMatchObject(silent('follow'));
});

test('a stream that holds back what the board has is opened again', async () => {
  let streams = 0;
  const answer: Answer = (command, channel, runIt) => {
    streams += Number(isFollow(command));
    if (isFollow(command) && streams === 1) sayLive(command, channel);
    else runIt();
  };
  const { outcome } = await followed(answer);
  const { outcome: saved } = await outcome;
  expect(saved).toMatchObject({ result: { run: { journal: { is_verified: true } } } });
  expect(streams).toBe(2);
});

test.each([
  ['closes each stream', false],
  ['drops each connection', true],
])(
  'a board that %s without a new byte is given up',
  async (_, isDropped) => {
    let drop = () => {};
    const answer: Answer = (command, channel, runIt) => {
      if (!isFollow(command)) return runIt();
      sayLive(command, channel);
      if (isDropped) drop();
      else {
        channel.exit(0);
        channel.end();
      }
    };
    const board = await startHostileBoard(answer);
    drop = () => board.drop();
    const { plan, journal } = makeRun();
    const run = await LaidRun.lay(board.home, plan, journal.bye().bytes());
    const runs = await freshRuns(board.home);
    const connect = () => board.connect();
    const error = await failure(follow(run, plan, { connect, runs, limits: shortLimits }));
    expect(error.code).toBe('board-silent');
    expect(error.message).toMatch(`gave nothing new of run ${plan.runId} in 5 tries (follow)`);
    expect(error.next).toBe(`the run stays on the board: orin-remote attach board ${plan.runId}`);
    expect(board.commands.filter(isFollow)).toHaveLength(5);
    expect(await isThere(run.journalPath)).toBe(true);
    expect(await readdir(runs)).toEqual([]);
  },
  30_000,
);

test('a journal without end is cut off, and nothing of it stays here', async () => {
  let sentBytes = 0;
  const line = Buffer.from(`${JSON.stringify({ kind: 'noise', text: 'x'.repeat(10_000) })}\n`);
  const answer: Answer = (command, channel, runIt) => {
    if (!isFollow(command)) return runIt();
    sayLive(command, channel);
    const send = () => {
      while (!channel.destroyed && channel.write(line)) sentBytes += line.length;
    };
    channel.on('drain', send);
    send();
  };
  const { outcome, runs, run } = await followed(answer, { limits: { journalBytes: 3_000_000 } });
  const error = await failure(outcome);
  expect(error).toMatchObject({ code: 'journal-too-large', why: 'more than 3.0 MB came' });
  expect(sentBytes).toBeGreaterThan(2_000_000);
  expect(await readdir(runs)).toEqual([]);
  expect(await isThere(run.journalPath)).toBe(true);
});
