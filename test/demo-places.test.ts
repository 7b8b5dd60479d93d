import { execFileSync } from 'node:child_process';
import { access, chmod, chown, cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cli, makeCli } from './support/cli.ts';

/**
 * Debian's account `daemon`: a name, and a group that nobody else is in, as useradd makes for
 * people.
 */
const uid = 1;
/** Debian's group `users`, which people share. */
const usersGid = 100;
/** A user that no account has. */
const nobody = 64_321;
const spareDirectory = '/var/tmp/orin-remote-';

let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
  await chmod(cli.home, 0o755);
});
afterAll(() => cli.remove());

/** A home as a usual Linux makes it where user and group have one name: umask 002. */
async function makeHome(name: string, owner = uid): Promise<string> {
  const home = join(cli.home, name);
  for (const path of [home, join(home, '.cache'), join(home, '.local/share')]) {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o775);
  }
  for (const path of ['', '.cache', '.local', '.local/share']) {
    await chown(join(home, path), owner, owner);
  }
  return home;
}

function runAt(home: string, args: readonly string[], { owner = uid, named = '' } = {}) {
  const environment = {
    HOME: home,
    XDG_CACHE_HOME: '',
    XDG_DATA_HOME: '',
    ORIN_REMOTE_DIR: named,
  };
  return cli.run(args, { uid: owner, umask: '002', cwd: home, environment });
}

async function baseAt(home: string, owner = uid): Promise<string> {
  const { stdout, stderr } = await runAt(home, ['doctor', 'demo', '--json'], { owner });
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { facts: { base: { path: string } } }).facts.base.path;
}

describe.skipIf(process.getuid?.() !== 0)('bench demo of a second user', () => {
  afterAll(async () => {
    for (const home of ['plain', 'Größe und Maß'])
      await runAt(join(cli.home, home), ['clean', 'demo']);
    execFileSync('rm', ['-rf', ...[uid, nobody].map((each) => `${spareDirectory}${each}`)]);
  });

  test('keeps its files beside the cache where only the group of this user can write to it', async () => {
    const home = await makeHome('plain');
    expect(await baseAt(home)).toBe(`${home}/.cache/orin-remote/demo-board/orin-remote`);
  });

  test.each([
    ['whose path has blanks and umlauts', 'Größe und Maß', async () => {}],
    [
      'whose cache a group of several users can write to',
      'shared',
      async (home: string) => {
        await chown(join(home, '.cache'), uid, usersGid);
        await chmod(join(home, '.cache'), 0o775);
      },
    ],
  ])('goes to the next place in a home %s', async (_, name, change) => {
    const home = await makeHome(name);
    await change(home);
    expect(await baseAt(home)).toBe(`${spareDirectory}${uid}`);
  });

  test('is refused only where ORIN_REMOTE_DIR names a place that cannot be used', async () => {
    const home = await makeHome('named');
    const named = join(home, 'Maß');
    const { code, stderr } = await runAt(home, ['doctor', 'demo'], { named });
    expect(code).toBe(4);
    expect(stderr).toContain('the directory that ORIN_REMOTE_DIR names on demo is refused');
  });

  test('needs no account of this user', async () => {
    const home = await makeHome('container', nobody);
    expect(await baseAt(home, nobody)).toMatch(/\/container\/.cache\/orin-remote\/demo-board/);
  });

  test('measures and leaves nothing in a home with blanks and umlauts', async () => {
    // Makes sure of the runtime, which is then that of the second user too.
    const args = 'bench demo --model mlp-tiny --threads 1 --quick --blocks 1 --telemetry off';
    const words = args.split(' ');
    expect((await cli.run([...words, '--dry-run'])).code).toBe(0);
    const home = await makeHome('Größe und Maß');
    const cache = join(home, '.cache/orin-remote');
    await cp(cli.cache, cache, { recursive: true, verbatimSymlinks: true });
    execFileSync('chown', ['-R', `${uid}:${uid}`, cache]);
    const { code, stdout, stderr } = await runAt(home, words);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('1 thread');
    const cleaned = await runAt(home, ['clean', 'demo']);
    expect(cleaned.stdout).toContain('nothing of ours is left');
    await expect(access(`${spareDirectory}${uid}`)).rejects.toThrow('ENOENT');
  }, 120_000);
});
