import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readNamed } from './named-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'orin-named-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const limits = { maxBytes: 1_000_000, writerWithinMs: 300, silenceMs: 300 };
const fifo = () => {
  const path = join(directory, 'fifo');
  execFileSync('mkfifo', [path]);
  return path;
};

test('a file is read whole, and one whose size is told as 0, too', async () => {
  const path = join(directory, 'file');
  writeFileSync(path, 'a'.repeat(200_000));
  expect((await readNamed(path, limits)).length).toBe(200_000);
  expect((await readNamed('/proc/interrupts', limits)).toString()).toMatch(/CPU0/);
  await expect(readNamed(path, { maxBytes: 199_999 })).rejects.toThrow('longer than 199999 bytes');
});

test('a FIFO is read to the end of its writer, also of one that comes late or pauses', async () => {
  const path = fifo();
  const script = `sleep 0.2; { echo one; sleep 0.2; head -c 100000 /dev/zero; echo two; } > ${path}`;
  const writer = spawn('sh', ['-c', script]);
  const bytes = await readNamed(path, { maxBytes: 1e6 });
  expect(bytes.length).toBe(100_008);
  expect(bytes.subarray(-4).toString()).toBe('two\n');
  expect(writer.exitCode ?? 0).toBe(0);
});

test('a FIFO to which nobody writes ends the reading, and so does a writer that is silent', async () => {
  const path = fifo();
  await expect(readNamed(path, limits)).rejects.toThrow('a pipe to which nobody writes (0.3 s)');
  const writer = spawn('sh', ['-c', `exec sleep 60 > ${path}`]);
  try {
    await expect(readNamed(path, { ...limits, writerWithinMs: 30_000 })).rejects.toThrow(
      'whoever writes to it says nothing (0.3 s)',
    );
  } finally {
    writer.kill('SIGKILL');
  }
});

test.each([
  ['/', 'it is a directory'],
  ['/dev/zero', 'it is neither a file nor a pipe'],
  ['/nowhere', 'ENOENT'],
])('%s is refused with the reason', async (path, why) => {
  await expect(readNamed(path, limits)).rejects.toThrow(why);
});
