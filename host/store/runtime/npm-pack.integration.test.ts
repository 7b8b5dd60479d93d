import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type NpmRegistry,
  type RegistryOptions,
  startNpmRegistry,
} from '../../../test/support/npm-registry.ts';
import { unavailable } from './npm-failure.ts';
import { npmPack, type PackOptions } from './npm-pack.ts';

const name = '@some/runtime';
const version = '1.2.3';
const spec = `${name}@${version}`;
const token = 'npm_0123456789abcdefghijklmnopqrstuvwxyz';
let directory: string;
let registry: NpmRegistry | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'orin-npm-'));
  // npm waits ten seconds before it tries again.
  vi.stubEnv('npm_config_fetch_retries', '0');
  vi.stubEnv('npm_config_userconfig', join(directory, 'npmrc'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await registry?.close();
  registry = undefined;
  rmSync(directory, { recursive: true, force: true });
});

async function start(over: Partial<RegistryOptions> = {}): Promise<NpmRegistry> {
  registry = await startNpmRegistry({ name, version, ...over });
  configure(`registry=${registry.url}`);
  return registry;
}

function configure(...lines: readonly string[]): void {
  writeFileSync(join(directory, 'npmrc'), lines.map((line) => `${line}\n`).join(''));
}

const place = () => join(directory, 'fetched');

function pack(over: Partial<PackOptions> = {}): Promise<string> {
  const { signal } = new AbortController();
  const integrity = registry?.integrity ?? 'sha512-none';
  return npmPack(spec, { directory: place(), integrity, signal, ...over });
}

/** What the person reads when a package cannot be had. */
async function failureOf(packing: Promise<unknown>) {
  const error = await packing.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error === null) throw new Error('it was packed');
  return unavailable(spec, error);
}

/**
 * Command lines of the processes of this test; npm writes its own over the one it was started with.
 */
function busyHere(): readonly string[] {
  const of = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && of(entry, 'environ').includes(directory))
    .map((pid) => of(pid, 'cmdline'))
    .filter((line) => line !== '');
}

test('a package comes with the token of .npmrc, which no process list and no file shows', async () => {
  const { url, sizeBytes, tarballAsked } = await start({ token, sliceEveryMs: 60 });
  configure(`registry=${url}`, `${url.replace('http:', '')}/:_authToken=${token}`);
  const packing = pack();
  await tarballAsked;
  const commands = busyHere();
  expect(commands.join('\n')).toContain(spec);
  expect(commands.join('\n')).not.toContain(token);
  const path = await packing;
  expect(statSync(path).size).toBe(sizeBytes);
  expect(readFileSync(path).includes(token)).toBe(false);
  // Nothing of npm's stays beside it: no cache, no log.
  expect(readdirSync(place(), { recursive: true })).toHaveLength(2);
});

test('a missing or wrong token is said, with what to do', async () => {
  const { url } = await start({ token });
  const wanting = await failureOf(pack());
  expect(wanting.why).toContain('refused the account or token');
  expect(wanting.next).toContain('npm login');
  const wrong = `wrong_${token}`;
  configure(`registry=${url}`, `${url.replace('http:', '')}/:_authToken=${wrong}`);
  const refused = await failureOf(pack());
  expect(refused.why).toContain('refused the account or token');
  expect(JSON.stringify([refused, refused.message, refused.cause])).not.toContain(token);
});

test('other bytes than were published are refused, though the registry vouches for them', async () => {
  await start();
  const published = `sha512-${Buffer.alloc(64).toString('base64')}`;
  const { why, next } = await failureOf(pack({ integrity: published }));
  expect(why).toContain('integrity check failed');
  expect(next).toContain('npm config get registry');
});

test('a slow download shows how far it is, all the time', async () => {
  const { sizeBytes } = await start({ sliceEveryMs: 150 });
  const told: number[] = [];
  await pack({ onBytes: (bytes) => told.push(bytes) });
  expect(told.at(-1)).toBe(sizeBytes);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  const between = told.filter((bytes) => bytes > 100_000 && bytes < sizeBytes);
  expect(new Set(between).size).toBeGreaterThanOrEqual(4);
});

