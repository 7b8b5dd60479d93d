import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { appendFile, chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveTarget } from '../host/reach/config/resolve-target.ts';
import { type OpenLinkOptions, openLink } from '../host/reach/open-link.ts';
import { runScript } from '../host/shell/run-script.ts';
import { failure } from './support/failure.ts';
import { person } from './support/person.ts';
import { publicKey, type Sshd, startSshd } from './support/sshd.ts';

const tools = { keygen: 'ssh-keygen', agent: 'ssh-agent', add: 'ssh-add', ssh: 'ssh' };
const secret = 'correct horse';

let directory: string;
let sshd: Sshd;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-keys-'));
  sshd = await startSshd();
});

afterAll(async () => {
  await sshd?.stop();
  await rm(directory, { recursive: true, force: true });
});

const ciphers = execFileSync(tools.ssh, ['-Q', 'cipher'], { encoding: 'utf8' }).trim().split('\n');
const formats: readonly { name: string; args: readonly string[]; isLocked: boolean }[] = [
  ...ciphers.map((cipher) => ({
    name: `ed25519 under ${cipher}`,
    args: ['-t', 'ed25519', '-a', '1', '-Z', cipher],
    isLocked: true,
  })),
  ...['rsa', 'ecdsa'].flatMap((type) =>
    ['PEM', 'PKCS8'].flatMap((format) =>
      [true, false].map((isLocked) => ({
        name: `${type} as ${format}${isLocked ? ', locked' : ''}`,
        args: ['-t', type, '-m', format],
        isLocked,
      })),
    ),
  ),
  { name: 'ecdsa of 521 bits', args: ['-t', 'ecdsa', '-b', '521', '-a', '1'], isLocked: true },
  { name: 'ecdsa of 384 bits', args: ['-t', 'ecdsa', '-b', '384'], isLocked: false },
  { name: 'rsa of 4096 bits', args: ['-t', 'rsa', '-b', '4096', '-a', '1'], isLocked: true },
];

/** A new key that the board takes; its path. */
async function newKey(args: readonly string[], phrase: string, isTaken = true): Promise<string> {
  const path = join(directory, `key-${Math.random().toString(36).slice(2)}`);
  execFileSync(tools.keygen, ['-q', ...args, '-N', phrase, '-f', path]);
  const authorized = join(dirname(sshd.home), 'authorized_keys');
  if (isTaken) await appendFile(authorized, `${await publicKey(path)}\n`);
  return path;
}

/** Connects with one key, by whatever can, and tells how. */
async function logIn(
  key: string,
  how: Partial<OpenLinkOptions> = {},
  agent = 'none',
  options: readonly string[] = [],
) {
  const config = readFileSync(sshd.configFile, 'utf8')
    .replace(/IdentityFile .*/, `IdentityFile ${key}`)
    .replace(/IdentityAgent .*/, `IdentityAgent ${agent}`);
  const configFile = `${key}.config`;
  await writeFile(configFile, config);
  const target = await resolveTarget('board', { configFile, environment: process.env, options });
  const { link, transport } = await openLink(target, {
    transport: 'auto',
    prompter: person(),
    hostKeyPolicy: 'ask',
    ...how,
  });
  try {
    const { output } = await runScript(link, 'echo hello', { step: 'greet' });
    return { output, transport };
  } finally {
    await link.end();
  }
}

