import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanLine, cleanText } from '../../../agent/contract/clean-text.ts';
import { OrinError } from '../../errors.ts';
import {
  makePrivateDirectory,
  type PrivateDirectory,
} from '../../workstation/private-directory.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { sshWords } from '../config/target-name.ts';
import type { ConnectOptions } from '../ssh2/connect.ts';
import { Deadline } from '../ssh2/deadline.ts';
import { defaultDeadAfterMs } from '../ssh2/watchdog.ts';
import { lockedFiles } from '../trust/identities.ts';
import { knownHostsName } from '../trust/known-hosts.ts';
import { silentPrompter } from '../trust/prompter.ts';
import { keyTypeOf } from '../trust/ssh-wire.ts';
import { type Askpass, openAskpass } from './askpass.ts';
import type { LoginArguments } from './client-arguments.ts';
import { clientEnvironment } from './client-environment.ts';
import { clientFailure, isPassing } from './client-failure.ts';
import { controlPathIn } from './control-path.ts';
import { LoginFailure, type Master, openMasterOf, startMaster } from './master.ts';
import { SshClientLink } from './ssh-client-link.ts';
import { isThisMachine } from './this-machine.ts';
import { watchSharedMaster } from './watch-shared-master.ts';

export interface ClientConnectOptions extends Omit<ConnectOptions, 'privateKeys'> {
  /**
   * False: every command has a connection of its own, as on Windows, whose ssh cannot share one.
   */
  readonly canShare?: boolean;
}

const defaultTimeoutMs = 15_000;
/**
 * Beyond the time to connect: key exchange, keys in hardware, Kerberos, a proxy that logs in
 * somewhere itself.
 */
const loginTimeMs = 60_000;
const transientAttempts = 3;

/**
 * Connects to a board with the system's ssh client: its settings, its known_hosts, its ways of
 * logging in. Uses the person's own ControlMaster where one is open, else one of ours that ends
 * with this link, or with this program.
 * @throws OrinError, one of `missing-tool`, `unknown-host`, `unreachable`, `connect-timeout`,
 *   `proxy-failed`, `ssh-unsupported`, `host-key-…`, `auth-failed`, `config`; or the signal's
 *   reason.
 */
export async function connectWithSshClient(
  target: ResolvedTarget,
  options: ClientConnectOptions,
): Promise<SshClientLink> {
  options.signal?.throwIfAborted();
  const directory = await makePrivateDirectory('ssh');
  try {
    return await connectIn(directory, target, options);
  } catch (error) {
    await directory.remove();
    options.signal?.throwIfAborted();
    throw error;
  }
}

async function connectIn(
  directory: PrivateDirectory,
  target: ResolvedTarget,
  options: ClientConnectOptions,
): Promise<SshClientLink> {
  const timeoutMs = options.timeoutMs ?? target.connectTimeoutMs ?? defaultTimeoutMs;
  const deadline = new Deadline(timeoutMs + loginTimeMs);
  const brokenOff = new AbortController();
  const isSilent =
    options.batchMode === true || target.batchMode || options.prompter === silentPrompter;
  const askpass = isSilent
    ? null
    : await openAskpass(directory.path, {
        prompter: options.prompter,
        onNotice: (text) => options.onNote?.(text),
        onBrokenOff: (reason) => brokenOff.abort(reason),
        hold: (work) => deadline.hold(work),
      });
  try {
    const login = {
      hostKeyPolicy: options.hostKeyPolicy,
      isSilent,
      timeoutMs,
      deadAfterMs: options.deadAfterMs ?? defaultDeadAfterMs,
      exactKeyFile: await writeExactKey(directory.path, target, options),
    };
    const signals = [
      deadline.expired,
      brokenOff.signal,
      ...(options.signal ? [options.signal] : []),
    ];
    const attempt = {
      directory,
      target,
      login,
      askpass,
      options,
      signal: AbortSignal.any(signals),
    };
    return await openLink(attempt);
  } catch (error) {
    askpass?.close();
    options.signal?.throwIfAborted();
    brokenOff.signal.throwIfAborted();
    const locked = isSilent ? await lockedFiles(target) : [];
    throw explained(error, target, deadline, locked);
  } finally {
    deadline.clear();
  }
}

