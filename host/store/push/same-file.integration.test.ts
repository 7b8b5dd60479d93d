import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type LocalLink,
  type LocalLinkOptions,
  openLocalLink,
} from '../../../test/support/local-link.ts';
import {
  fileOnDisk,
  noise,
  sha256OfFile,
  smallRuntime,
} from '../../../test/support/store-files.ts';
import { type Probe, probeBoard } from '../../board/probe.ts';
import { openPacker } from './packer.ts';
import { push } from './push.ts';
import type { StoreFile } from './store-file.ts';
import { storedPath } from './upload-script.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/orin-same-file-`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(over: Partial<LocalLinkOptions> = {}): LocalLink {
  const env = { PATH: process.env.PATH ?? '', HOME: directory };
  return openLocalLink({ env, ...over });
}

async function pushFiles(
  link: LocalLink,
  files: readonly StoreFile[],
  { probe }: { readonly probe?: Probe } = {},
): Promise<void> {
  await push(link, probe ?? (await probeBoard(link)), {
    files,
    runtime: smallRuntime(),
    keepBytes: 1e12,
    packer: openPacker(`${directory}/cache`),
    signal: new AbortController().signal,
    onProgress: () => {},
  });
}

const base = () => `${directory}/.cache/orin-remote`;
const incoming = () => readdirSync(`${base()}/store/incoming`);

test('two pushes of the same file at once both succeed and leave one file', async () => {
  const model = fileOnDisk(`${directory}/model`, noise(20_000_000));
  const probe = await probeBoard(open());
  await Promise.all([1, 2, 3].map(() => pushFiles(open(), [model], { probe })));
  expect(sha256OfFile(storedPath(base(), model.sha256))).toBe(model.sha256);
  expect(incoming()).toEqual([]);
});

test.each([0, 80])(
  'of two pushes of the same file one is cut: nothing of it stays (round trip %i ms)',
  async (roundTripMs) => {
    const model = fileOnDisk(`${directory}/model`, noise(20_000_000));
    const probe = await probeBoard(open());
    const cut = open({ roundTripMs, cutAfterBytes: 9_500_000 });
    const [whole] = await Promise.allSettled([
      pushFiles(open({ roundTripMs }), [model], { probe }),
      pushFiles(cut, [model], { probe }),
    ]);
    expect(whole.status).toBe('fulfilled');
    expect(sha256OfFile(storedPath(base(), model.sha256))).toBe(model.sha256);
    await expect.poll(incoming).toEqual([]);
  },
);

test('what a killed push left goes with the next one, as soon as its file is there', async () => {
  const [model, other] = [1, 2].map((n) => fileOnDisk(`${directory}/${n}`, noise(1_500_000)));
  if (!model || !other) throw new Error('unreachable');
  await pushFiles(open(), [model]);
  const left = `${model.sha256}.raw.0-1.part.0123456789ab`;
  const wanted = `${'ab'.repeat(32)}.raw.0-1.part`;
  for (const name of [left, wanted]) writeFileSync(`${base()}/store/incoming/${name}`, noise(9));
  await pushFiles(open(), [other]);
  // The beginning of a file that is not there yet is what another push goes on from.
  expect(incoming()).toEqual([wanted]);
});
