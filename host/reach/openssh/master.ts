import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { type LoginArguments, masterArguments } from './client-arguments.ts';
import { missingClient } from './missing-client.ts';
import { type MuxControl, openMuxControl } from './mux-control.ts';

/** A connection that ssh holds open in the background, which commands share. */
export interface Master {
  readonly control: MuxControl;
  readonly controlPath: string;
  /** False for one that the person had open already: it is left as it is. */
  readonly isOurs: boolean;
  /** All that ssh said about the connection so far. */
  words(): Promise<string>;
}

/** Why a login failed, in ssh's words. */
export class LoginFailure extends Error {
  readonly words: string;

  constructor(words: string) {
    super('ssh could not log in');
    this.words = words;
  }
}

export interface MasterLogin extends LoginArguments {
  readonly target: ResolvedTarget;
  readonly environment: NodeJS.ProcessEnv;
  readonly controlPath: string;
  readonly logPath: string;
  readonly signal: AbortSignal;
}

/**
 * Has ssh log in and stay in the background. It ends soon after our control connection does, so
 * that nothing is left when this program is killed.
 * @throws LoginFailure, OrinError `missing-tool`, or the signal's reason.
 */
export async function startMaster(login: MasterLogin): Promise<Master> {
  const { controlPath, logPath, signal } = login;
  signal.throwIfAborted();
  const args = ['-E', logPath, ...masterArguments(login.target, login, controlPath)];
  // ssh's own words go to -E; those of jump hosts and proxy commands to stderr. Both append.
  const log = await open(logPath, 'a', 0o600);
  try {
    const child = spawn('ssh', args, {
      env: login.environment,
      detached: true,
      stdio: ['ignore', 'ignore', log.fd],
    });
    const code = await loginOf(child, signal);
    if (code !== 0) throw new LoginFailure(await readWords(logPath));
  } finally {
    await log.close();
  }
  const control = await openMuxControl(controlPath).catch(async () => {
    throw new LoginFailure(await readWords(logPath));
  });
  if (signal.aborted) control.terminate();
  signal.throwIfAborted();
  return { control, controlPath, isOurs: true, words: () => readWords(logPath) };
}

/** The person's own open connection to the target, or null. */
export async function openMasterOf(target: ResolvedTarget): Promise<Master | null> {
  const { controlPath } = target.clientOnly;
  if (controlPath === null || process.platform === 'win32') return null;
  const control = await openMuxControl(controlPath).catch(() => null);
  if (control === null) return null;
  return { control, controlPath, isOurs: false, words: async () => '' };
}

/** What ssh says to people, without what it says to those who debug it. */
async function readWords(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const debugging = /^(debug\d: |OpenSSH_\d|Authenticated to |Transferred: |Bytes per second: )/;
  return text
    .split('\n')
    .filter((line) => !debugging.test(line))
    .join('\n');
}

/** The exit code: 0 when ssh has logged in and gone to the background. */
function loginOf(child: ChildProcess, signal: AbortSignal): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      // The whole group: proxies, jump hosts, and whatever asks a question.
      if (child.pid !== undefined) endGroup(child.pid);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    child.once('error', (error) => reject(missingClient(error)));
    child.once('exit', (code) => {
      signal.removeEventListener('abort', abort);
      resolve(code);
    });
  });
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // Ended by itself.
  }
}
