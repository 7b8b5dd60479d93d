import { chmodSync, copyFileSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cli, makeCli } from './support/cli.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

const short = '--model mlp-tiny --threads 1 --quick --blocks 1'.split(' ');
let cli: Cli;
let sshd: Sshd;

beforeAll(async () => {
  cli = await makeCli();
  // bash reads this before every command of ssh; other shells get the umask of sshd.
  sshd = await startSshd({ homeFiles: { '.bashrc': 'umask 000\n' } });
});
afterAll(async () => {
  await sshd.stop();
  await cli.remove();
});

/** Everything below a directory that somebody else could read, write or enter. */
function openToOthers(directory: string): string[] {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return ['.', ...paths].filter((path) => {
    const found = lstatSync(join(directory, path));
    return !found.isSymbolicLink() && (found.mode & 0o077) !== 0;
  });
}

test('nothing that a run leaves here or on a board is open to others, whatever the umask', async () => {
  const cache = join(cli.home, 'cache');
  const node = join(cache, 'orin-remote/node');
  const shared = resolve('node_modules/.cache/orin-remote-tests/orin-remote/node');
  const environment = { XDG_CACHE_HOME: cache };
  mkdirSync(node, { recursive: true });
  // Made by another program, or before: taken away from others at the start.
  chmodSync(join(cache, 'orin-remote'), 0o777);
  try {
    for (const name of readdirSync(shared)) copyFileSync(join(shared, name), join(node, name));
  } catch {
    // Then it is downloaded.
  }
  for (const name of readdirSync(node)) chmodSync(join(node, name), 0o600);
  chmodSync(node, 0o700);
  const { code, stderr } = await cli.run(['bench', sshd.alias, '-F', sshd.configFile, ...short], {
    environment,
    umask: '000',
  });
  expect(code, stderr).toBe(0);
  expect(openToOthers(join(cache, 'orin-remote'))).toEqual([]);
  expect(openToOthers(join(cli.home, 'data/orin-remote'))).toEqual([]);
  expect(openToOthers(join(sshd.home, '.cache/orin-remote'))).toEqual([]);
}, 120_000);

test('a file that a person names is as open as their umask says', async () => {
  for (const [umask, mode] of [
    ['022', 0o644],
    ['077', 0o600],
    ['000', 0o666],
  ] as const) {
    const file = join(cli.home, `null-${umask}.onnx`);
    const { code, stderr } = await cli.run(['model', 'make', 'null', '-o', file], { umask });
    expect(code, stderr).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(mode);
  }
});
