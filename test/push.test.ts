import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanBoard } from '../host/board/clean.ts';
import { probeBoard } from '../host/board/probe.ts';
import type { Link } from '../host/link/link.ts';
import { startDemoBoard } from '../host/reach/demo/demo-board.ts';
import { openPacker } from '../host/store/push/packer.ts';
import { type PushReport, push } from '../host/store/push/push.ts';
import type { StoreFile } from '../host/store/push/store-file.ts';
import { storedPath } from '../host/store/push/upload-script.ts';
import { connectThrough } from './support/far-link.ts';
import { startRelay } from './support/relay.ts';
import { type Sshd, startSshd } from './support/sshd.ts';
import {
  compressible,
  fileOnDisk,
  noise,
  sha256OfFile,
  smallRuntime,
} from './support/store-files.ts';
import { connectBy, transports } from './support/transports.ts';

let directory: string;
let model: StoreFile;
let sshd: Sshd;

beforeAll(async () => {
  directory = mkdtempSync(`${tmpdir()}/orin-push-`);
  model = fileOnDisk(`${directory}/model.onnx`, noise(12_000_001));
  sshd = await startSshd({ shell: '/bin/dash' });
});
afterAll(async () => {
  await sshd?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function pushTo(
  link: Link,
  files: readonly StoreFile[],
  signal: AbortSignal = AbortSignal.timeout(60_000),
): Promise<PushReport> {
  return push(link, await probeBoard(link), {
    files,
    runtime: smallRuntime(),
    keepBytes: 1e12,
    packer: openPacker(`${directory}/cache`),
    signal,
    onProgress: () => {},
  });
}

async function cleaned(link: Link): Promise<void> {
  await cleanBoard(link, await probeBoard(link));
}

describe('a push over SSH', () => {
  const noisy = {
    '.bashrc': 'echo Welcome\n',
    '.cshrc': 'echo Welcome\n',
    '.zshenv': 'echo Welcome\n',
  };
  test.for(['/bin/bash', '/bin/dash', '/usr/bin/fish', '/bin/tcsh', '/usr/bin/zsh'])(
    'works under the login shell %s, cold and warm',
    async (shell, { skip }) => {
      if (!existsSync(shell)) return skip(`${shell} is not installed`);
      const server = await startSshd({ shell, homeFiles: noisy });
      try {
        const link = await server.connect();
        const cold = await pushTo(link, [model]);
        const base = cold.runtimeDirectory.replace(/\/runtimes\/.*/, '');
        expect(sha256OfFile(storedPath(base, model.sha256))).toBe(model.sha256);
        expect(readdirSync(`${base}/store/incoming`)).toEqual([]);
        expect(await pushTo(link, [model])).toMatchObject({ sent: [], sentBytes: 0 });
        await cleaned(link);
        expect(existsSync(base)).toBe(false);
        await link.end();
      } finally {
        await server.stop();
      }
    },
  );

  test.for(transports)('works over $name, cold and warm', async (transport) => {
    const link = await connectBy(transport, sshd);
    const cold = await pushTo(link, [model]);
    const base = cold.runtimeDirectory.replace(/\/runtimes\/.*/, '');
    expect(sha256OfFile(storedPath(base, model.sha256))).toBe(model.sha256);
    expect(readdirSync(`${base}/store/incoming`)).toEqual([]);
    expect(await pushTo(link, [model])).toMatchObject({ sent: [], sentBytes: 0 });
    await cleaned(link);
    await link.end();
  });

  test('works on the demo board', async () => {
    const home = `${directory}/demo`;
    mkdirSync(home);
    const board = await startDemoBoard({ home });
    const link = await board.connect();
    try {
      const report = await pushTo(link, [model]);
      expect(report.runtimeDirectory.startsWith(home)).toBe(true);
      expect((await pushTo(link, [model])).sentBytes).toBe(0);
    } finally {
      await link.end();
      await board.close();
    }
  });

  test('packs for a board that is not this machine, and stores what was meant', async () => {
    const program = fileOnDisk(`${directory}/program`, compressible(16_000_000), true);
    const relay = await startRelay({ port: sshd.port });
    const link = await connectThrough(sshd, relay.port, 1);
    const report = await pushTo(link, [program]);
    const [sent] = report.sent.filter((file) => file.name === 'program');
    expect(sent?.packing).not.toBe('raw');
    expect(relay.clientBytes).toBeLessThan(program.sizeBytes);
    const base = report.runtimeDirectory.replace(/\/runtimes\/.*/, '');
    expect(sha256OfFile(storedPath(base, program.sha256))).toBe(program.sha256);
    await cleaned(link);
    await link.end();
    await relay.close();
  });

  test('a warm board is asked once and given nothing', async () => {
    const relay = await startRelay({ port: sshd.port });
    const first = await connectThrough(sshd, relay.port, 1);
    await pushTo(first, [model]);
    await first.end();
    const link = await connectThrough(sshd, relay.port, 1);
    const before = relay.clientBytes;
    await pushTo(link, [model]);
    expect(link.commands).toBe(1);
    // The probe itself and SSH's framing, no file.
    expect(relay.clientBytes - before).toBeLessThan(12_000);
    await cleaned(link);
    await link.end();
    await relay.close();
  });
});

describe('a connection that is cut at a random byte', () => {
  test.each([
    ['one channel', 0],
    ['four channels', 80],
  ])('loses no byte that arrived, over %s', { timeout: 60_000 }, async (_name, roundTripMs) => {
    for (let round = 0; round < 4; round += 1) {
      const cutAfterBytes = 20_000 + Math.floor(Math.random() * model.sizeBytes * 0.95);
      const relay = await startRelay({ port: sshd.port, cutAfterBytes });
      const link = await connectThrough(sshd, relay.port, roundTripMs);
      const failure = await pushTo(link, [model]).catch((error: unknown) => error);
      expect(failure, `cut after ${cutAfterBytes}`).toMatchObject({ code: 'connection-lost' });
      await relay.close();

      // The board notices the cut on its own time.
      const again = await sshd.connect();
      await expect
        .poll(async () => {
          const { partials } = await probeBoard(again);
          return partials.every((part) => !isHeld(`${sshd.home}/.cache/orin-remote`, part.name));
        })
        .toBe(true);
      const probe = await probeBoard(again);
      expect(probe.store.has(model.sha256)).toBe(false);
      const left = probe.partials.reduce((sum, part) => sum + part.sizeBytes, 0);
      const report = await pushTo(again, [model]);
      const [sent] = report.sent.filter((file) => file.sha256 === model.sha256);
      expect(sent, `cut after ${cutAfterBytes}`).toMatchObject({
        resumedBytes: left,
        wireBytes: model.sizeBytes - left,
      });
      const base = probe.facts.base.path;
      expect(sha256OfFile(storedPath(base, model.sha256))).toBe(model.sha256);
      expect(readdirSync(`${base}/store/incoming`)).toEqual([]);
      await cleaned(again);
      await again.end();
    }
  });
});

test.each([0, 80])(
  'Ctrl-C in the middle of a file ends its commands and leaves it to be gone on with (round trip %i ms)',
  async (roundTripMs) => {
    const relay = await startRelay({ port: sshd.port, bytesPerSecond: 8_000_000 });
    const link = await connectThrough(sshd, relay.port, roundTripMs);
    const stop = new AbortController();
    const pushing = pushTo(link, [model], stop.signal);
    const reason = new Error('Ctrl-C');
    setTimeout(() => stop.abort(reason), 800);
    await expect(pushing).rejects.toBe(reason);
    await link.end();
    await relay.close();
    const again = await sshd.connect();
    const probe = await probeBoard(again);
    expect(probe.store.has(model.sha256)).toBe(false);
    await pushTo(again, [model]);
    expect(sha256OfFile(storedPath(probe.facts.base.path, model.sha256))).toBe(model.sha256);
    await cleaned(again);
    await again.end();
  },
);

describe('a disk that fills up', () => {
  test('ends the push with what was missing, and leaves nothing', async ({ skip }) => {
    if (process.getuid?.() !== 0) return skip('only root can mount a small file system');
    const mount = `${directory}/small`;
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', mount]);
    const server = await startSshd({ environment: { ORIN_REMOTE_DIR: `${mount}/orin` } });
    try {
      const link = await server.connect();
      const probe = await probeBoard(link);
      // Free space as it was before somebody else took it.
      const base = { ...probe.facts.base, freeBytes: 1e9 };
      const pushing = push(
        link,
        { ...probe, facts: { ...probe.facts, base } },
        {
          files: [model],
          runtime: smallRuntime(),
          keepBytes: 1e12,
          packer: openPacker(`${directory}/cache`),
          signal: AbortSignal.timeout(20_000),
          onProgress: () => {},
        },
      );
      await expect(pushing).rejects.toMatchObject({
        code: 'no-space',
        why: expect.stringContaining('No space left on device'),
      });
      expect((await probeBoard(link)).incomingBytes).toBe(0);
      await link.end();
    } finally {
      await server.stop();
      execFileSync('umount', ['-l', mount]);
    }
  });
});

/** Whether some process still has the upload's lock. */
function isHeld(base: string, name: string): boolean {
  try {
    execFileSync('flock', ['-n', `${base}/store/incoming/${name}`, 'true']);
    return false;
  } catch {
    return true;
  }
}
