import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashBytes } from '../../workstation/hash-file.ts';
import { openCifar10 } from './cifar10.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'orin-remote-cifar-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Large enough for labels to fall behind the first pieces read. */
function records(count: number, labelOf: (index: number) => number): Buffer {
  const bytes = Buffer.alloc(count * 3073, 77);
  for (let i = 0; i < count; i++) bytes[i * 3073] = labelOf(i);
  return bytes;
}

test('a file and the directory that holds it give the same records', async () => {
  const bytes = records(700, (i) => i % 10);
  const unpacked = path.join(directory, 'cifar-10-batches-bin');
  await mkdir(unpacked);
  const file = path.join(unpacked, 'test_batch.bin');
  await writeFile(file, bytes);
  for (const where of [file, unpacked, directory]) {
    const data = await openCifar10(where);
    expect(data.records).toBe(700);
    expect(data.source).toMatchObject({ kind: 'cifar10', records: 700, sha256: hashBytes(bytes) });
    expect(data.file).toMatchObject({
      sizeBytes: bytes.length,
      source: { kind: 'path', path: file },
    });
  }
});

test.each([
  ['no records', Buffer.alloc(0), '0 bytes'],
  ['a cut record', records(3, () => 1).subarray(0, 9000), '9000 bytes'],
  [
    'a wrong label late in the file',
    records(700, (i) => (i === 650 ? 10 : 9)),
    'record 650 has label 10',
  ],
])('%s is refused', async (_, bytes, why) => {
  const file = path.join(directory, 'bad.bin');
  await writeFile(file, bytes);
  await expect(openCifar10(file)).rejects.toMatchObject({
    code: 'data-unreadable',
    why: expect.stringContaining(why),
  });
});

test('a directory without the file and a place that is not there are told apart', async () => {
  const empty = await mkdtemp(path.join(directory, 'empty-'));
  await expect(openCifar10(empty)).rejects.toMatchObject({ why: 'it holds no test_batch.bin' });
  await expect(openCifar10(path.join(empty, 'x'))).rejects.toMatchObject({
    why: 'there is nothing of that name',
  });
});
