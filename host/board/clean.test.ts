import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeShimmedBoard, type ShimmedBoard } from '../../test/support/shimmed-board.ts';
import { cleanBoard } from './clean.ts';
import { inventoryOf } from './inventory.ts';
import { probeBoard } from './probe.ts';

let board: ShimmedBoard;
beforeEach(() => {
  board = makeShimmedBoard();
});
afterEach(() => board.remove());

describe('a lock on the board', () => {
  const write = (pid: number, bootId?: string) => {
    mkdirSync(`${board.home}/.cache/orin-remote`, { recursive: true });
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const lock = { owner: 'a@b', runId: 'r1', pid, bootId: bootId ?? boot, startedUtc: 'now' };
    writeFileSync(`${board.home}/.cache/orin-remote/lock`, JSON.stringify(lock));
  };
  const startAgent = () => spawn('sh', ['-c', 'sleep 60; :', 'agent.cjs'], { detached: true });

  test('is alive while its agent is', async () => {
    const agent = startAgent();
    try {
      write(agent.pid ?? 0);
      const probe = await probeBoard(board.open());
      expect(probe.facts.lock).toMatchObject({ owner: 'a@b', runId: 'r1', isAlive: true });
      await expect(cleanBoard(board.open(), probe)).rejects.toMatchObject({ code: 'board-busy' });
    } finally {
      process.kill(-(agent.pid ?? 0), 'SIGKILL');
    }
  });

  test('is dead when its number now belongs to something else', async () => {
    write(process.pid);
    expect((await probeBoard(board.open())).facts.lock?.isAlive).toBe(false);
  });

  test('is dead after a reboot, whatever runs under its number', async () => {
    const agent = startAgent();
    try {
      write(agent.pid ?? 0, 'another-boot');
      expect((await probeBoard(board.open())).facts.lock?.isAlive).toBe(false);
    } finally {
      process.kill(-(agent.pid ?? 0), 'SIGKILL');
    }
  });
});

describe('cleaning', () => {
  test('removes everything of ours, and only that, and says how much it was', async () => {
    const base = `${board.home}/shared`;
    mkdirSync(`${base}/store/sha256/aa`, { recursive: true });
    mkdirSync(`${base}/runs/r1`, { recursive: true });
    writeFileSync(`${base}/store/sha256/aa/${'a'.repeat(64)}`, 'x'.repeat(1000));
    writeFileSync(`${base}/runs/r1/journal.ndjson`, 'y'.repeat(10));
    mkdirSync(`${base}/engines/trtexec`, { recursive: true });
    writeFileSync(`${base}/engines/trtexec/e.plan`, 'an engine');
    writeFileSync(`${base}/not-ours`, 'stays');
    const env = { ORIN_REMOTE_DIR: base };
    const probe = await probeBoard(board.open(env));
    expect(inventoryOf(probe)).toMatchObject({
      store: { files: 1, bytes: 1000 },
      engines: { files: 1, bytes: 9 },
      runs: { count: 1, journalBytes: 10 },
    });
    expect(await cleanBoard(board.open(env), probe)).toEqual({
      removedBytes: 1019,
      directory: base,
      areInterruptsMoved: false,
    });
    expect(execFileSync('ls', ['-A', base]).toString()).toBe('not-ours\n');
  });

  test('keeps the record of interrupts that are still moved, and refuses unless forced', async () => {
    const base = `${board.home}/.cache/orin-remote`;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    mkdirSync(`${base}/irq`, { recursive: true });
    mkdirSync(`${base}/store`);
    writeFileSync(`${base}/irq/record`, `boot ${boot}\nset /proc/irq/1/smp_affinity_list 0 1\n`);
    const probe = await probeBoard(board.open());
    await expect(cleanBoard(board.open(), probe)).rejects.toMatchObject({
      code: 'interrupts-moved',
    });
    expect(existsSync(`${base}/store`)).toBe(true);
    const forced = await cleanBoard(board.open(), probe, { evenWhileRunning: true });
    expect(forced.areInterruptsMoved).toBe(true);
    expect(execFileSync('ls', ['-A', base, `${base}/irq`]).toString()).toMatch(/irq\n.*record\n/s);
    expect(existsSync(`${base}/store`)).toBe(false);
    // Put back meanwhile, which the probe does not know.
    rmSync(`${base}/irq/record`);
    expect(await cleanBoard(board.open(), probe)).toMatchObject({ areInterruptsMoved: false });
    expect(existsSync(base)).toBe(false);
  });

  test('takes no record of an earlier boot for one of interrupts that are moved', async () => {
    const base = `${board.home}/.cache/orin-remote`;
    mkdirSync(`${base}/irq`, { recursive: true });
    writeFileSync(`${base}/irq/record`, 'boot 00000000-0000\n');
    await cleanBoard(board.open(), await probeBoard(board.open()));
    expect(existsSync(base)).toBe(false);
  });

  test('takes its own directory along', async () => {
    const probe = await probeBoard(board.open());
    await cleanBoard(board.open(), probe);
    expect(existsSync(probe.facts.base.path)).toBe(false);
  });
});
