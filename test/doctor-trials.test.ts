import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Cli, makeCli } from './support/cli.ts';
import { type SshdOptions, startSshd } from './support/sshd.ts';

let cli: Cli;
let directory: string;
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(() => cli.remove());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'orin-doctor-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function doctor(options: SshdOptions) {
  const sshd = await startSshd(options);
  try {
    return await cli.run(['doctor', sshd.alias, '-F', sshd.configFile]);
  } finally {
    await sshd.stop();
  }
}

test('a disk of 1 MB is told before a benchmark is tried', async ({ skip }) => {
  if (process.getuid?.() !== 0) return skip('only root can mount a small file system');
  const mounted = join(directory, 'disk');
  mkdirSync(mounted);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mounted]);
  try {
    const { code, stdout } = await doctor({ environment: { ORIN_REMOTE_DIR: mounted } });
    expect(code).toBe(4);
    expect(stdout).toContain(`not enough free space in ${mounted}/orin-remote`);
    expect(stdout).not.toContain('a benchmark can run');
  } finally {
    execFileSync('umount', [mounted]);
  }
}, 60_000);

test('an sshd that grants one session is told, with the line to change', async () => {
  const { code, stdout } = await doctor({ config: ['MaxSessions 1'] });
  expect(code).toBe(4);
  expect(stdout).toContain('MaxSessions');
  expect(stdout).not.toContain('a benchmark can run');
}, 60_000);

test('an sh that is no POSIX shell is named as such', async ({ skip }) => {
  const fish = '/usr/bin/fish';
  if (!existsSync(fish)) return skip('fish is not installed');
  symlinkSync(fish, join(directory, 'sh'));
  const { code, stderr } = await doctor({ environment: { PATH: `${directory}:/usr/bin:/bin` } });
  expect(code).toBe(4);
  expect(stderr).toContain('sh of board is no POSIX shell');
}, 60_000);