describe('a key', () => {
  it.each(formats)('$name lets in, and is asked for once', async ({ args, isLocked }) => {
    const key = await newKey(args, isLocked ? secret : '');
    const prompter = person(secret, 'wrong');
    expect(await logIn(key, { prompter })).toMatchObject({ output: 'hello\n' });
    expect(prompter.asked).toHaveLength(isLocked ? 1 : 0);
  });

  it.each([
    ['aes256-ctr', 'ssh2'],
    ['aes256-gcm@openssh.com', 'ssh2'],
    ['chacha20-poly1305@openssh.com', 'ssh'],
  ])('under %s is asked for again after a wrong passphrase, over %s', async (cipher, transport) => {
    const key = await newKey(['-t', 'ed25519', '-a', '1', '-Z', cipher], secret);
    const prompter = person('wrong', secret);
    expect(await logIn(key, { prompter })).toEqual({ output: 'hello\n', transport });
    expect(prompter.asked).toHaveLength(2);
  });

  it('that ssh2 cannot read is said to be that, and no passphrase is asked for', async () => {
    const key = await newKey(
      ['-t', 'ed25519', '-a', '1', '-Z', 'chacha20-poly1305@openssh.com'],
      secret,
    );
    const prompter = person(secret);
    const error = await failure(logIn(key, { prompter, transport: 'ssh2' }));
    expect(error).toMatchObject({ code: 'auth-unsupported' });
    expect(error.why).toContain(
      `${key}: encrypted with chacha20-poly1305@openssh.com, which this client cannot read`,
    );
    expect(prompter.asked).toEqual([]);
  });

  // Made by puttygen 0.78: `puttygen -t ed25519 --ppk-param version=2`, and 3, without and with a
  // passphrase.
  it.each(['v2.ppk', 'v2-locked.ppk', 'v3.ppk', 'v3-locked.ppk'])(
    'of PuTTY, %s, is named with what converts it, and no passphrase is asked for',
    async (name) => {
      const key = join(directory, name);
      await copyFile(join('test/fixtures/putty', name), key);
      await chmod(key, 0o600);
      for (const transport of ['ssh2', 'auto', 'ssh'] as const) {
        const prompter = person(secret);
        const error = await failure(logIn(key, { prompter, transport }));
        const said = `${error.why} ${error.next}`;
        expect(said).toMatch(/PuTTY/);
        expect(said).toContain('puttygen KEY.ppk -O private-openssh -o KEY');
        expect(prompter.asked).toEqual([]);
      }
    },
  );

  it('of DSA, which no server takes any more, is left to ssh', async () => {
    const key = await newKey(['-t', 'dsa'], '', false);
    const error = await failure(logIn(key, { transport: 'ssh2' }));
    expect(error.why).toContain(`${key}: a DSA key, which this client cannot use`);
  });

  it('is not asked for where an empty passphrase goes on without it', async () => {
    const prompter = person('', secret);
    await failure(logIn(await newKey(['-t', 'ed25519', '-a', '1'], secret), { prompter }));
    expect(prompter.asked).toHaveLength(1);
  });
});

describe('a key that stays locked', () => {
  const told = /: the server would take it; its passphrase was not given/;

  it('is the reason where the server would take it', async () => {
    const key = await newKey(['-t', 'ed25519', '-a', '1'], secret);
    const error = await failure(logIn(key, { batchMode: true, transport: 'ssh2' }));
    expect(error.why).toMatch(told);
    expect(error.why).not.toContain('tried');
    expect(error.next).toContain(`ssh-add ${key}`);
    const wrong = person('a', 'b', 'c');
    expect((await failure(logIn(key, { prompter: wrong, transport: 'ssh2' }))).why).toMatch(told);
  });

  it('is not the reason where the server would not', async () => {
    const key = await newKey(['-t', 'ed25519', '-a', '1'], secret, false);
    const error = await failure(logIn(key, { batchMode: true, transport: 'ssh2' }));
    expect(error.why).toContain(`tried ${key}`);
    expect(error.next).toContain('ssh-copy-id');
  });

  it('is named where ssh itself connects, which does not say so', async () => {
    const key = await newKey(['-t', 'ed25519', '-a', '1'], secret);
    const error = await failure(logIn(key, { batchMode: true, transport: 'ssh' }));
    expect(error.why).toContain(`${key}: its passphrase was not given`);
    expect(error.next).toContain(`ssh-add ${key}`);
  });

  it('in an agent that does not sign is told so', async () => {
    const key = await newKey(['-t', 'ed25519'], '');
    await withAgent(['-c', key], async (socket) => {
      const error = await failure(logIn(`${key}.pub`, { transport: 'ssh2' }, socket));
      expect(error.why).toContain('the server would take it; the agent did not sign with it');
    });
  });
});

it.each([
  ['ssh2', 'the server gave up after 6 keys (Too many authentication failures)'],
  ['ssh', 'Too many authentication failures'],
] as const)(
  'seven keys of which the server takes none are told as too many, over %s',
  async (transport, why) => {
    const keys = [];
    for (let n = 0; n < 7; n++) keys.push(await newKey(['-t', 'ed25519'], '', false));
    await withAgent(keys, async (socket) => {
      const options = ['IdentitiesOnly=no'];
      const error = await failure(logIn(join(directory, 'none'), { transport }, socket, options));
      expect(error.code).toBe('auth-failed');
      expect(error.why).toContain(why);
      expect(error.next).toContain('IdentitiesOnly');
    });
  },
);

/** An agent of its own with these arguments given to ssh-add. */
async function withAgent(args: readonly string[], work: (socket: string) => Promise<void>) {
  const socket = join(directory, `agent-${Math.random().toString(36).slice(2)}`);
  const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: '/bin/false' };
  const said = execFileSync(tools.agent, ['-s', '-a', socket], { encoding: 'utf8', env });
  try {
    execFileSync(tools.add, ['-q', ...args], { env, stdio: 'ignore' });
    await work(socket);
  } finally {
    process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]));
  }
}
