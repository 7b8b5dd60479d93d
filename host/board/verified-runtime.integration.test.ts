import { execFileSync } from 'node:child_process';
import {
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestBoard } from '../../test/support/board.ts';
import { mlp, mlpCells } from '../../test/support/mlp-cells.ts';
import { makeShimmedBoard, type ShimmedBoard } from '../../test/support/shimmed-board.ts';
import { smallRuntime } from '../../test/support/store-files.ts';
import { openJournal } from '../run/journal-bytes.ts';
import { launchRun } from '../run/launch.ts';
import { openPacker } from '../store/push/packer.ts';
import { type PushReport, push } from '../store/push/push.ts';
import { probeBoard } from './probe.ts';

const runtime = smallRuntime();
let board: ShimmedBoard;
beforeEach(() => {
  board = makeShimmedBoard();
});
afterEach(() => board.remove());

async function pushRuntime(): Promise<PushReport> {
  const link = board.open();
  return await push(link, await probeBoard(link), {
    files: [],
    runtime,
    keepBytes: 1e12,
    packer: openPacker(`${board.home}/cache`),
    signal: new AbortController().signal,
    onProgress: () => {},
  });
}

const isVerified = async () => (await probeBoard(board.open())).verifiedRuntimes.has(runtime.id);

/**
 * Another byte at the same place, and the file's times as they were: as damage or a forger leaves
 * it.
 */
async function flipByte(path: string): Promise<void> {
  // BusyBox tells times in whole seconds.
  await sleep(1100);
  const { atime, mtime } = statSync(path);
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(12) ^ 1, 12);
  writeFileSync(path, bytes);
  utimesSync(path, atime, mtime);
}

describe.each(['dash', 'bash', 'busybox'])('a runtime on a board with %s', (shell) => {
  beforeEach(({ skip }) => {
    const sh = execFileSync('sh', ['-c', `command -v ${shell} || true`])
      .toString()
      .trim();
    if (sh === '') return skip(`${shell} is not installed`);
    board.shim('sh', shell === 'busybox' ? `exec ${sh} ash "$@"` : `exec ${sh} "$@"`);
  });

  test('is verified once, and costs no command while nothing changes', async () => {
    await pushRuntime();
    expect(await isVerified()).toBe(true);
    const link = board.open();
    const probe = await probeBoard(link);
    await push(link, probe, {
      files: [],
      runtime,
      keepBytes: 1e12,
      packer: openPacker(`${board.home}/cache`),
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    expect(link.execs).toHaveLength(1);
  });

  test('with one flipped byte is sent again, and is then what it was', async () => {
    const { runtimeDirectory } = await pushRuntime();
    await flipByte(`${runtimeDirectory}/bin/node`);
    expect(await isVerified()).toBe(false);
    const { sent } = await pushRuntime();
    expect(sent.map(({ name }) => name)).toEqual(['node']);
    expect(readFileSync(`${runtimeDirectory}/bin/node`, 'utf8')).toBe('#!/bin/sh\necho node\n');
    expect(await isVerified()).toBe(true);
  });

  test('is hashed again after a reboot', async () => {
    const { runtimeDirectory } = await pushRuntime();
    const stamp = `${runtimeDirectory}/verified`;
    const text = readFileSync(stamp, 'utf8');
    writeFileSync(stamp, text.replace(/^.*/, 'another-boot'));
    expect(await isVerified()).toBe(false);
    expect((await pushRuntime()).sent).toEqual([]);
    expect(readFileSync(stamp, 'utf8')).toBe(text);
  });

  test.each([
    ['a file more', (path: string) => writeFileSync(`${path}/node_modules.js`, 'evil')],
    ['a link more', (path: string) => symlinkSync('/etc', `${path}/node_modules`)],
    ['a file less', (path: string) => rmSync(`${path}/agent.cjs`)],
    ['another list', (path: string) => writeFileSync(`${path}/manifest`, '600 00 agent.cjs\n')],
  ])('with %s is built anew', async (_, harm) => {
    const { runtimeDirectory } = await pushRuntime();
    rmSync(`${runtimeDirectory}/verified`);
    harm(runtimeDirectory);
    expect((await pushRuntime()).sent).toEqual([]);
    expect(await isVerified()).toBe(true);
    for (const name of ['node_modules', 'node_modules.js']) {
      expect(existsSync(`${runtimeDirectory}/${name}`)).toBe(false);
    }
    expect(readFileSync(`${runtimeDirectory}/agent.cjs`, 'utf8')).toBe('agent');
  });

  test('that was changed after the push is not executed', async () => {
    const { runtimeDirectory } = await pushRuntime();
    await flipByte(`${runtimeDirectory}/bin/node`);
    const plans = new TestBoard();
    try {
      const plan = plans.plan([mlp], [mlpCells(plans)('a')]);
      const stream = await launchRun(
        board.open(),
        { base: board.base, runtime: runtimeDirectory },
        plan,
      );
      await expect(
        openJournal(stream, { board: 'board', phase: 'launch', step: 'starting', forMs: 60_000 }),
      ).rejects.toMatchObject({
        code: 'agent-failed',
        why: expect.stringContaining('changed after it was installed'),
      });
      expect(existsSync(`${board.base}/runs`)).toBe(false);
    } finally {
      plans.remove();
    }
  });
});
