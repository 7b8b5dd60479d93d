import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OrinError } from '../host/errors.ts';
import { resolveTarget } from '../host/reach/config/resolve-target.ts';
import { type ConnectOptions, connectBoard } from '../host/reach/ssh2/connect.ts';
import { runScript } from '../host/shell/run-script.ts';
import { startOddServer } from './support/odd-server.ts';
import { person } from './support/person.ts';
import { freePort, makeKey, publicKey, type Sshd, startSshd } from './support/sshd.ts';

let sshd: Sshd;
let directory: string;
/** An empty known_hosts file for each test. */
let knownHosts: string;
let count = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-connect-'));
  await makeKey(join(directory, 'other'), 'ed25519');
  sshd = await startSshd();
});

beforeEach(() => {
  knownHosts = join(directory, `known_hosts_${count++}`);
});

afterAll(async () => {
  await sshd?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function open(
  options: readonly string[],
  connect: Partial<ConnectOptions> = {},
  board: string = sshd.alias,
) {
  const { configFile } = sshd;
  const target = await resolveTarget(board, { configFile, environment: process.env, options });
  return await connectBoard(target, { prompter: person(), hostKeyPolicy: 'ask', ...connect });
}

async function greet(...how: Parameters<typeof open>): Promise<string> {
  const link = await open(...how);
  try {
    return (await runScript(link, 'echo hello', { step: 'greet' })).output;
  } finally {
    await link.end();
  }
}

async function failure(work: Promise<unknown>): Promise<OrinError> {
  return await work.then(
    () => expect.fail('it should have failed'),
    (error: OrinError) => error,
  );
}

const withFile = (file: string, ...more: string[]) => [`UserKnownHostsFile=${file}`, ...more];

describe('a host key', () => {
  it('that is unknown is shown, and kept when the person says yes', async () => {
    const prompter = person('perhaps', 'yes');
    const notes: string[] = [];
    const options = withFile(knownHosts, 'HashKnownHosts=no');
    expect(await greet(options, { prompter, onNote: (note) => notes.push(note) })).toBe('hello\n');
    expect(prompter.asked[0]).toMatchObject({ kind: 'host-key', echo: true });
    expect(prompter.asked[0]?.text).toMatch(/\[127\.0\.0\.1\]:\d+ is not known.*ED25519 SHA256:/s);
    expect(await readFile(knownHosts, 'utf8')).toBe(`[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    expect(notes.join()).toContain(`to ${knownHosts}`);
    expect(await greet(options)).toBe('hello\n');
  });

  it('that is unknown is refused when the person says no, or nobody can be asked', async () => {
    for (const prompter of [person('no'), person()]) {
      const error = await failure(open(withFile(knownHosts), { prompter }));
      expect(error).toMatchObject({ code: 'host-key-unknown', exitCode: 6 });
      expect(error.why).toContain('SHA256:');
    }
    await expect(readFile(knownHosts)).rejects.toThrow('ENOENT');
  });

  it('that is unknown is kept under accept-new, but not where checking is strict', async () => {
    const strict = withFile(knownHosts, 'StrictHostKeyChecking=yes');
    const error = await failure(open(strict, { hostKeyPolicy: 'accept-new' }));
    expect(error).toMatchObject({ code: 'host-key-unknown' });
    expect(await greet(withFile(knownHosts), { hostKeyPolicy: 'accept-new' })).toBe('hello\n');
    expect(await greet(strict)).toBe('hello\n');
  });

  it('that has changed is refused whatever is allowed: file, line, both fingerprints, the way out', async () => {
    const other = await publicKey(join(directory, 'other'));
    await writeFile(knownHosts, `# mine\n[127.0.0.1]:${sshd.port} ${other}\n`);
    for (const policy of ['ask', 'accept-new'] as const) {
      for (const strictness of ['ask', 'accept-new', 'no']) {
        const options = withFile(knownHosts, `StrictHostKeyChecking=${strictness}`);
        const prompter = person('yes');
        const error = await failure(open(options, { hostKeyPolicy: policy, prompter }));
        expect(error).toMatchObject({ code: 'host-key-changed', exitCode: 6 });
        expect(error.why).toContain(`${knownHosts}:2`);
        expect(error.why?.match(/SHA256:/g)).toHaveLength(2);
        expect(error.why).toContain('reflashed');
        expect(error.next).toContain(`ssh-keygen -f '${knownHosts}' -R '[127.0.0.1]:${sshd.port}'`);
        expect(prompter.asked).toEqual([]);
      }
    }
  });

  it('that is revoked is refused', async () => {
    const known = `[127.0.0.1]:${sshd.port} ${sshd.hostKey}`;
    await writeFile(knownHosts, `${known}\n@revoked * ${sshd.hostKey}\n`);
    const error = await failure(open(withFile(knownHosts)));
    expect(error).toMatchObject({ code: 'host-key-revoked', exitCode: 6 });
    expect(error.why).toContain(`${knownHosts}:2`);
  });

  it('of which only an authority is known is refused with the reason', async () => {
    await writeFile(knownHosts, `@cert-authority * ${await publicKey(join(directory, 'other'))}\n`);
    const error = await failure(open(withFile(knownHosts), { hostKeyPolicy: 'accept-new' }));
    expect(error).toMatchObject({ code: 'host-key-unknown' });
    expect(error.why).toContain('certificate authority');
  });

  it('of a known type is asked for first, so that a board known by its RSA key is known', async () => {
    const rsa = join(directory, 'rsa_host');
    await makeKey(rsa, 'rsa');
    const two = await startSshd({ config: [`HostKey ${rsa}`] });
    try {
      await writeFile(knownHosts, `jetson ${await publicKey(rsa)}\n`);
      const options = withFile(knownHosts, `Port=${two.port}`, 'HostKeyAlias=jetson');
      options.push(`IdentityFile=${two.clientKeyPath}`);
      expect(await greet(options)).toBe('hello\n');
    } finally {
      await two.stop();
    }
  });
});

describe('a board that cannot be reached', () => {
  it('because its name is unknown', async () => {
    const error = await failure(open([], {}, 'no-such-board.invalid'));
    expect(error).toMatchObject({ code: 'unknown-host', exitCode: 4 });
    const local = await failure(open([], {}, 'no-such-board.local'));
    expect(local.next).toContain('mDNS');
  });

  it('because nothing listens', async () => {
    const error = await failure(open([`Port=${await freePort()}`]));
    expect(error).toMatchObject({ code: 'unreachable', exitCode: 4 });
    expect(error.why).toContain('nothing listens');
  });

  it('because it never speaks', async () => {
    const mute = await listen(() => {});
    const error = await failure(open([`Port=${mute.port}`, 'ConnectTimeout=1']));
    expect(error).toMatchObject({ code: 'connect-timeout', exitCode: 4 });
    expect(error.why).toContain('within 1 s');
    mute.server.close();
  });

  it('because it hangs up: three tries, then the reason', async () => {
    let tries = 0;
    const rude = await listen((socket) => {
      tries++;
      socket.destroy();
    });
    const error = await failure(open([`Port=${rude.port}`]));
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.why).toMatch(/MaxStartups|ECONNRESET/);
    expect(tries).toBe(3);
    rude.server.close();
  });

  it('because it speaks no algorithm of ours', async () => {
    const odd = await startOddServer({
      authenticate: (attempt) => attempt.accept(),
      algorithms: { kex: ['diffie-hellman-group14-sha1'] },
    });
    const error = await failure(open([`Port=${odd.port}`]));
    expect(error).toMatchObject({ code: 'ssh-unsupported' });
    expect(error.why).toContain('no matching key exchange');
    await odd.close();
  });

  it('because the person gave up while it was being tried', async () => {
    const mute = await listen(() => {});
    const controller = new AbortController();
    const reason = new Error('stopped by hand');
    setTimeout(() => controller.abort(reason), 50);
    const error = await failure(open([`Port=${mute.port}`], { signal: controller.signal }));
    expect(error).toBe(reason);
    mute.server.close();
  });

  it('in time, but not because a person thinks for longer than that', async () => {
    const slow = { ask: () => new Promise<string>((done) => setTimeout(done, 1500, 'yes')) };
    const options = withFile(knownHosts, 'ConnectTimeout=1');
    expect(await greet(options, { prompter: slow })).toBe('hello\n');
  });
});

describe('a board behind something', () => {
  it('is reached through a jump host, itself behind another', async () => {
    const jump = await startSshd();
    const configFile = join(directory, 'jumps');
    const behind = await readFile(sshd.configFile, 'utf8');
    const first = (await readFile(jump.configFile, 'utf8')).replace('Host board', 'Host first');
    const second = first.replace('Host first', 'Host second\n  ProxyJump first');
    await writeFile(configFile, [behind, '  ProxyJump second', second, first].join('\n'));
    const target = await resolveTarget('board', { configFile, environment: process.env });
    const link = await connectBoard(target, { prompter: person(), hostKeyPolicy: 'ask' });
    const { output } = await runScript(link, 'echo $SSH_CONNECTION', { step: 'ask' });
    expect(output).toContain(` ${sshd.port}\n`);
    expect(jump.log().match(/Accepted publickey/g)).toHaveLength(2);
    expect(link.traffic.receivedBytes).toBeGreaterThan(1000);
    await link.end();
    await expect.poll(() => jump.sessions(), { timeout: 5000 }).toEqual([]);
    await jump.stop();
  });

  it('is not reached through a jump host that refuses, which is said', async () => {
    const jump = await startSshd({ config: ['AllowTcpForwarding no'] });
    const configFile = join(directory, 'refusing');
    const behind = await readFile(sshd.configFile, 'utf8');
    const first = (await readFile(jump.configFile, 'utf8')).replace('Host board', 'Host first');
    await writeFile(configFile, [behind, '  ProxyJump first', first].join('\n'));
    const target = await resolveTarget('board', { configFile, environment: process.env });
    const error = await failure(connectBoard(target, { prompter: person(), hostKeyPolicy: 'ask' }));
    expect(error).toMatchObject({ code: 'proxy-failed' });
    expect(error.message).toContain('through first');
    await jump.stop();
  });

  it('is reached through a proxy command', async () => {
    const relay = join(directory, 'relay.mjs');
    await writeFile(
      relay,
      `import { connect } from 'node:net';
       const socket = connect(Number(process.argv[3]), process.argv[2]);
       process.stdin.pipe(socket).pipe(process.stdout);`,
    );
    expect(await greet([`ProxyCommand=${process.execPath} ${relay} %h %p`])).toBe('hello\n');
  });

  it('is not reached through a proxy command that fails, whose words are passed on', async () => {
    const error = await failure(open(['ProxyCommand=sh -c "echo no way >&2; exit 1"']));
    expect(error).toMatchObject({ code: 'proxy-failed' });
    expect(error.why).toContain('no way');
  });
});

async function listen(
  onSocket: (socket: import('node:net').Socket) => void,
): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return { server, port: address.port };
}
