import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import ssh2, { type AuthContext, type Connection, type Server } from 'ssh2';
import { OrinError } from '../../errors.ts';
import type { Link } from '../../link/link.ts';
import { accountName } from '../../workstation/account-name.ts';
import { noClientOnlySettings } from '../config/client-only-settings.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { connectBoard } from '../ssh2/connect.ts';
import { silentPrompter } from '../trust/prompter.ts';
import { ephemeralKeys } from './demo-keys.ts';
import { runCommand, signalCommand } from './run-command.ts';

export interface DemoBoardOptions {
  /** Where its commands run and keep their files; default this user's home. */
  readonly home?: string;
  /** More variables for its commands. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly platform?: NodeJS.Platform;
}

/** This machine as a board, behind a real SSH server on loopback. */
export interface DemoBoard {
  readonly port: number;
  readonly user: string;
  /** The public key blob that the server shows; made for this run. */
  readonly knownKey: Buffer;
  /** Connects the way to any board goes, trusting exactly `knownKey`. */
  connect(signal?: AbortSignal): Promise<Link>;
  /** Ends its connections and the commands that still run; detached runs go on. */
  close(): Promise<void>;
}

/**
 * Starts an SSH server inside this program, on 127.0.0.1 and a free port. It takes one key, made
 * for this run, and runs commands under /bin/sh; terminals, sftp and forwarding are refused.
 * @throws OrinError `unsupported-board` where this machine is no Linux.
 */
export async function startDemoBoard(options: DemoBoardOptions = {}): Promise<DemoBoard> {
  requireLinux(options.platform ?? process.platform);
  const hostKeys = ephemeralKeys();
  const clientKeys = ephemeralKeys();
  const user = accountName();
  const commands = new Set<ChildProcess>();
  const connections = new Set<Connection>();
  const home = options.home ?? homedir();
  const environment = { ...shellEnvironment(user, home), ...options.environment };
  const server = new ssh2.Server({ hostKeys: [hostKeys.privateKey] }, (connection, client) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => {});
    connection.on('authentication', (attempt) => {
      if (isOurs(attempt, user, clientKeys.publicKey)) attempt.accept();
      else attempt.reject(['publickey']);
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('exec', (acceptExec, _reject, { command }) => {
        // As sshd says it: client and server, by which the agent knows over which interface we
        // come.
        const SSH_CONNECTION = `${client.ip} ${client.port} 127.0.0.1 ${port}`;
        const child = runCommand(command, acceptExec(), {
          environment: { SSH_CONNECTION, ...environment },
          home,
        });
        commands.add(child);
        child.on('close', () => commands.delete(child));
        session.on('signal', (acceptSignal, _rejectSignal, { name }) => {
          acceptSignal?.();
          signalCommand(child, name);
        });
      });
    });
  });
  const port = await listen(server);
  const target = demoTarget(user, port);
  return {
    port,
    user,
    knownKey: hostKeys.publicKey.getPublicSSH(),
    connect: async (signal) =>
      await connectBoard(target, {
        prompter: silentPrompter,
        hostKeyPolicy: { exactKey: hostKeys.publicKey.getPublicSSH() },
        batchMode: true,
        privateKeys: [clientKeys.privateKey],
        ...(signal === undefined ? {} : { signal }),
      }),
    async close() {
      for (const child of commands) signalCommand(child, 'TERM');
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function requireLinux(platform: NodeJS.Platform): void {
  if (platform === 'linux') return;
  throw new OrinError({
    code: 'unsupported-board',
    what: 'this machine cannot be the demo board',
    why: `the demo runs what a board runs, and boards run Linux; this is ${platform}`,
    next: 'run the demo on Linux (WSL counts), or give the name of a real board',
    board: 'demo',
  });
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}

function isOurs(
  attempt: AuthContext,
  user: string,
  key: ReturnType<typeof ephemeralKeys>['publicKey'],
): boolean {
  if (attempt.method !== 'publickey' || attempt.username !== user) return false;
  if (!key.getPublicSSH().equals(attempt.key.data)) return false;
  // Without a signature the client only asks whether this key would do.
  if (attempt.signature === undefined || attempt.blob === undefined) return true;
  return key.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
}

/** What sshd gives to a command, no more. */
function shellEnvironment(user: string, home: string): Record<string, string> {
  return {
    HOME: home,
    USER: user,
    LOGNAME: user,
    SHELL: '/bin/sh',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
  };
}

/**
 * Plain settings: nothing of this user's ssh configuration applies, and nothing of it is touched.
 */
function demoTarget(user: string, port: number): ResolvedTarget {
  return {
    board: 'demo',
    hostName: '127.0.0.1',
    port,
    user,
    hostKeyAlias: null,
    addressFamily: 4,
    bindAddress: null,
    connectTimeoutMs: null,
    connectionAttempts: 1,
    tcpKeepAlive: true,
    serverAliveIntervalMs: null,
    serverAliveCountMax: 3,
    knownHostsFiles: [],
    userKnownHostsFileCount: 0,
    hashKnownHosts: false,
    strictHostKeyChecking: 'yes',
    identityFiles: [],
    identitiesOnly: true,
    identityAgent: null,
    authMethods: ['publickey'],
    passwordPrompts: 1,
    batchMode: true,
    proxyJump: null,
    proxyCommand: null,
    setEnv: {},
    algorithms: { kex: null, ciphers: null, macs: null, hostKeys: null },
    notes: [],
    ssh2Notes: [],
    authNotes: [],
    clientOnly: noClientOnlySettings,
    options: { environment: {} },
  };
}
