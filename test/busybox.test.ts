import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cli, makeCli } from './support/cli.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

const busybox = ['/usr/bin/busybox', '/bin/busybox'].find((path) => existsSync(path));
const short = '--model mlp-tiny --threads 1 --quick --blocks 1'.split(' ');

/** A board whose commands find BusyBox's tools only, and flock, which Debian's BusyBox lacks. */
async function startBusyBoard(directory: string, shell: string, without: readonly string[] = []) {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  execFileSync(busybox ?? '', ['--install', '-s', bin]);
  if (shell !== 'ash') {
    rmSync(join(bin, 'sh'));
    symlinkSync(`/bin/${shell}`, join(bin, 'sh'));
  }
  symlinkSync('/usr/bin/flock', join(bin, 'flock'));
  for (const name of without) rmSync(join(bin, name));
  const forced = join(directory, 'forced.sh');
  writeFileSync(
    forced,
    `#!/bin/sh\nexport PATH=${bin}\nexec ${bin}/sh -c "$SSH_ORIGINAL_COMMAND"\n`,
  );
  chmodSync(forced, 0o755);
  return await startSshd({ config: [`ForceCommand ${forced}`] });
}

describe.each(['ash', 'dash'])('a board with BusyBox’s tools and %s', (shell) => {
  let cli: Cli;
  let sshd: Sshd;
  let directory: string;
  beforeAll(async () => {
    if (busybox === undefined) return;
    directory = mkdtempSync(join(tmpdir(), 'orin-busybox-'));
    cli = await makeCli();
    sshd = await startBusyBoard(directory, shell);
  });
  afterAll(async () => {
    if (busybox === undefined) return;
    await Promise.all([sshd.stop(), cli.remove()]);
    rmSync(directory, { recursive: true, force: true });
  });

  test('is measured, followed, collected and cleaned as any other', async ({ skip }) => {
    if (busybox === undefined) return skip('busybox is not installed');
    const on = ['-F', sshd.configFile];
    const doctor = await cli.run(['doctor', sshd.alias, ...on]);
    expect(doctor.stdout, doctor.stderr).toContain('a benchmark can run');
    const bench = await cli.run(['bench', sshd.alias, ...on, ...short]);
    expect(bench.code, bench.stderr).toBe(0);
    // Collected by another program, from a byte in the middle of nowhere.
    const detached = await cli.run(['bench', sshd.alias, ...on, ...short, '--detach']);
    expect(detached.code, detached.stderr).toBe(0);
    const attached = await cli.run(['attach', sshd.alias, detached.stdout.trim(), ...on]);
    expect(attached.code, attached.stderr).toBe(0);
    const cleaned = await cli.run(['clean', sshd.alias, ...on]);
    expect(cleaned.stdout, cleaned.stderr).toContain('nothing of ours is left');
    expect(existsSync(join(sshd.home, '.cache/orin-remote'))).toBe(false);
  }, 300_000);
});

test('a tool that is missing is named by doctor, and one that is there and does nothing', async ({
  skip,
}) => {
  if (busybox === undefined) return skip('busybox is not installed');
  const directory = mkdtempSync(join(tmpdir(), 'orin-busybox-'));
  const cli = await makeCli();
  const sshd = await startBusyBoard(directory, 'dash', ['flock', 'setsid', 'gzip']);
  writeFileSync(join(directory, 'bin/gzip'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(directory, 'bin/gzip'), 0o755);
  try {
    const { code, stdout } = await cli.run(['doctor', sshd.alias, '-F', sshd.configFile]);
    expect(code).toBe(4);
    expect(stdout).toContain('lacks setsid, flock, gzip that can do what a run needs');
    expect(stdout).toContain(`tried and failed: ${directory}/bin/gzip`);
    expect(stdout).toContain('sudo apt-get install util-linux gzip');
  } finally {
    await Promise.all([sshd.stop(), cli.remove()]);
    rmSync(directory, { recursive: true, force: true });
  }
}, 60_000);
