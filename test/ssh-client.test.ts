import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveTarget } from '../host/reach/config/resolve-target.ts';
import { type ClientConnectOptions, connectWithSshClient } from '../host/reach/openssh/connect.ts';
import { holdsMaster } from '../host/reach/openssh/control-path.ts';
import { runScript } from '../host/shell/run-script.ts';
import { sweepPrivateDirectories } from '../host/workstation/private-directory.ts';
import { failure } from './support/failure.ts';
import { person } from './support/person.ts';
import { greetOver, leftDirectories, openByClient } from './support/ssh-client.ts';
import { freePort, type Sshd, startSshd } from './support/sshd.ts';

const tools = { ssh: 'ssh' };

let sshd: Sshd;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-client-'));
  sshd = await startSshd();
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

describe('a board that cannot be reached', () => {
  it('because its name is unknown, or no name at all', async () => {
    const error = await failure(open([], {}, 'no-such-board.invalid'));
    expect(error).toMatchObject({ code: 'unknown-host', exitCode: 4 });
    expect(await failure(open([], {}, '-oProxyCommand=x'))).toMatchObject({ code: 'usage' });
  });

  it('because nothing listens', async () => {
    const error = await failure(open([`Port=${await freePort()}`]));
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.why).toContain('nothing listens');
  });

  it('because it never speaks', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    const error = await failure(open([`Port=${port}`, 'ConnectTimeout=1']));
    expect(error).toMatchObject({ code: 'connect-timeout' });
    mute.close();
  });

  it('because it hangs up: three tries, then the reason', async () => {
    let tries = 0;
    const rude = createServer((socket) => {
      tries++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const { port } = rude.address() as { port: number };
    const error = await failure(open([`Port=${port}`]));
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.why).toContain('exchange_identification');
    expect(tries).toBe(3);
    rude.close();
  });

  it('because there is no key exchange in common', async () => {
    const error = await failure(open(['KexAlgorithms=diffie-hellman-group1-sha1']));
    expect(error).toMatchObject({ code: 'ssh-unsupported' });
    expect(error.why).toContain('no matching key exchange');
  });

  it('because an option of the person is none', async () => {
    const target = await resolveTarget('board', {
      configFile: sshd.configFile,
      environment: process.env,
    });
    const options = { ...target.options, options: ['NoSuchOption=1'] };
    const connecting = connectWithSshClient(
      { ...target, options },
      { prompter: person(), hostKeyPolicy: 'ask' },
    );
    expect(await failure(connecting)).toMatchObject({ code: 'config' });
  });

  it('because there is no ssh program', async () => {
    const target = await resolveTarget('board', {
      configFile: sshd.configFile,
      environment: { ...process.env, PATH: '/nowhere' },
    });
    for (const canShare of [true, false]) {
      const options = { prompter: person(), hostKeyPolicy: 'ask', canShare } as const;
      const error = await failure(connectWithSshClient(target, options));
      expect(error).toMatchObject({ code: 'missing-tool' });
    }
  });

  it('because the person gave up while it was being tried', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    const controller = new AbortController();
    const reason = new Error('stopped by hand');
    mute.once('connection', () => controller.abort(reason));
    const error = await failure(open([`Port=${port}`], { signal: controller.signal }));
    expect(error).toBe(reason);
    mute.close();
    expect(leftDirectories()).toEqual([]);
  });

  it('behind a jump host is reached, and a jump host that refuses is told', async () => {
    const jump = await startSshd();
    const forbidding = await startSshd({ config: ['AllowTcpForwarding no'] });
    const behind = await readFile(sshd.configFile, 'utf8');
    const asHop = async (one: Sshd) =>
      (await readFile(one.configFile, 'utf8')).replace('Host board', 'Host hop');
    const through = async (one: Sshd) => {
      const configFile = join(directory, `jump-${one.port}`);
      await writeFile(configFile, [behind, '  ProxyJump hop', await asHop(one)].join('\n'));
      const target = await resolveTarget('board', { configFile, environment: process.env });
      return await connectWithSshClient(target, { prompter: person(), hostKeyPolicy: 'ask' });
    };
    const link = await through(jump);
    expect(link.isLoopback).toBe(false);
    expect(await greetOver(link)).toBe('hello\n');
    await expect.poll(() => jump.sessions(), { timeout: 5000 }).toEqual([]);
    const refused = await failure(through(forbidding));
    expect(refused).toMatchObject({ code: 'proxy-failed' });
    expect(refused.why).toContain('administratively prohibited');
    const failing = await failure(open(['ProxyCommand=sh -c "echo no way >&2; exit 1"']));
    expect(failing).toMatchObject({ code: 'proxy-failed' });
    expect(failing.why).toContain('no way');
    await jump.stop();
    await forbidding.stop();
  });
});

