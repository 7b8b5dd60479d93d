import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { judgeHostKey, knownHostsName, knownKeys, readKnownKeys } from './known-hosts.ts';
import { rememberHost } from './remember-host.ts';

const keygen = 'ssh-keygen';
let directory: string;
const keys: Record<string, { line: string; blob: Buffer; fingerprint: string }> = {};

function makeKey(name: string, type: string): void {
  const path = join(directory, name);
  execFileSync(keygen, ['-q', '-t', type, '-N', '', '-C', '', '-f', path]);
  const line = execFileSync(keygen, ['-y', '-f', path], { encoding: 'utf8' }).trim();
  const listed = execFileSync(keygen, ['-l', '-f', path], { encoding: 'utf8' });
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  keys[name] = { line, blob, fingerprint: listed.split(' ')[1] ?? '' };
}

function key(name: string) {
  const found = keys[name];
  if (!found) throw new Error(`no key ${name}`);
  return found;
}

/** The line numbers that OpenSSH finds for a name. */
function linesFoundByOpenSsh(file: string, name: string): number[] {
  const { stdout } = spawnSync(keygen, ['-F', name, '-f', file], { encoding: 'utf8' });
  return [...stdout.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-known-'));
  makeKey('first', 'ed25519');
  makeKey('second', 'ed25519');
  makeKey('rsa', 'rsa');
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('known_hosts', () => {
  const names = [
    'orin',
    'ORIN.lab',
    'orin.lab',
    'other.lab',
    'secret.lab',
    '[orin]:2222',
    '[10.0.0.7]:22022',
    '10.0.0.7',
    'fe80::1',
    'nobody',
  ];

  it('finds the lines that ssh-keygen -F finds, plain and hashed', async () => {
    const file = join(directory, 'plain');
    const ed = key('first').line;
    await writeFile(
      file,
      [
        '# a comment',
        '',
        `orin,10.0.0.7 ${ed} with a comment`,
        `*.lab,!secret.lab ${key('rsa').line}`,
        `[orin]:2222 ${ed}`,
        `[10.0.0.?]:22022\t${ed}`,
        `fe80::1 ${ed}`,
        'broken line',
        `@revoked * ${key('second').line}`,
        `@cert-authority *.lab ${ed}`,
        `@unknown orin ${ed}`,
      ].join('\n'),
    );
    const text = await readFile(file, 'utf8');
    for (const name of names) {
      const found = knownKeys(text, file, name.toLowerCase()).map(({ line }) => line);
      expect(found, name).toEqual(linesFoundByOpenSsh(file, name));
    }
    expect(knownKeys('orin ssh-ed25519 notbase64', file, 'orin')).toEqual([]);
  });

  it('finds hashed names as ssh-keygen does', async () => {
    const file = join(directory, 'hashed');
    await writeFile(file, `orin ${key('first').line}\n[orin]:2222 ${key('rsa').line}\n`);
    execFileSync(keygen, ['-H', '-f', file], { stdio: 'ignore' });
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/^\|1\|/);
    for (const name of names) {
      const found = knownKeys(text, file, name.toLowerCase()).map(({ line }) => line);
      expect(found, name).toEqual(linesFoundByOpenSsh(file, name));
    }
  });

  it('writes lines that OpenSSH finds, after a last line without its newline, in a private file', async () => {
    const file = join(directory, 'new', 'known_hosts');
    await rememberHost(file, 'orin', key('first').blob, false);
    await writeFile(file, `${await readFile(file, 'utf8')}other ${key('first').line}`);
    await rememberHost(file, '[orin]:2222', key('rsa').blob, true);
    expect(linesFoundByOpenSsh(file, 'orin')).toEqual([1]);
    expect(linesFoundByOpenSsh(file, 'other')).toEqual([2]);
    expect(linesFoundByOpenSsh(file, '[orin]:2222')).toEqual([3]);
    expect((await readFile(file, 'utf8')).split('\n')[2]).toMatch(/^\|1\|.*ssh-rsa /);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'new'))).mode & 0o777).toBe(0o700);
  });

  it('reads several files and names the place of each line', async () => {
    const [one, two] = [join(directory, 'one'), join(directory, 'two')];
    await writeFile(one, `orin ${key('first').line}\n`);
    await writeFile(two, `\norin ${key('rsa').line}\n`);
    const known = await readKnownKeys([one, join(directory, 'absent'), two], 'orin');
    expect(known.map(({ file, line }) => [file, line])).toEqual([
      [one, 1],
      [two, 2],
    ]);
  });

  it('prints fingerprints as ssh-keygen does', () => {
    expect(fingerprint(key('rsa').blob)).toBe(key('rsa').fingerprint);
  });

  it('files a host under its alias, alone on port 22, else with its port', () => {
    expect(knownHostsName('Orin', 22, null)).toBe('orin');
    expect(knownHostsName('orin', 2222, null)).toBe('[orin]:2222');
    expect(knownHostsName('orin', 2222, 'Bench-3')).toBe('bench-3');
  });
});

describe('the verdict on a host key', () => {
  const judge = (text: string, name = 'first') =>
    judgeHostKey(key(name).blob, { named: knownKeys(text, 'f', 'orin'), withoutPort: [] }).kind;

  it('is match, changed, unknown, revoked or ca-only', () => {
    const { line: first } = key('first');
    const { line: second } = key('second');
    expect(judge(`orin ${first}`)).toBe('match');
    expect(judge(`orin ${second}`)).toBe('changed');
    expect(judge(`orin ${second}\norin ${first}`)).toBe('match');
    expect(judge(`orin ${key('rsa').line}`)).toBe('changed');
    expect(judge('')).toBe('unknown');
    expect(judge(`orin ${first}\n@revoked * ${first}`)).toBe('revoked');
    expect(judge(`orin ${first}\n@revoked * ${second}`)).toBe('match');
    expect(judge(`@cert-authority * ${second}`)).toBe('ca-only');
    expect(judge(`@cert-authority * ${second}\norin ${first}`)).toBe('match');
  });
});
