import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { openSpool } from '../host/archive/journal-spool.ts';
import { Connection } from '../host/run/connection.ts';
import { fetchFile } from '../host/run/fetch-file.ts';
import type { FollowRequest } from '../host/run/follow-request.ts';
import { followRun, launchRun } from '../host/run/launch.ts';
import { startRun } from '../host/run/start-run.ts';
import { openPath } from '../host/store/push/byte-source.ts';
import { openExchange } from '../host/store/push/exchange.ts';
import { sendFile } from '../host/store/push/upload.ts';
import { failure } from './support/failure.ts';
import { freshRuns, isThere, makeRun } from './support/followed-run.ts';
import {
  type Answer,
  type HostileBoard,
  sayReady,
  shortLimits,
  silent,
  startHostileBoard,
} from './support/hostile-board.ts';
import { fileOnDisk, noise } from './support/store-files.ts';

async function pushTo(bytes: number, answer: Answer) {
  const board = await startHostileBoard(answer);
  const file = fileOnDisk(join(board.home, 'model.onnx'), noise(bytes));
  const source = await openPath(file.source.path, file.sizeBytes, file.name);
  onTestFinished(() => source.close());
  const upload = { name: file.name, sha256: file.sha256, sizeBytes: file.sizeBytes };
  return await sendFile(
    await board.connect(),
    { ...upload, packing: 'raw', source },
    {
      base: join(board.home, 'base'),
      partials: [],
      channels: 1,
      signal: new AbortController().signal,
      limits: shortLimits,
      onSent: () => {},
      onResumed: () => {},
    },
  );
}

test.each<readonly [string, number, Answer]>([
  // More than fits the window of a channel.
  ['takes no byte', 5_000_000, (command, channel) => sayReady(command, channel.pause())],
  [
    'takes all and never answers',
    100_000,
    (command, channel) => sayReady(command, channel.resume()),
  ],
])('a push to a board that %s ends', async (_, bytes, answer) => {
  await expect(pushTo(bytes, answer)).rejects.toMatchObject(silent('push'));
});

test.each<readonly [string, Answer, string]>([
  ['begins no command', () => {}, 'the command did not begin within 7 s'],
  ['begins and says nothing', (command, channel) => sayReady(command, channel.resume()), ''],
])('a launch on a board that %s ends, and says how to come back', async (_, answer, what) => {
  const board = await startHostileBoard(answer);
  const { plan } = makeRun();
  const runs = await freshRuns(board.home);
  const request = requestOf(board, runs);
  const spool = await openSpool(runs, plan.runId);
  onTestFinished(() => spool.discard());
  const connection = new Connection(request, await board.connect());
  const paths = { base: join(board.home, 'base'), runtime: join(board.home, 'base/runtimes/x') };
  const error = await failure(startRun(request, { connection, paths, plan, spool }));
  expect(error.code).toBe('board-silent');
  if (what === '') expect(error).toMatchObject(silent('launch'));
  else expect(error.message).toMatch(what);
});

test('a server that never starts a command ends following, fetching and pushing', async () => {
  const board = await startHostileBoard(
    () => {},
    () => false,
  );
  const short = { ...shortLimits, startMs: 300 };
  const link = await board.connect();
  const { plan } = makeRun();
  const signal = new AbortController().signal;
  const about = { step: 'sending a file', signal, limits: short };
  for (const [phase, work] of [
    ['follow', followRun(link, '/base', plan, 0, short)],
    ['fetch', fetchFile(link, '/a.log', join(board.home, 'a.log'), { limits: short })],
    ['push', openExchange(link, 'cat', about)],
    ['launch', launchRun(link, { base: '/base', runtime: '/base/x' }, plan, { limits: short })],
  ] as const) {
    await expect(work).rejects.toMatchObject(silent(phase));
  }
});

test.each<readonly [string, Answer]>([
  ['says nothing', () => {}],
  ['says that there is one, and nothing more', (command, channel) => sayFile(command, channel)],
  [
    'sends less than it told',
    (command, channel) => {
      sayFile(command, channel);
      channel.write(gzipSync('a line\n'));
    },
  ],
])('a log of a board that %s is not waited for', async (_, answer) => {
  const board = await startHostileBoard(answer);
  const local = join(board.home, 'here.log');
  const work = fetchFile(await board.connect(), '/base/mpstat.log', local, { limits: shortLimits });
  await expect(work).rejects.toMatchObject(silent('fetch'));
  expect(await isThere(local)).toBe(false);
});

function sayFile(command: string, channel: Parameters<Answer>[1]): void {
  const [marker = ''] = /@orin:[0-9a-f]+:/.exec(command) ?? [];
  channel.write(`\n${marker}file:1000\n`);
}

function requestOf(board: HostileBoard, runs: string): FollowRequest {
  const never = new AbortController().signal;
  return {
    board: 'board',
    connect: () => board.connect(),
    directories: { runs },
    listener: () => {},
    signal: never,
    leave: never,
    limits: shortLimits,
  };
}
