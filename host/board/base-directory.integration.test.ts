import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeMarkedBase } from '../../test/support/marked-base.ts';
import { makeShimmedBoard, type ShimmedBoard } from '../../test/support/shimmed-board.ts';
import { OrinError } from '../errors.ts';
import { probeBoard } from './probe.ts';

const isRoot = process.getuid?.() === 0;
/** A user that no account has: nobody's files are in the way. */
const uid = 64_321;
const shared = `/var/tmp/orin-remote-${uid}`;

let board: ShimmedBoard;
beforeEach(() => {
  board = makeShimmedBoard();
});
afterEach(() => board.remove());

async function baseAt(place: string, options?: Parameters<ShimmedBoard['open']>[1]) {
  return (await probeBoard(board.open({ ORIN_REMOTE_DIR: place }, options))).facts.base;
}

/** What is said of a place that ORIN_REMOTE_DIR names and that is not used. */
async function refusalAt(place: string, options?: Parameters<ShimmedBoard['open']>[1]) {
  const error = await baseAt(place, options).then(
    ({ path }) => new Error(`it is used: ${path}`),
    (error: unknown) => error,
  );
  if (!(error instanceof OrinError)) throw error;
  expect(error.code).toBe('base-refused');
  // Nothing of ours is elsewhere.
  expect(existsSync(`${board.home}/.cache/orin-remote`)).toBe(false);
  return { why: String(error.why), next: String(error.next) };
}

describe('the base directory', () => {
  test('is one of ours, marked, in the place that ORIN_REMOTE_DIR names, and nothing beside it is touched', async () => {
    const place = `${board.home}/else where`;
    mkdirSync(`${place}/runs/thesis`, { recursive: true });
    expect((await baseAt(`${place}/`)).path).toBe(`${place}/orin-remote`);
    expect(readFileSync(`${place}/orin-remote/.orin-remote`, 'utf8')).toBe('orin-remote 1\n');
    expect(execFileSync('ls', ['-A', place]).toString()).toBe('orin-remote\nruns\n');
  });

  test.each([
    ['relative', 'not an absolute path'],
    ["/tmp/it's", 'unusual characters in the path'],
    ['/tmp/$(reboot)', 'unusual characters in the path'],
    ['/proc/nowhere', 'No such file or directory'],
  ])('is not below %s, and it says why', async (place, reason) => {
    const { why, next } = await refusalAt(place);
    expect(why).toBe(`${place}/orin-remote: ${reason}`);
    expect(next).toMatch('set ORIN_REMOTE_DIR to a directory of your own, or unset it');
  });

  test('is followed to where a link leads, and not judged by the owner of the link', async ({
    skip,
  }) => {
    mkdirSync(`${board.home}/disk`);
    symlinkSync(`${board.home}/disk`, `${board.home}/link`);
    expect((await baseAt(`${board.home}/link`)).path).toBe(`${board.home}/disk/orin-remote`);
    if (!isRoot) return skip('giving a directory to another user needs root');
    chownSync(`${board.home}/disk`, uid, uid);
    const { why, next } = await refusalAt(`${board.home}/link`);
    expect(why).toMatch(`: ${board.home}/disk belongs to user ${uid}`);
    expect(next).toMatch(`sudo chown "$(id -un)" ${board.home}/disk, or set ORIN_REMOTE_DIR`);
  });

  test('is not one in which our names are somebody else’s', async () => {
    mkdirSync(`${board.home}/disk/orin-remote/store`, { recursive: true });
    const { why } = await refusalAt(`${board.home}/disk`);
    expect(why).toMatch(': store in it was not made by orin-remote');
    expect(existsSync(`${board.home}/disk/orin-remote/.orin-remote`)).toBe(false);
  });

  test('may lie beside files of this program on the same machine', async () => {
    mkdirSync(`${board.home}/.cache/orin-remote/node`, { recursive: true });
    const { facts } = await probeBoard(board.open());
    expect(facts.base.rejected).toEqual([]);
    const marker = `${board.home}/.cache/orin-remote/.orin-remote`;
    expect(readFileSync(marker, 'utf8')).toBe('orin-remote 0\n');
  });

  test.each(baseLinks())('is not one whose %s leads elsewhere', async (name) => {
    const base = makeMarkedBase(`${board.home}/disk/orin-remote`);
    symlinkSync('/etc', `${base}/${name}`);
    const { why } = await refusalAt(`${board.home}/disk`);
    expect(why).toMatch(`: ${name} in it is a symbolic link`);
  });
});

function baseLinks(): string[] {
  return ['store', 'runtimes', 'engines', 'runs', 'irq', 'lock', 'reservation'];
}

