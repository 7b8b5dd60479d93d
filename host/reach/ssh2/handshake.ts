import ssh2, { type Client } from 'ssh2';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { checkHostKey, type HostKeyPolicy } from '../trust/check-host-key.ts';
import type { KnownHost } from '../trust/known-hosts.ts';
import type { Prompter } from '../trust/prompter.ts';
import { offeredAlgorithms } from './algorithms.ts';
import { type AuthRecord, authentication } from './authenticate.ts';
import type { Deadline } from './deadline.ts';
import type { Wire } from './wire.ts';

export interface HandshakeOptions {
  readonly prompter: Prompter;
  readonly hostKeyPolicy: HostKeyPolicy;
  /** What known_hosts files say of the target. */
  readonly known: KnownHost;
  readonly privateKeys: readonly string[];
  readonly deadline: Deadline;
  /** Silence after which the connection will be taken for dead. */
  readonly deadAfterMs: number;
  readonly onNote: (note: string) => void;
  readonly signal: AbortSignal;
}

/** Why a handshake ended, with what authentication had tried until then. */
export class HandshakeFailure extends Error {
  readonly auth: AuthRecord;
  readonly hasSeenServer: boolean;
  /** What the server said meanwhile, as text for a person; untrusted. */
  readonly banner: string;

  constructor(cause: unknown, auth: AuthRecord, hasSeenServer: boolean, banner: string) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.auth = auth;
    this.hasSeenServer = hasSeenServer;
    this.banner = banner;
  }
}

const mostBannerChars = 2000;
/**
 * ssh2 pings this often within the time of silence allowed, when a target sets no
 * ServerAliveInterval.
 */
const pingsUntilDead = 4;

/**
 * Speaks SSH over an open wire until the session is ready: key exchange, host key, authentication.
 * Listens to the wire before it first waits, so that a server that hangs up at once is heard.
 * @throws HandshakeFailure
 */
export async function handshake(
  wire: Wire,
  target: ResolvedTarget,
  options: HandshakeOptions,
): Promise<Client> {
  // A question is withdrawn when the server hangs up meanwhile (sshd gives two minutes to log in).
  const over = new AbortController();
  const prompter: Prompter = {
    ask: (question) => options.deadline.hold(() => options.prompter.ask(question, over.signal)),
  };
  const auth = authentication(target, prompter, options.privateKeys);
  const { known } = options;
  const algorithms = offeredAlgorithms(target, known);
  const client = new ssh2.Client();
  return await new Promise((resolve, reject) => {
    let hasSeenServer = false;
    let banner = '';
    const fail = (cause: unknown): void => {
      options.signal.removeEventListener('abort', abort);
      reject(new HandshakeFailure(cause, auth.record, hasSeenServer, banner));
      over.abort(cause);
      wire.destroy();
    };
    const abort = (): void => fail(options.signal.reason);
    options.signal.addEventListener('abort', abort, { once: true });
    // ssh2 may emit several errors, also later; one listener must stay for good.
    client.on('error', (error: Error & { level?: string }) => {
      // A key that could not sign is no failure: ssh2 goes on to the next one by itself.
      if (error.level !== 'agent') fail(error);
    });
    client.on('close', () => fail(new Error('the connection was closed')));
    client.on('banner', (text: string) => {
      banner = (banner + text).slice(-mostBannerChars);
    });
    client.on('handshake', () => {
      hasSeenServer = true;
    });
    client.once('ready', () => {
      options.signal.removeEventListener('abort', abort);
      resolve(client);
    });
    client.connect({
      sock: wire,
      username: target.user,
      ident: 'orin-remote',
      readyTimeout: 0,
      // ssh2's own counter ends healthy slow uploads; it only pings here, and the watchdog judges.
      keepaliveInterval: target.serverAliveIntervalMs ?? options.deadAfterMs / pingsUntilDead,
      keepaliveCountMax: Number.MAX_SAFE_INTEGER,
      algorithms,
      hostVerifier: (key: Buffer, verify: (isTrusted: boolean) => void) => {
        hasSeenServer = true;
        checkHostKey(key, {
          policy: options.hostKeyPolicy,
          onNote: options.onNote,
          prompter,
          target,
          known,
        }).then(
          () => verify(true),
          (error) => {
            fail(error);
            verify(false);
          },
        );
      },
      authHandler: (methodsLeft, _partialSuccess, next) => {
        auth.next(methodsLeft).then((method) => next(method ?? (false as never)), fail);
      },
    });
  });
}