describe('settings of the person', () => {
  it('that forward, force a terminal or run something do not disturb a command', async () => {
    const port = await freePort();
    const options = [
      ...[`LocalForward=${port} 127.0.0.1:1`, 'RequestTTY=force', 'RemoteCommand=false'],
      ...['ForwardAgent=yes', 'PermitLocalCommand=yes', 'LocalCommand=false', 'LogLevel=QUIET'],
      ...['SetEnv=LC_BOARD="a b"'],
    ];
    const link = await open(options);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const process = await link.start('cat');
    process.stderr.resume();
    process.stdin.end(bytes);
    expect(Buffer.concat(await process.stdout.toArray())).toEqual(bytes);
    await link.end();
  });

  it('that name an open connection have it used and left open', async () => {
    const controlPath = join(directory, 'theirs');
    const theirs = [sshd.alias, '-F', sshd.configFile, '-M', '-N', '-S', controlPath];
    // Not the processes of sshd: those of a login just made come and go for a moment.
    const logins = () => sshd.log().split('Accepted publickey for ').length;
    const before = logins();
    const master = spawn(tools.ssh, theirs, { stdio: 'ignore' });
    try {
      await expect.poll(() => existsSync(controlPath), { timeout: 10_000 }).toBe(true);
      const notes: string[] = [];
      const onNote = (note: string) => notes.push(note);
      const link = await open([`ControlPath=${controlPath}`], { onNote });
      expect((await runScript(link, 'echo hello', { step: 'greet' })).output).toBe('hello\n');
      await expect.poll(logins, { timeout: 5000 }).toBe(before + 1);
      expect(notes.join()).toContain(controlPath);
      const running = await link.start('cat');
      for (const stream of [running.stdout, running.stderr]) stream.resume();
      const ended = failure(running.exit);
      await link.end();
      expect(await ended).toMatchObject({ code: 'connection-lost' });
      execFileSync(tools.ssh, ['-S', controlPath, '-O', 'check', 'x'], { stdio: 'ignore' });
      expect(logins()).toBe(before + 1);
    } finally {
      master.kill();
    }
  });
});

describe('what is left', () => {
  it('after the end of a link is nothing: no directory, no session', async () => {
    await greet([]);
    expect(leftDirectories()).toEqual([]);
    await expect.poll(() => sshd.sessions(), { timeout: 5000 }).toEqual([]);
  });

  it('when this program is killed is cleared up: the session ends, the next one sweeps the directory', async () => {
    const source = join(directory, 'holder.mts');
    const from = (path: string) => JSON.stringify(join(import.meta.dirname, '..', path));
    await writeFile(
      source,
      `import { connectWithSshClient } from ${from('host/reach/openssh/connect.ts')};
       import { resolveTarget } from ${from('host/reach/config/resolve-target.ts')};
       const target = await resolveTarget('board', { configFile: ${JSON.stringify(sshd.configFile)}, environment: process.env });
       const link = await connectWithSshClient(target, { prompter: { ask: async () => null }, hostKeyPolicy: 'ask' });
       const held = await link.start('cat');
       process.stdout.write('holding');
       await held.exit;`,
    );
    const holder = spawn(process.execPath, ['--import', 'tsx', source], {
      cwd: join(import.meta.dirname, '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    expect((await sshd.sessions()).length).toBeGreaterThan(0);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await expect.poll(() => sshd.sessions(), { timeout: 60_000 }).toEqual([]);
    const [left = ''] = leftDirectories(holder.pid);
    expect(left).not.toBe('');
    await sweepPrivateDirectories(holdsMaster);
    expect(leftDirectories(holder.pid)).toEqual([]);
  }, 120_000);
});