describe('a directory that others can write to', () => {
  test('is not our base, nor is there one below it, and nothing is left of the trial', async () => {
    const place = `${board.home}/open`;
    mkdirSync(place);
    chmodSync(place, 0o777);
    const { why, next } = await refusalAt(`${place}/a/b`);
    expect(why).toBe(`${place}/a/b/orin-remote: others can write to ${place}`);
    expect(next).toMatch(`chmod go-w ${place}, or set ORIN_REMOTE_DIR`);
    expect(execFileSync('ls', ['-A', place]).toString()).toBe('');
    // Where nobody can rename what is not theirs, as in /tmp.
    chmodSync(place, 0o1777);
    expect((await baseAt(place)).path).toBe(`${place}/orin-remote`);
  });

  test('is none even if it has our marker', async () => {
    chmodSync(makeMarkedBase(`${board.home}/disk/orin-remote`), 0o777);
    const { why, next } = await refusalAt(`${board.home}/disk`);
    expect(why).toMatch(/orin-remote: others can write to it$/);
    expect(next).toMatch(`chmod go-w ${board.home}/disk/orin-remote,`);
  });

  test('is one that a group of more than this user can write to', async ({ skip }) => {
    if (!isRoot) return skip('only root can give a directory to another group');
    const place = `${board.home}/group`;
    mkdirSync(place);
    chmodSync(place, 0o775);
    board.giveTo(uid);
    chownSync(place, uid, 100);
    const { why } = await refusalAt(place, { uid });
    expect(why).toMatch(`: its group can write to ${place}`);
    chownSync(place, uid, uid);
    expect((await baseAt(place, { uid })).path).toBe(`${place}/orin-remote`);
  });

  test('is that of another user, even for root', async ({ skip }) => {
    if (!isRoot) return skip('giving a directory to another user needs root');
    const place = `${board.home}/theirs`;
    mkdirSync(place);
    chownSync(place, uid, uid);
    expect((await refusalAt(place)).why).toMatch(`: ${place} belongs to user ${uid}`);
    chownSync(place, 0, 0);
    chownSync(makeMarkedBase(`${place}/orin-remote`), uid, uid);
    const { why, next } = await refusalAt(place);
    expect(why).toBe(`${place}/orin-remote: belongs to user ${uid}`);
    expect(next).toMatch(`sudo chown "$(id -un)" ${place}/orin-remote,`);
  });
});

describe('below /var/tmp, for a user whose home cannot be used', () => {
  const asUser = async () => {
    board.giveTo(uid);
    writeFileSync(`${board.home}/.cache`, 'a file where a directory should be');
    return await probeBoard(board.open({}, { uid })).then(
      ({ facts }) => facts.base,
      (error: { why: string }) => error.why,
    );
  };
  beforeEach(({ skip }) => {
    if (!isRoot) skip('only root can become a second user');
    rmSync(shared, { recursive: true, force: true });
  });
  afterEach(() => rmSync(shared, { recursive: true, force: true }));

  test('each has a directory of their own, whatever the umask', async () => {
    expect(await asUser()).toMatchObject({ path: shared, trouble: null });
    const { mode, uid: owner } = statSync(shared);
    expect([mode & 0o7777, owner]).toEqual([0o700, uid]);
  });

  test('one that was put there before is not used', async () => {
    mkdirSync(shared);
    expect(await asUser()).toMatch(/orin-remote-64321: belongs to user 0$/);
    rmSync(shared, { recursive: true });
    mkdirSync(`${board.home}/trap`);
    symlinkSync(`${board.home}/trap`, shared);
    expect(await asUser()).toMatch(/orin-remote-64321: is a symbolic link$/);
    expect(execFileSync('ls', ['-A', `${board.home}/trap`]).toString()).toBe('');
    expect(lstatSync(shared).isSymbolicLink()).toBe(true);
  });

  test('nor is one that somebody puts there while it is made', async () => {
    board.shim(
      'mkdir',
      `case "$*" in *-64321) ln -s ${board.home} ${shared};; *) exec /bin/mkdir "$@";; esac`,
    );
    expect(await asUser()).toMatch(/64321: is a symbolic link$/);
  });
});

describe('a disk that takes nothing', () => {
  const mountPoint = () => `${board.home}/mount`;
  const mount = (options: string) => {
    mkdirSync(mountPoint());
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', mountPoint()]);
  };
  const fill = () => {
    try {
      writeFileSync(`${mountPoint()}/film`, Buffer.alloc(2 ** 21));
    } catch {
      // Full is what it is to be.
    }
  };
  beforeEach(({ skip }) => {
    if (!isRoot) skip('only root can mount a small file system');
  });
  afterEach(() => {
    execFileSync('umount', [mountPoint()]);
  });

  test.each([
    ['without a free byte', 'size=1m', fill, 'No space left on device'],
    ['without a free inode', 'size=1m,nr_inodes=3', fill, 'No space left on device'],
    ['mounted noexec', 'size=1m,noexec', () => {}, 'mounted noexec'],
    [
      'that is read-only',
      'size=1m',
      () => execFileSync('mount', ['-o', 'remount,ro', mountPoint()]),
      'Read-only file system',
    ],
  ])(
    '%s is refused, and our base on it is told to be in trouble',
    async (_, options, harm, reason) => {
      mount(options);
      harm();
      const { why } = await refusalAt(mountPoint());
      expect(why).toBe(`${mountPoint()}/orin-remote: ${reason}`);
      execFileSync('umount', [mountPoint()]);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mountPoint()]);
      await baseAt(mountPoint());
      execFileSync('mount', [
        '-o',
        `remount,${options.replace('nr_inodes=3', 'nr_inodes=5')}`,
        mountPoint(),
      ]);
      harm();
      if (options.includes('inodes')) writeFileSync(`${mountPoint()}/last`, '');
      const base = await baseAt(mountPoint());
      expect(base).toMatchObject({ path: `${mountPoint()}/orin-remote`, rejected: [] });
      expect(base.trouble).toBe(reason);
    },
  );
});
