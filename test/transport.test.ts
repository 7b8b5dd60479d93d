import { execFileSync } from 'node:child_process';
import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveTarget } from '../host/reach/config/resolve-target.ts';
import type { TargetOptions } from '../host/reach/config/target-options.ts';
import { type OpenLinkOptions, openLink } from '../host/reach/open-link.ts';
import { runScript } from '../host/shell/run-script.ts';
import { failure } from './support/failure.ts';
import { person } from './support/person.ts';
import { makeKey, publicKey, type Sshd, startSshd } from './support/sshd.ts';

const tools = { keygen: 'ssh-keygen', ssh: 'ssh' };

let directory: string;
let sshd: Sshd;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-transport-'));
  await makeKey(join(directory, 'authority'));
  sshd = await startSshd({ config: [`TrustedUserCAKeys ${join(directory, 'authority.pub')}`] });
});

afterAll(async () => {
  await sshd?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Connects as told, runs one command, and gives what was used and said on the way. */
async function reach(
  board: Sshd,
  options: Partial<TargetOptions> = {},
  how: Partial<OpenLinkOptions> = {},
) {
  const notes: string[] = [];
  const { configFile } = board;
  const resolved = { configFile, environment: process.env, ...options };
  const target = await resolveTarget('board', resolved);
  const { link, transport } = await openLink(target, {
    transport: 'auto',
    prompter: person(),
    hostKeyPolicy: 'ask',
    onNote: (note) => notes.push(note),
    ...how,
  });
  try {
    const { output } = await runScript(link, 'echo hello', { step: 'greet' });
    return { output, transport, notes: notes.join('\n') };
  } finally {
    await link.end();
  }
}

/** A key that no server knows, with a certificate of the authority beside it. */
async function certifiedKey(name: string): Promise<string> {
  const path = join(directory, name);
  await makeKey(path);
  const certify = ['-q', '-s', join(directory, 'authority'), '-I', 'test', '-n', 'board'];
  execFileSync(tools.keygen, [...certify, `${path}.pub`]);
  return path;
}

/** The board's configuration with another key. */
async function configurationWith(board: Sshd, name: string, ...lines: string[]): Promise<string> {
  const text = await readFile(board.configFile, 'utf8');
  const kept = text.split('\n').filter((line) => !line.includes('IdentityFile'));
  const path = join(directory, `config-${name}`);
  await writeFile(path, [...kept, ...lines.map((line) => `  ${line}`), ''].join('\n'));
  return path;
}

describe('auto', () => {
  it('is ssh2 where nothing speaks against it', async () => {
    expect(await reach(sshd)).toEqual({ output: 'hello\n', transport: 'ssh2', notes: '' });
  });

  it('logs in with a certificate beside the key', async () => {
    const key = await certifiedKey('certified');
    const configFile = await configurationWith(sshd, 'beside', `IdentityFile ${key}`);
    const reached = await reach(sshd, { configFile });
    expect(reached).toMatchObject({ output: 'hello\n', transport: 'ssh' });
    expect(reached.notes).toContain(`${key}-cert.pub: an OpenSSH certificate`);
    const error = await failure(reach(sshd, { configFile }, { transport: 'ssh2' }));
    expect(error).toMatchObject({ code: 'auth-failed' });
  });

  it('logs in with a certificate that CertificateFile names', async () => {
    const key = await certifiedKey('elsewhere');
    const certificate = join(directory, 'moved.pub');
    await copyFile(`${key}-cert.pub`, certificate);
    await rm(`${key}-cert.pub`);
    const configFile = await configurationWith(
      sshd,
      'named',
      `IdentityFile ${key}`,
      `CertificateFile ${certificate}`,
    );
    const reached = await reach(sshd, { configFile });
    expect(reached).toMatchObject({ output: 'hello\n', transport: 'ssh' });
    expect(reached.notes).toContain(`CertificateFile ${certificate}`);
  });

  it('reaches a server that only speaks post-quantum key exchange, after ssh2 could not', async ({
    skip,
  }) => {
    const exchange = 'sntrup761x25519-sha512@openssh.com';
    const known = execFileSync(tools.ssh, ['-Q', 'kex'], { encoding: 'utf8' });
    if (!known.includes(exchange)) return skip(`this ssh has no ${exchange}`);
    const board = await startSshd({ config: [`KexAlgorithms ${exchange}`] });
    try {
      const reached = await reach(board);
      expect(reached).toMatchObject({ output: 'hello\n', transport: 'ssh' });
      expect(reached.notes).toContain('no algorithm in common');
      const error = await failure(reach(board, {}, { transport: 'ssh2' }));
      expect(error).toMatchObject({ code: 'ssh-unsupported' });
    } finally {
      await board.stop();
    }
  });

  it('trusts a host certificate where only its authority is known', async () => {
    const board = await startSshd();
    try {
      // The server's own key, certified.
      const directoryOfBoard = join(board.home, '..');
      const hostKey = join(directoryOfBoard, 'host_key');
      const certify = ['-q', '-h', '-s', join(directory, 'authority'), '-I', 'host'];
      execFileSync(tools.keygen, [...certify, '-n', '127.0.0.1', `${hostKey}.pub`]);
      const authority = await publicKey(join(directory, 'authority'));
      const knownHosts = join(directory, 'authorities');
      const certified = await startSshd({
        config: [`HostKey ${hostKey}`, `HostCertificate ${hostKey}-cert.pub`],
      });
      try {
        await writeFile(knownHosts, `@cert-authority * ${authority}\n`);
        const options = { options: [`UserKnownHostsFile=${knownHosts}`] };
        const reached = await reach(certified, options);
        expect(reached).toMatchObject({ output: 'hello\n', transport: 'ssh' });
        expect(reached.notes).toContain('certificate authority');
      } finally {
        await certified.stop();
      }
    } finally {
      await board.stop();
    }
  });

  it('follows settings that only ssh understands', async () => {
    const revoked = join(directory, 'revoked');
    await writeFile(revoked, `${await publicKey(join(directory, 'authority'))}\n`);
    const reached = await reach(sshd, { options: [`RevokedHostKeys=${revoked}`] });
    expect(reached).toMatchObject({ output: 'hello\n', transport: 'ssh' });
    await appendFile(revoked, `${sshd.hostKey}\n`);
    const error = await failure(reach(sshd, { options: [`RevokedHostKeys=${revoked}`] }));
    expect(error).toMatchObject({ code: 'host-key-revoked' });
  });

  it('does not try again what ssh could not do either', async () => {
    await makeKey(join(directory, 'stranger'));
    const key = `IdentityFile ${join(directory, 'stranger')}`;
    const configFile = await configurationWith(sshd, 'stranger', key);
    const tries = () => sshd.log().match(/Connection from/g)?.length ?? 0;
    const before = tries();
    const error = await failure(reach(sshd, { configFile }));
    expect(error).toMatchObject({ code: 'auth-failed' });
    expect(tries() - before).toBe(1);
  });

  it('goes on with ssh2 where there is no ssh program', async () => {
    const key = await certifiedKey('alone');
    const allowed = await startSshd({ authorizedKeys: [await publicKey(key)] });
    try {
      const options = ['StrictHostKeyChecking=yes'];
      const configFile = await configurationWith(allowed, 'alone', `IdentityFile ${key}`);
      const environment = { ...process.env, PATH: '/nowhere' };
      const reached = await reach(allowed, { configFile, environment, options });
      expect(reached).toMatchObject({ output: 'hello\n', transport: 'ssh2' });
      expect(reached.notes).toContain('no ssh client on this machine');
    } finally {
      await allowed.stop();
    }
  });
});

describe('a transport that is asked for', () => {
  it.each(['ssh2', 'ssh'] as const)('is used: %s', async (transport) => {
    const reached = await reach(sshd, {}, { transport });
    expect(reached).toMatchObject({ output: 'hello\n', transport });
  });
});