test('a connection that is cut in the middle of the tarball fails, with what to look at', async () => {
  await start({ sliceEveryMs: 20, cutAfterBytes: 3_000_000 });
  const { code, why, next } = await failureOf(pack());
  expect(code).toBe('runtime-unavailable');
  expect(why).toMatch(/connection to the registry failed \(npm: .+\)/);
  expect(next).toContain('npm ping');
});

test('Ctrl-C kills npm in the middle of a download', async () => {
  const { tarballAsked } = await start({ sliceEveryMs: 500 });
  const stop = new AbortController();
  const packing = pack({ signal: stop.signal });
  await tarballAsked;
  expect(busyHere().length).toBeGreaterThan(0);
  stop.abort(new Error('stopped by the person'));
  await expect(packing).rejects.toThrow('stopped by the person');
  expect(busyHere()).toEqual([]);
});

test('a package or version that the registry does not have is said', async () => {
  await start({ name: '@some/other' });
  expect((await failureOf(pack())).why).toContain('does not have it');
  await registry?.close();
  await start({ version: '9.9.9' });
  expect((await failureOf(pack())).why).toContain('does not have it');
});

test('a registry that cannot be reached or found is said, without the password in its address', async () => {
  configure('registry=http://127.0.0.1:9');
  expect((await failureOf(pack())).why).toContain('connection to the registry failed');
  configure('registry=http://person:secret-word@no-such-host.invalid');
  const failure = await failureOf(pack());
  expect(failure.why).toContain('cannot be resolved');
  expect(JSON.stringify([failure.why, failure.message])).not.toContain('secret-word');
  configure('registry=http://127.0.0.1:9', 'offline=true');
  expect((await failureOf(pack())).why).toContain('`offline`');
});

test('npm is found beside Node where PATH names none', async () => {
  await start();
  vi.stubEnv('PATH', directory);
  const besideNode = resolve(process.execPath, '../../lib/node_modules/npm/bin/npm-cli.js');
  const packing = pack();
  if (existsSync(besideNode)) expect(statSync(await packing).isFile()).toBe(true);
  else expect((await failureOf(packing)).why).toContain('no npm on PATH');
});

test('without any npm, the way to get it is said', async () => {
  // A Node that has no npm beside it, as a distribution packages it.
  const node = join(directory, 'bin/node');
  mkdirSync(join(directory, 'bin'));
  copyFileSync(process.execPath, node);
  const outfile = join(directory, 'pack.mjs');
  const call = `
    import { unavailable } from '${resolve('host/store/runtime/npm-failure.ts')}';
    import { npmPack } from '${resolve('host/store/runtime/npm-pack.ts')}';
    const options = { directory: ${JSON.stringify(place())}, integrity: '', signal: AbortSignal.timeout(20000) };
    const error = await npmPack('${spec}', options).catch((reason) => unavailable('${spec}', reason));
    console.log(error.why, '|', error.next);`;
  const stdin = { contents: call, resolveDir: '.', loader: 'ts' as const };
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile });
  const { stdout } = await promisify(execFile)(node, [outfile], { env: { PATH: directory } });
  expect(stdout).toMatch(/no npm on PATH.*\| install npm/);
});

test('a wrapper that starts npm is killed with all that it started', async () => {
  const { tarballAsked } = await start({ sliceEveryMs: 500 });
  const npm = execFileSync('sh', ['-c', 'command -v npm']).toString().trim();
  writeFileSync(join(directory, 'npm'), `#!/bin/sh\n${npm} "$@"\necho done\n`);
  chmodSync(join(directory, 'npm'), 0o755);
  vi.stubEnv('PATH', `${directory}:${process.env.PATH}`);
  const stop = new AbortController();
  const packing = pack({ signal: stop.signal });
  await tarballAsked;
  expect(busyHere().length).toBeGreaterThan(0);
  stop.abort();
  await expect(packing).rejects.toMatchObject({ name: 'AbortError' });
  expect(busyHere()).toEqual([]);
});
