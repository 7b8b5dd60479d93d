import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type LocalLink,
  type LocalLinkOptions,
  openLocalLink,
} from '../../../test/support/local-link.ts';
import {
  compressible,
  fileInMemory,
  fileOnDisk,
  noise,
  sha256OfFile,
  smallRuntime,
} from '../../../test/support/store-files.ts';
import { type Probe, probeBoard } from '../../board/probe.ts';
import { program } from '../../shell/program.ts';
import markUsed from '../../shell/programs/mark-used.sh';
import { openPacker, type Packer } from './packer.ts';
import type { PushProgress } from './progress.ts';
import { type PushOptions, type PushReport, push } from './push.ts';
import type { StoreFile } from './store-file.ts';
import { storedPath } from './upload-script.ts';

let directory: string;
let packer: Packer;

beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/orin-push-`);
  packer = openPacker(`${directory}/cache`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(over: Partial<LocalLinkOptions> = {}): LocalLink {
  const env = { PATH: process.env.PATH ?? '', HOME: directory };
  return openLocalLink({ env, ...over });
}

async function pushFiles(
  link: LocalLink,
  files: readonly StoreFile[],
  over: Partial<PushOptions> & { probe?: Probe } = {},
): Promise<PushReport> {
  return push(link, over.probe ?? (await probeBoard(link)), {
    files,
    runtime: smallRuntime(),
    keepBytes: 1e12,
    packer,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...over,
  });
}

const base = () => `${directory}/.cache/orin-remote`;
const incoming = () => readdirSync(`${base()}/store/incoming`);

describe('a push', () => {
  test('a cold board gets everything, verified, and a warm one not one byte and no command', async () => {
    const model = fileOnDisk(`${directory}/model.onnx`, noise(3_000_001));
    const first = await pushFiles(open(), [model]);
    expect(sha256OfFile(storedPath(base(), model.sha256))).toBe(model.sha256);
    expect(first.sentBytes).toBeGreaterThanOrEqual(model.sizeBytes);
    const node = `${first.runtimeDirectory}/bin/node`;
    expect(execFileSync(node).toString()).toBe('node\n');
    expect(incoming()).toEqual([]);

    const link = open();
    const second = await pushFiles(link, [model]);
    expect(link.execs).toHaveLength(1);
    expect(link.stdinBytes).toBe(0);
    expect(second).toMatchObject({ sentBytes: 0, sent: [], present: { files: 3 } });
  });

  test('an empty file and one given twice are stored once each', async () => {
    const empty = fileInMemory('empty', '');
    const twice = fileInMemory('twice', 'twice');
    await pushFiles(open(), [empty, twice, twice]);
    expect(readFileSync(storedPath(base(), twice.sha256), 'utf8')).toBe('twice');
    expect(statSync(storedPath(base(), empty.sha256)).size).toBe(0);
  });

  test('only its owner can read what it stores', async () => {
    const model = fileOnDisk(`${directory}/m`, noise(1_000_000));
    await pushFiles(open(), [model]);
    expect(statSync(storedPath(base(), model.sha256)).mode & 0o077).toBe(0);
    expect(statSync(base()).mode & 0o077).toBe(0);
  });

  test('a stored file of another size is sent again, and the runtime rebuilt on it', async () => {
    const library = fileOnDisk(`${directory}/lib`, noise(700_000));
    const runtime = smallRuntime([library]);
    const { runtimeDirectory } = await pushFiles(open(), [], { runtime });
    writeFileSync(storedPath(base(), library.sha256), 'cut by a power failure');
    const report = await pushFiles(open(), [], { runtime });
    expect(report.sent.map((file) => file.name)).toEqual(['lib']);
    expect(sha256OfFile(`${runtimeDirectory}/lib/0`)).toBe(library.sha256);
  });

  test.for([
    ['zst', 'zstd'],
    ['gz', 'gzip'],
  ] as const)(
    'what compresses travels as %s and is stored unpacked',
    async ([packing, tool], { skip }) => {
      const program = fileOnDisk(`${directory}/program`, compressible(20_000_000), true);
      const link = open();
      const probe = await probeBoard(link);
      if (!probe.facts.tools[tool] || (packing === 'zst' && !(await packer.canMakeZstd()))) {
        return skip(`no ${tool} here`);
      }
      const tools = { ...probe.facts.tools };
      if (packing === 'gz') delete tools.zstd;
      const report = await pushFiles(link, [program], {
        probe: { ...probe, facts: { ...probe.facts, tools } },
      });
      const [sent] = report.sent.filter((file) => file.name === 'program');
      expect(sent?.packing).toBe(packing);
      expect(sent?.wireBytes).toBeLessThan(program.sizeBytes / 2);
      expect(sha256OfFile(storedPath(base(), program.sha256))).toBe(program.sha256);
      expect(incoming()).toEqual([]);
    },
  );

  test('a packed copy that rotted on the workstation is found out, and the file sent as it is', async () => {
    const program = fileOnDisk(`${directory}/program`, compressible(5_000_000), true);
    await pushFiles(open(), [program]);
    const [copy] = readdirSync(`${directory}/cache/packed`);
    writeFileSync(`${directory}/cache/packed/${copy}`, noise(1_500_000));
    rmSync(storedPath(base(), program.sha256));
    const report = await pushFiles(open(), [program], { packer: openPacker(`${directory}/cache`) });
    expect(report.sent.map((file) => file.packing)).toEqual(['raw']);
    expect(sha256OfFile(storedPath(base(), program.sha256))).toBe(program.sha256);
  });

  test('on loopback nothing is packed', async () => {
    const program = fileOnDisk(`${directory}/program`, compressible(5_000_000), true);
    const report = await pushFiles(open({ isLoopback: true }), [program]);
    expect(report.sent.find((file) => file.name === 'program')?.packing).toBe('raw');
  });

  test('a far board gets a large file over several channels', async () => {
    const model = fileOnDisk(`${directory}/model`, noise(9_000_001));
    const link = open({ roundTripMs: 80 });
    await pushFiles(link, [model]);
    // Probe, batch of small files, four segments, their assembly, the runtime's installation and
    // its verification.
    expect(link.execs).toHaveLength(9);
    expect(sha256OfFile(storedPath(base(), model.sha256))).toBe(model.sha256);
    expect(incoming()).toEqual([]);
  });

  test('a file that changed since it was hashed is refused by the board', async () => {
    const model = fileOnDisk(`${directory}/model`, noise(1_000_000));
    writeFileSync(`${directory}/model`, noise(1_000_000));
    await expect(pushFiles(open(), [model])).rejects.toMatchObject({ code: 'push-failed' });
    expect(existsSync(storedPath(base(), model.sha256))).toBe(false);
    expect(incoming()).toEqual([]);
  });

  test('a small file that changed since it was hashed is named', async () => {
    const small = { ...fileInMemory('small.json', 'aaaa'), sha256: 'ab'.repeat(32) };
    await expect(pushFiles(open(), [small])).rejects.toMatchObject({
      code: 'push-failed',
      message: expect.stringContaining('small.json'),
    });
    expect(incoming()).toEqual([]);
  });

  test('progress ends with all bytes sent and never goes beyond the total', async () => {
    const model = fileOnDisk(`${directory}/model`, noise(30_000_000));
    const seen: PushProgress[] = [];
    await pushFiles(open(), [model], { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(0)?.state).toBe('checking');
    expect(seen.at(-1)).toMatchObject({ state: 'done' });
    expect(seen.at(-1)?.sentBytes).toBe(seen.at(-1)?.totalBytes);
    for (const { sentBytes, totalBytes } of seen) expect(sentBytes).toBeLessThanOrEqual(totalBytes);
  });

  test('an aborted push stops with the reason of its signal', async () => {
    const model = fileOnDisk(`${directory}/model`, noise(5_000_000));
    const stop = new AbortController();
    const reason = new Error('Ctrl-C');
    const pushing = pushFiles(open(), [model], {
      signal: stop.signal,
      onProgress: ({ state }) => state === 'sending' && stop.abort(reason),
    });
    await expect(pushing).rejects.toBe(reason);
    expect(existsSync(storedPath(base(), model.sha256))).toBe(false);
  });
});

describe('what a cut upload left behind', () => {
  test.each([0, 80])('is gone on from (round trip %i ms)', async (roundTripMs) => {
    const model = fileOnDisk(`${directory}/model`, noise(20_000_000));
    const cut = open({ roundTripMs, cutAfterBytes: 9_500_000 });
    await expect(pushFiles(cut, [model])).rejects.toMatchObject({ code: 'push-failed' });
    const probe = await probeBoard(open());
    const left = probe.partials.reduce((sum, part) => sum + part.sizeBytes, 0);
    expect(left).toBeGreaterThan(0);
    expect(probe.store.has(model.sha256)).toBe(false);
    const report = await pushFiles(open(), [model], { probe });
    const [sent] = report.sent.filter((file) => file.name === 'model');
    expect(sent?.resumedBytes).toBe(left);
    expect(sent?.wireBytes).toBe(model.sizeBytes - left);
    expect(sha256OfFile(storedPath(base(), model.sha256))).toBe(model.sha256);
    expect(incoming()).toEqual([]);
  });

  test.each([
    ['its bytes are not ours', 5_000_000],
    ['it is longer than the file', 1_000_000],
  ])('is thrown away when %s', async (_reason, sizeBytes) => {
    const model = fileOnDisk(`${directory}/model`, noise(sizeBytes));
    await pushFiles(open(), []);
    writeFileSync(`${base()}/store/incoming/${model.sha256}.raw.0-1.part`, noise(2_000_000));
    const report = await pushFiles(open(), [model]);
    expect(report.sent).toMatchObject([{ resumedBytes: 0, wireBytes: sizeBytes }]);
    expect(sha256OfFile(storedPath(base(), model.sha256))).toBe(model.sha256);
  });
});

describe('garbage', () => {
  const age = (file: StoreFile, hours: number) => {
    const then = new Date(Date.now() - hours * 3600_000);
    utimesSync(storedPath(base(), file.sha256), then, then);
  };

  test('the least recently used files go when the store grows beyond its limit', async () => {
    const files = [1, 2, 3].map((n) => fileOnDisk(`${directory}/${n}`, noise(1_000_000)));
    await pushFiles(open(), files);
    for (const [index, file] of files.entries()) age(file, 10 - index);
    const fresh = fileOnDisk(`${directory}/4`, noise(1_000_000));
    const report = await pushFiles(open(), [fresh], { keepBytes: 3_100_000 });
    expect(report.removed).toEqual({ files: 1, bytes: 1_000_000 });
    const { store } = await probeBoard(open());
    expect(files.map((file) => store.has(file.sha256))).toEqual([false, true, true]);
  });

  test('what the plan of a run names stays, and what was used within the hour', async () => {
    const [named, recent] = [1, 2].map((n) => fileOnDisk(`${directory}/${n}`, noise(1_000_000)));
    if (!named || !recent) throw new Error('unreachable');
    await pushFiles(open(), [named, recent]);
    age(named, 10);
    execFileSync('mkdir', ['-p', `${base()}/runs/r1`]);
    writeFileSync(`${base()}/runs/r1/plan.json`, JSON.stringify({ sha256: named.sha256 }));
    const fresh = fileOnDisk(`${directory}/3`, noise(1_000_000));
    const report = await pushFiles(open(), [fresh], { keepBytes: 100 });
    expect(report.removed.files).toBe(0);
    const { store } = await probeBoard(open());
    expect([named, recent, fresh].map((file) => store.has(file.sha256))).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('a run that starts marks what it uses, the runtime’s files included', async () => {
    const model = fileOnDisk(`${directory}/model`, noise(1000));
    const { runtimeDirectory } = await pushFiles(open(), [model]);
    const agent = smallRuntime().files[0]?.file ?? model;
    for (const file of [model, agent]) age(file, 10);
    const paths = [runtimeDirectory, storedPath(base(), model.sha256)];
    execFileSync('sh', ['-c', program([markUsed, 'mark_used "$@"'], paths)]);
    const { lastUsedUnixS } = await probeBoard(open());
    for (const { sha256 } of [model, agent]) {
      expect(lastUsedUnixS.get(sha256)).toBeGreaterThan(Date.now() / 1000 - 3600);
    }
  });

  test('too little space is said with both figures before a byte is sent', async () => {
    const model = fileOnDisk(`${directory}/model`, noise(1_000_000));
    const link = open();
    const probe = await probeBoard(link);
    const small = { ...probe.facts, base: { ...probe.facts.base, freeBytes: 1_000_000 } };
    await expect(
      pushFiles(link, [model], { probe: { ...probe, facts: small } }),
    ).rejects.toMatchObject({ code: 'no-space', why: expect.stringMatching(/1\.1 MB.*1\.0 MB/) });
    expect(link.stdinBytes).toBe(0);
  });
});
