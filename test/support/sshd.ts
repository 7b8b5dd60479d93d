import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Link } from '../../host/link/link.ts';
import { resolveTarget } from '../../host/reach/config/resolve-target.ts';
import { connectBoard } from '../../host/reach/ssh2/connect.ts';
import { silentPrompter } from '../../host/reach/trust/prompter.ts';

const run = promisify(execFile);

export interface SshdOptions {
  /** Path of the login shell; default /bin/bash. */
  readonly shell?: string;
  /** Files of the user's home: `{'.bashrc': 'echo noise'}`. */
  readonly homeFiles?: Readonly<Record<string, string>>;
  /** Public keys that may log in, besides the client key made here. */
  readonly authorizedKeys?: readonly string[];
  /** Prefix of the client key's line in authorized_keys: `command="…"`. */
  readonly keyOptions?: string;
  /** More lines of sshd_config; they stand first, so they win. */
  readonly config?: readonly string[];
  /** Variables that sshd gives to every session. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A real OpenSSH server on loopback, of this user, with its own keys, home and login shell. */
export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** The name under which `configFile` knows it. */
  readonly alias: 'board';
  /** Its public host key line: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  readonly clientKeyPath: string;
  readonly knownHosts: string;
  /** An ssh_config for -F, with everything needed to log in as `board`. */
  readonly configFile: string;
  readonly home: string;
  /** Everything it wrote to its log. */
  log(): string;
  /** The server processes of its connections, not the listening one. */
  sessions(): Promise<number[]>;
  connect(signal?: AbortSignal): Promise<Link>;
  stop(): Promise<void>;
}

const sshdPath = '/usr/sbin/sshd';

/**
 * Starts an sshd on a free port of 127.0.0.1; works as root and as any other user.
 * @throws Error that names the Debian packages when a program is missing.
 */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const nssWrapper = requireParts(options.shell);
  const directory = await mkdtemp(join(tmpdir(), 'orin-sshd-'));
  const files = await writeFiles(directory, options);
  const port = await freePort();
  await writeConfiguration(directory, files, port, options);
  const child = spawn(sshdPath, ['-D', '-e', '-f', join(directory, 'sshd_config')], {
    env: {
      PATH: process.env.PATH,
      LD_PRELOAD: nssWrapper,
      NSS_WRAPPER_PASSWD: join(directory, 'passwd'),
      NSS_WRAPPER_GROUP: '/etc/group',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
  await waitUntilListening(child, log);
  const configFile = join(directory, 'ssh_config');
  return {
    port,
    user: 'board',
    alias: 'board',
    hostKey: files.hostKey,
    clientKeyPath: join(directory, 'client_key'),
    knownHosts: join(directory, 'known_hosts'),
    configFile,
    home: files.home,
    log: () => log.join(''),
    sessions: () => descendants(child.pid),
    connect: (signal) => connect(configFile, signal),
    stop: () => stop(child, directory),
  };
}

/** The path of libnss_wrapper.so, by which the server sees a passwd file of ours. */
function requireParts(shell: string | undefined): string {
  const wrapper = [
    `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/libnss_wrapper.so`,
    '/usr/lib64/libnss_wrapper.so',
    '/usr/lib/libnss_wrapper.so',
  ].find((path) => existsSync(path));
  const missing = [
    ...(existsSync(sshdPath) ? [] : ['openssh-server']),
    ...(existsSync('/usr/bin/ssh-keygen') ? [] : ['openssh-client']),
    ...(wrapper === undefined ? ['libnss-wrapper'] : []),
    ...(shell !== undefined && !existsSync(shell) ? [`the package of ${shell}`] : []),
  ];
  if (wrapper !== undefined && missing.length === 0) return wrapper;
  throw new Error(`this test needs: apt-get install ${missing.join(' ')}`);
}

async function writeFiles(directory: string, options: SshdOptions) {
  const home = join(directory, 'home');
  await mkdir(home);
  await makeKey(join(directory, 'host_key'));
  await makeKey(join(directory, 'client_key'));
  const hostKey = await publicKey(join(directory, 'host_key'));
  const clientKey = await publicKey(join(directory, 'client_key'));
  const prefix = options.keyOptions === undefined ? '' : `${options.keyOptions} `;
  const authorized = [`${prefix}${clientKey}`, ...(options.authorizedKeys ?? [])];
  await writeFile(join(directory, 'authorized_keys'), `${authorized.join('\n')}\n`);
  for (const [name, text] of Object.entries(options.homeFiles ?? {})) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), text);
  }
  const ids = `${process.getuid?.()}:${process.getgid?.()}`;
  const entry = `board:x:${ids}:board:${home}:${options.shell ?? '/bin/bash'}`;
  await writeFile(join(directory, 'passwd'), `${entry}\n${await readFile('/etc/passwd', 'utf8')}`);
  return { home, hostKey };
}