interface Attempt {
  readonly directory: PrivateDirectory;
  readonly target: ResolvedTarget;
  readonly login: LoginArguments;
  readonly askpass: Askpass | null;
  readonly options: ClientConnectOptions;
  readonly signal: AbortSignal;
}

async function openLink(attempt: Attempt): Promise<SshClientLink> {
  const { target, directory, askpass, login, options } = attempt;
  const canShare = options.canShare ?? process.platform !== 'win32';
  const isLoopback = await isThisMachine(target);
  const environment = clientEnvironment(target.options.environment, askpass?.environment ?? null);
  const parts = { target, login, environment, directory, isLoopback };
  const close = () => askpass?.close();
  if (!canShare) {
    const link = new SshClientLink({ ...parts, master: null, onClosed: close });
    await logInOnce(link, attempt.signal);
    return link;
  }
  const known = typeof options.hostKeyPolicy === 'object' ? null : await openMasterOf(target);
  const master = known ?? (await startOwnMaster(attempt, environment));
  const link = new SshClientLink({ ...parts, master, onClosed: close });
  if (!master.isOurs) {
    options.onNote?.(`using the open ssh connection at ${master.controlPath}`);
    watchSharedMaster(link, () => link.probe());
  }
  return link;
}

async function startOwnMaster(attempt: Attempt, environment: NodeJS.ProcessEnv): Promise<Master> {
  const { directory, target, login, options, signal } = attempt;
  const { path } = directory;
  for (let count = 1; ; count++) {
    const logPath = join(path, `login-${count}.log`);
    const controlPath = controlPathIn(path);
    try {
      const master = await startMaster({
        ...login,
        ...{ target, environment, controlPath, logPath, signal },
      });
      const said = cleanText(await master.words()).split('\n');
      for (const line of said.filter((one) => one.trim() !== '')) options.onNote?.(cleanLine(line));
      return master;
    } catch (error) {
      const limit = Math.max(transientAttempts, target.connectionAttempts);
      if (!(error instanceof LoginFailure && isPassing(error.words)) || count >= limit) throw error;
    }
    // Jitter keeps several boards behind one address from knocking in step.
    await sleep(500 * 2 ** (count - 1) * (0.75 + Math.random() / 2), undefined, { signal });
  }
}

/**
 * Without a connection to share, one command that starts shows that the login works; login scripts
 * may hold it up.
 */
async function logInOnce(link: SshClientLink, signal: AbortSignal): Promise<void> {
  try {
    const process = await link.start('exit 0', signal);
    process.close();
    await process.exit;
  } catch (error) {
    await link.end();
    throw error;
  }
}

async function writeExactKey(
  directory: string,
  target: ResolvedTarget,
  { hostKeyPolicy }: ClientConnectOptions,
): Promise<string | null> {
  if (typeof hostKeyPolicy !== 'object') return null;
  const { exactKey } = hostKeyPolicy;
  const name = knownHostsName(target.hostName, target.port, target.hostKeyAlias);
  const file = join(directory, 'known_hosts');
  await writeFile(file, `${name} ${keyTypeOf(exactKey)} ${exactKey.toString('base64')}\n`);
  return file;
}

function explained(
  error: unknown,
  target: ResolvedTarget,
  deadline: Deadline,
  locked: readonly string[],
): unknown {
  if (deadline.expired.aborted) {
    return new OrinError({
      code: 'connect-timeout',
      what: `cannot connect to ${target.board} (${target.user}@${target.hostName} port ${target.port})`,
      why: `ssh had not logged in within ${deadline.limitMs / 1000} s`,
      next: `\`ssh -v ${sshWords(target.board)} true\` shows where it stops`,
      board: target.board,
    });
  }
  return error instanceof LoginFailure ? clientFailure(error.words, target, locked) : error;
}
