import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeMarkedBase } from '../../test/support/marked-base.ts';
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
    makeMarkedBase(board.base);
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const lock = { owner: 'a@b', runId: 'r1', pid, bootId: bootId ?? boot, startedUtc: 'now' };
    writeFileSync(`${board.base}/lock`, JSON.stringify(lock));
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
  const hash = 'a'.repeat(64);
  const key = 'c'.repeat(40);
  const unique = 'b'.repeat(12);

  /** Lays down files with their directories; contents are their own paths. */
  const lay = (base: string, ...paths: readonly string[]) => {
    for (const path of paths) {
      mkdirSync(dirname(`${base}/${path}`), { recursive: true });
      writeFileSync(`${base}/${path}`, path);
    }
  };
  const all = (directory: string) =>
    execFileSync('find', ['.', '-mindepth', '1'], { cwd: directory })
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((path) => path.slice(2))
      .sort();
  /** One of everything that is ever written to a board, by its name. */
  const ours = [
    `store/sha256/aa/${hash}`,
    `store/incoming/${hash}.zst.0-1.part`,
    `store/incoming/${hash}.raw.3-4.part.${unique}`,
    `store/incoming/${hash}.${unique}.tmp`,
    `store/incoming/batch.${unique}/${hash}`,
    `runtimes/${hash}/bin/node`,
    `runtimes/.${unique}/agent.cjs`,
    `runtimes/.${unique}.old/agent.cjs`,
    `engines/trtexec/${key}.plan`,
    `engines/trtexec/${key}.json`,
    `engines/trtexec/${key}.77.1234.tmp`,
    `engines/ort-${key}/TensorrtExecutionProvider_TRTKernel_graph_g_1_0_sm87.engine`,
    'runs/20260101-000000-abcdef/plan.json',
    'runs/20260101-000000-abcdef/models/m1/model.onnx',
    `runs/.20260101-000000-abcdef.${unique}/journal.ndjson`,
    'irq/record.new',
    'irq/held',
    'lock',
    'lock.88.0123abcd',
    'reservation',
    'reservation.88',
    '.try.88',
  ];

  test.for(['dash', 'bash', 'busybox'])(
    'removes everything of ours, under %s',
    async (shell, { skip }) => {
      const sh = execFileSync('sh', ['-c', `command -v ${shell} || true`])
        .toString()
        .trim();
      if (sh === '') return skip(`${shell} is not installed`);
      board.shim('sh', shell === 'busybox' ? `exec ${sh} ash "$@"` : `exec ${sh} "$@"`);
      const probe = await probeBoard(board.open());
      lay(board.base, ...ours);
      execFileSync('mkfifo', [`${board.base}/irq/control`, `${board.base}/irq/ack`]);
      expect(await cleanBoard(board.open(), probe)).toMatchObject({ kept: [] });
      // ~/.cache as well, because it was made for us.
      expect(all(board.home)).toEqual(['bin', 'bin/sh']);
    },
  );

  test('leaves alone what somebody else has on the disk, beside ours and among it', async () => {
    const disk = `${board.home}/disk`;
    const beside = ['runs/thesis/notes', 'store/sha256/aa/photo', 'engines/v8.plan', 'lock'];
    lay(disk, ...beside, `store/sha256/aa/${hash}`);
    const env = { ORIN_REMOTE_DIR: disk };
    const probe = await probeBoard(board.open(env));
    const base = `${disk}/orin-remote`;
    const among = [
      'store/film',
      'store/sha256/aa/photo',
      'store/sha256/zz/photo',
      'store/incoming/download.part',
      'runtimes/python/bin/python',
      'engines/trtexec/mine.plan',
      'engines/other/v8.plan',
      'runs/thesis/notes',
      'irq/notes',
      'notes',
    ];
    lay(base, ...ours, ...among);
    lay(board.home, 'elsewhere/plan.json', `elsewhere/${hash}`);
    const links = [
      `store/sha256/bb`,
      `runtimes/${'d'.repeat(64)}`,
      `engines/ort-${'d'.repeat(40)}`,
      'runs/20260101-000000-ffffff',
    ];
    for (const link of links) symlinkSync(`${board.home}/elsewhere`, `${base}/${link}`);
    // Inside a tree of ours a link goes, and what it leads to stays.
    symlinkSync(`${board.home}/elsewhere`, `${base}/runs/20260101-000000-abcdef/models/m1/link`);
    const report = await cleanBoard(board.open(env), probe);
    expect([...report.kept].sort()).toEqual([...among.slice(0, -1), ...links].sort());
    const left = all(base).filter((path) => statSync(`${base}/${path}`).isFile());
    expect(left.sort()).toEqual(['.orin-remote', ...among].sort());
    expect(all(`${board.home}/elsewhere`)).toEqual([hash, 'plan.json']);
    expect(all(disk)).toEqual(expect.arrayContaining([...beside, `store/sha256/aa/${hash}`]));
    // Cleaned once more, it says the same.
    const again = await cleanBoard(board.open(env), await probeBoard(board.open(env)));
    expect([...again.kept].sort()).toEqual([...report.kept].sort());
  });

  test('says how much it was', async () => {
    const probe = await probeBoard(board.open());
    lay(board.base, `store/sha256/aa/${hash}`, 'runs/r1/plan.json', 'runs/r1/journal.ndjson');
    lay(board.base, `engines/trtexec/${key}.plan`);
    const full = await probeBoard(board.open());
    expect(inventoryOf(full)).toMatchObject({
      store: { files: 1, bytes: 80 },
      engines: { files: 1, bytes: 61 },
      runs: { count: 1, journalBytes: 22 },
    });
    expect(await cleanBoard(board.open(), probe)).toMatchObject({ directory: board.base });
    expect((await cleanBoard(board.open(), full)).removedBytes).toBe(163);
  });

  test('keeps a directory that was there before, and one that is mounted', async ({ skip }) => {
    mkdirSync(`${board.home}/disk/orin-remote`, { recursive: true });
    const env = { ORIN_REMOTE_DIR: `${board.home}/disk` };
    const probe = await probeBoard(board.open(env));
    lay(probe.facts.base.path, ...ours);
    await cleanBoard(board.open(env), probe);
    expect(all(`${board.home}/disk`)).toEqual(['orin-remote']);
    if (process.getuid?.() !== 0) return skip('only root can mount');
    const mounted = `${board.base}/runs/20260101-000000-abcdef/models`;
    const again = await probeBoard(board.open());
    lay(board.base, ...ours);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mounted]);
    try {
      lay(mounted, 'film');
      const { kept } = await cleanBoard(board.open(), again);
      expect(existsSync(`${mounted}/film`)).toBe(true);
      expect(kept).toEqual(['runs/20260101-000000-abcdef/models/film']);
    } finally {
      execFileSync('umount', [mounted]);
    }
  });

  test('does nothing where the marker is gone', async () => {
    const probe = await probeBoard(board.open());
    lay(board.base, ...ours);
    rmSync(`${board.base}/.orin-remote`);
    await expect(cleanBoard(board.open(), probe)).rejects.toMatchObject({ code: 'remote-command' });
    for (const path of ours) expect(existsSync(`${board.base}/${path}`), path).toBe(true);
  });

  test('keeps the record of interrupts that are still moved, and refuses unless forced', async () => {
    const base = makeMarkedBase(board.base);
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
    const base = makeMarkedBase(board.base);
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
