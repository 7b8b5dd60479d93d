import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClientConnectOptions } from '../host/reach/openssh/connect.ts';
import { failure } from './support/failure.ts';
import { startOddServer } from './support/odd-server.ts';
import { person } from './support/person.ts';
import { greetOver, leftDirectories, openByClient } from './support/ssh-client.ts';
import { makeKey, publicKey, type Sshd, startSshd } from './support/sshd.ts';

const passphrase = 'correct horse';

let sshd: Sshd;
let directory: string;
/** An empty known_hosts file for each test. */
let knownHosts: string;
let count = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-client-'));
  await makeKey(join(directory, 'other'));
  await makeKey(join(directory, 'locked'), 'ed25519', passphrase);
  sshd = await startSshd({ authorizedKeys: [await publicKey(join(directory, 'locked'))] });
});

beforeEach(() => {
  knownHosts = join(directory, `known_hosts_${count++}`);
});

afterAll(async () => {
  await sshd?.stop();
  await rm(directory, { recursive: true, force: true });
});

const open = (
  options: readonly string[],
  connect: Partial<ClientConnectOptions> = {},
  board?: string,
) => openByClient(sshd, options, connect, board);

const greet = async (...how: Parameters<typeof open>) => await greetOver(await open(...how));

describe('a locked key', () => {
  const locked = () => [`IdentityFile=${join(directory, 'locked')}`, 'IdentitiesOnly=yes'];
  // -i of the configuration file comes first, so the named host must not have it.
  const board = () => `board@127.0.0.1:${sshd.port}`;
  const login = () => [...locked(), `UserKnownHostsFile=${sshd.knownHosts}`];

  it('asks for its passphrase, again after a wrong one', async () => {
    const prompter = person('wrong', passphrase);
    expect(await greet(login(), { prompter }, board())).toBe('hello\n');
    expect(prompter.asked).toMatchObject([
      { kind: 'passphrase', echo: false, text: expect.stringContaining(join(directory, 'locked')) },
      { kind: 'passphrase', echo: false },
    ]);
  });

  it('that stays locked is refused, without what was typed', async () => {
    const prompter = person('secret-1', 'secret-2', 'secret-3');
    const error = await failure(open(login(), { prompter }, board()));
    expect(error).toMatchObject({ code: 'auth-failed', exitCode: 4 });
    expect(error.why).toContain('Permission denied');
    expect(JSON.stringify({ ...error, message: error.message })).not.toMatch(/secret-\d/);
  });

  it('is never asked about in batch mode', async () => {
    const prompter = person(passphrase);
    const error = await failure(open(login(), { prompter, batchMode: true }, board()));
    expect(error.code).toBe('auth-failed');
    expect(prompter.asked).toEqual([]);
  });

  it('that the person gives up on ends the login with their reason', async () => {
    const reason = new Error('Ctrl-C at the question');
    const prompter = { ask: () => Promise.reject(reason) };
    expect(await failure(open(login(), { prompter }, board()))).toBe(reason);
    expect(leftDirectories()).toEqual([]);
  });
});

describe('questions of the server', () => {
  it('are passed on and answered: password, then a code', async () => {
    const server = await startOddServer({
      authenticate(attempt) {
        if (attempt.method === 'password' && attempt.password === 'battery staple') {
          attempt.reject(['keyboard-interactive'], true);
        } else if (attempt.method === 'keyboard-interactive') {
          attempt.prompt([{ prompt: 'One-time code: ', echo: true }], 'Token', ([code]) => {
            if (code === '123456') attempt.accept();
            else attempt.reject(['keyboard-interactive']);
          });
        } else attempt.reject(['password']);
      },
    });
    await writeFile(knownHosts, server.knownHost);
    const prompter = person('battery staple', '123456');
    const options = [`UserKnownHostsFile=${knownHosts}`, 'IdentityFile=/dev/null'];
    const link = await open(options, { prompter }, `board@127.0.0.1:${server.port}`);
    await link.end();
    expect(prompter.asked).toMatchObject([
      { kind: 'password', text: expect.stringContaining("board@127.0.0.1's password") },
      { kind: 'keyboard-interactive', text: expect.stringContaining('One-time code') },
    ]);
    await server.close();
  });
});