/** Makes a key pair with ssh-keygen at `path` and `path.pub`. */
export async function makeKey(path: string, type = 'ed25519', passphrase = ''): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test key', '-f', path]);
}

/** The public half of a key made by `makeKey`, without its comment. */
export async function publicKey(path: string): Promise<string> {
  const [type, key] = (await readFile(`${path}.pub`, 'utf8')).split(' ');
  return `${type} ${key}`;
}

async function writeConfiguration(
  directory: string,
  { hostKey }: { readonly hostKey: string },
  port: number,
  options: SshdOptions,
): Promise<void> {
  // This machine is many boards in the tests: each has its own lock.
  const environment = { ORIN_REMOTE_LOCK: `test-${directory.slice(-6)}`, ...options.environment };
  const setEnv = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  const server = [
    ...(options.config ?? []),
    `SetEnv ${setEnv.join(' ')}`,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(directory, 'host_key')}`,
    `PidFile ${join(directory, 'sshd.pid')}`,
    `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'PrintMotd no',
    'Subsystem sftp internal-sftp',
    'LogLevel VERBOSE',
  ];
  const client = [
    'Host board',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    '  User board',
    `  IdentityFile ${join(directory, 'client_key')}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    `  UserKnownHostsFile ${join(directory, 'known_hosts')}`,
    '  GlobalKnownHostsFile /dev/null',
  ];
  await writeFile(join(directory, 'sshd_config'), `${server.join('\n')}\n`);
  await writeFile(join(directory, 'ssh_config'), `${client.join('\n')}\n`);
  await writeFile(join(directory, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`);
  // Only a server of root wants this directory, and its package makes it on start-up of the
  // service.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function waitUntilListening(child: ChildProcess, log: readonly string[]): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (!log.join('').includes('Server listening on')) {
    if (child.exitCode !== null || Date.now() > deadlineMs) {
      child.kill();
      throw new Error(`sshd did not start: ${log.join('')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function connect(configFile: string, signal: AbortSignal | undefined): Promise<Link> {
  const target = await resolveTarget('board', { configFile, environment: process.env });
  return await connectBoard(target, {
    prompter: silentPrompter,
    hostKeyPolicy: 'ask',
    ...(signal === undefined ? {} : { signal }),
  });
}

async function stop(child: ChildProcess, directory: string): Promise<void> {
  for (const pid of [...(await descendants(child.pid)), child.pid]) {
    try {
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    } catch {
      // Ended by itself.
    }
  }
  await rm(directory, { recursive: true, force: true });
}

/** The sshd processes under a listening one, by /proc. What a session started is not among them. */
async function descendants(root: number | undefined): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = /^\d+ \((.*)\) \S (\d+)/s.exec(stat);
    if (fields?.[1]?.startsWith('sshd')) parents.set(Number(name), Number(fields[2]));
  }
  const isUnder = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || isUnder(parent));
  };
  return [...parents.keys()].filter(isUnder);
}
