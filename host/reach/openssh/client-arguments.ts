import { sshArguments } from '../config/read-settings.ts';
import { type ResolvedTarget, targetName } from '../config/resolve-target.ts';
import type { HostKeyPolicy } from '../trust/check-host-key.ts';

export interface LoginArguments {
  readonly hostKeyPolicy: HostKeyPolicy;
  /** Nobody can be asked. */
  readonly isSilent: boolean;
  readonly timeoutMs: number;
  /** Silence after which the connection is taken for dead. */
  readonly deadAfterMs: number;
  /** A known_hosts file with the one key to trust, where the policy names it. */
  readonly exactKeyFile: string | null;
}

const option = (keyword: string, value: string) => ['-o', `${keyword}=${value}`];

/**
 * How long a master outlives our control connection. It ends by itself when this program is killed,
 * and must not in the moment between its start and our first connection.
 */
const masterOutlivesUsS = 15;

/**
 * What every connection of ours has: no forwarding, no terminal, a dead peer noticed in 20 s. First
 * value wins.
 */
function loginOptions(target: ResolvedTarget, login: LoginArguments): string[] {
  const mode = login.hostKeyPolicy === 'accept-new' ? 'accept-new' : target.strictHostKeyChecking;
  const isStrict = target.strictHostKeyChecking === 'yes' || login.exactKeyFile !== null;
  return [
    ...['-a', '-x', '-T', '-e', 'none'],
    ...option('ClearAllForwardings', 'yes'),
    ...option('PermitLocalCommand', 'no'),
    ...option('Tunnel', 'no'),
    ...option('RemoteCommand', 'none'),
    // ssh counts an unanswered question only when the next is due: (3 + 1) × 5 s.
    ...option('ServerAliveInterval', String(Math.ceil(login.deadAfterMs / 4000))),
    ...option('ServerAliveCountMax', '3'),
    ...option('ConnectTimeout', String(Math.ceil(login.timeoutMs / 1000))),
    ...option('StrictHostKeyChecking', isStrict ? 'yes' : mode),
    ...option('BatchMode', login.isSilent ? 'yes' : 'no'),
    ...(login.exactKeyFile === null
      ? []
      : [
          ...option('UserKnownHostsFile', `"${login.exactKeyFile}"`),
          ...option('GlobalKnownHostsFile', '/dev/null'),
        ]),
  ];
}

/** Arguments of a master that goes to the background once it is logged in. */
export function masterArguments(
  target: ResolvedTarget,
  login: LoginArguments,
  controlPath: string,
): string[] {
  // A master that will go to the background silences its proxies, unless it debugs; nobody would
  // know why one failed.
  const isProxied = target.proxyJump !== null || target.proxyCommand !== null;
  return [
    ...['-M', '-N', '-S', escapePercent(controlPath)],
    ...option('ControlPersist', String(masterOutlivesUsS)),
    ...(isProxied ? ['-v'] : option('LogLevel', 'INFO')),
    ...loginOptions(target, login),
    ...sshArguments(targetName(target.board, target.options), target.options),
  ];
}

/**
 * Arguments of one command over a master. Nothing of the person's configuration concerns it any
 * more; the address that cannot be is there because ssh would otherwise open a connection of its
 * own where the master refuses one.
 */
export function sharedSessionArguments(
  controlPath: string,
  logPath: string,
  setEnv: Readonly<Record<string, string>>,
  command: string,
): string[] {
  const variables = Object.entries(setEnv).map(([name, value]) => `"${name}=${value}"`);
  return [
    ...sharing(controlPath, logPath),
    ...(variables.length === 0 ? [] : option('SetEnv', variables.join(' '))),
    ...['--', 'board', command],
  ];
}

/**
 * Arguments that have a channel opened over a master, for a subsystem that no server has: no
 * process starts there.
 */
export function probeArguments(controlPath: string, logPath: string): string[] {
  return [...sharing(controlPath, logPath), '-s', '--', 'board', 'orin-remote-ping'];
}

function sharing(controlPath: string, logPath: string): string[] {
  return [
    ...['-F', '/dev/null', '-S', escapePercent(controlPath), '-T', '-e', 'none', '-E', logPath],
    ...option('LogLevel', 'DEBUG2'),
    ...option('ControlMaster', 'no'),
    ...option('AddressFamily', 'inet'),
    ...option('HostName', '::1'),
  ];
}

/** Arguments of one command on a connection of its own, for where ssh cannot share one. */
export function separateSessionArguments(
  target: ResolvedTarget,
  login: LoginArguments,
  logPath: string,
  command: string,
): string[] {
  return [
    ...['-S', 'none', '-E', logPath],
    ...option('LogLevel', 'DEBUG1'),
    ...loginOptions(target, login),
    ...sshArguments(targetName(target.board, target.options), target.options),
    command,
  ];
}

/** ssh expands %-tokens in -S. */
function escapePercent(path: string): string {
  return path.replaceAll('%', '%%');
}