describe('a host key', () => {
  it('that is unknown is shown, and kept when the person says yes', async () => {
    const prompter = person('perhaps', 'yes');
    const notes: string[] = [];
    const options = [`UserKnownHostsFile=${knownHosts}`, 'HashKnownHosts=no'];
    const onNote = (note: string) => notes.push(note);
    expect(await greet(options, { prompter, onNote })).toBe('hello\n');
    expect(prompter.asked[0]).toMatchObject({ kind: 'host-key', echo: true });
    expect(prompter.asked[0]?.text).toContain('SHA256:');
    expect(await readFile(knownHosts, 'utf8')).toContain(sshd.hostKey);
    expect(notes.join()).toContain('Permanently added');
  });

  it('that is unknown is refused in batch mode, and when nobody confirms it', async () => {
    const options = [`UserKnownHostsFile=${knownHosts}`];
    for (const how of [{ batchMode: true }, { prompter: person('no') }, { prompter: person() }]) {
      const error = await failure(open(options, how));
      expect(error).toMatchObject({ code: 'host-key-unknown', exitCode: 6 });
    }
    expect(existsSync(knownHosts)).toBe(false);
  });

  it('that is unknown is kept under accept-new, but not where checking is strict', async () => {
    const options = [`UserKnownHostsFile=${knownHosts}`];
    const strict = [...options, 'StrictHostKeyChecking=yes'];
    expect(await failure(open(strict, { hostKeyPolicy: 'accept-new' }))).toMatchObject({
      code: 'host-key-unknown',
    });
    expect(await greet(options, { hostKeyPolicy: 'accept-new' })).toBe('hello\n');
    expect(await greet(strict)).toBe('hello\n');
  });

  it('that has changed is refused whatever is allowed: file, line, the way out', async () => {
    const other = await publicKey(join(directory, 'other'));
    await writeFile(knownHosts, `# mine\n[127.0.0.1]:${sshd.port} ${other}\n`);
    for (const strictness of ['ask', 'no']) {
      const options = [`UserKnownHostsFile=${knownHosts}`, `StrictHostKeyChecking=${strictness}`];
      const prompter = person('yes');
      const error = await failure(open(options, { hostKeyPolicy: 'accept-new', prompter }));
      expect(error).toMatchObject({ code: 'host-key-changed', exitCode: 6 });
      expect(error.why).toContain(`${knownHosts}:2`);
      expect(error.why).toContain('SHA256:');
      expect(error.next).toContain(`ssh-keygen -f '${knownHosts}' -R '[127.0.0.1]:${sshd.port}'`);
      expect(prompter.asked).toEqual([]);
    }
  });

  it('that is revoked is refused', async () => {
    const known = `[127.0.0.1]:${sshd.port} ${sshd.hostKey}`;
    await writeFile(knownHosts, `${known}\n@revoked * ${sshd.hostKey}\n`);
    const error = await failure(open([`UserKnownHostsFile=${knownHosts}`]));
    expect(error).toMatchObject({ code: 'host-key-revoked', exitCode: 6 });
  });

  it('that is the one expected is enough, and any other is not', async () => {
    const blob = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64');
    const options = [`UserKnownHostsFile=${knownHosts}`];
    const exactKey = blob(sshd.hostKey);
    expect(await greet(options, { hostKeyPolicy: { exactKey } })).toBe('hello\n');
    const other = blob(await publicKey(join(directory, 'other')));
    const error = await failure(open(options, { hostKeyPolicy: { exactKey: other } }));
    expect(error.code).toBe('host-key-changed');
  });
});
