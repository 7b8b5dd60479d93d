import type { Duplex } from 'node:stream';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import type { SshLink } from './ssh-link.ts';

/** What carries a connection to the next host. */
export interface Hop {
  readonly board: string;
  /** @throws what the jump host answers. */
  forward(host: string, port: number): Promise<Duplex>;
  /** Called when the connection that it carries is over. */
  end(): Promise<void>;
}

/**
 * SSH_OPEN_RESOURCE_SHORTAGE of RFC 4254 §5.1: this connection carries no more, another one may.
 */
const RESOURCE_SHORTAGE = 4;

/**
 * Connections to jump hosts, one for all boards behind the same one: OpenSSH's ProxyJump opens one
 * for each, which a jump host's sshd drops at random beyond ten handshakes (MaxStartups), and asks
 * as often. A host that carries no more gets another connection; one that died is opened again by
 * whoever needs it first. They stay open until `close`.
 */
export class SharedHops {
  readonly #hops = new Map<string, SharedHop>();

  /**
   * The way through a target's jump hosts, open. `open` makes one connection to the last of them;
   * it outlives whoever caused it.
   * @throws what `open` throws, to all who wait for it; the signal's reason.
   */
  async through(
    target: ResolvedTarget,
    open: (signal: AbortSignal) => Promise<SshLink>,
    signal: AbortSignal | undefined,
  ): Promise<Hop> {
    const jump = target.proxyJump ?? '';
    const key = `${target.options.configFile ?? ''}\0${jump}`;
    const hop = this.#hops.get(key) ?? new SharedHop(jump.split(',').at(-1)?.trim() ?? jump, open);
    this.#hops.set(key, hop);
    await unlessAborted(hop.ready(), signal);
    return hop;
  }

  async close(): Promise<void> {
    const hops = [...this.#hops.values()];
    this.#hops.clear();
    await Promise.all(hops.map((hop) => hop.close()));
  }
}

class SharedHop implements Hop {
  readonly board: string;
  readonly #open: (signal: AbortSignal) => Promise<SshLink>;
  readonly #over = new AbortController();
  /** All that are open, for `close`. */
  readonly #links = new Set<SshLink>();
  /** The one that new channels go over, or its opening. */
  #current: Promise<SshLink> | null = null;

  constructor(board: string, open: (signal: AbortSignal) => Promise<SshLink>) {
    this.board = board;
    this.#open = open;
  }

  async ready(): Promise<void> {
    await this.#linkNow();
  }

  async forward(host: string, port: number): Promise<Duplex> {
    const current = this.#linkNow();
    const link = await current;
    try {
      return await link.forward(host, port);
    } catch (error) {
      if (isAnswer(error)) throw error;
      // It is full, and those that it carries stay on it; or it died at this moment.
      if (this.#current === current) this.#current = null;
      return await (await this.#linkNow()).forward(host, port);
    }
  }

  /** Others may still need it. */
  async end(): Promise<void> {}

  async close(): Promise<void> {
    this.#over.abort(new DOMException('the fleet is done', 'AbortError'));
    await this.#current?.catch(() => undefined);
    await Promise.all([...this.#links].map((link) => link.end()));
  }

  #linkNow(): Promise<SshLink> {
    this.#current ??= this.#opened();
    return this.#current;
  }

  #opened(): Promise<SshLink> {
    const opening = this.#open(this.#over.signal).then((link) => {
      this.#links.add(link);
      void link.closed.then(() => {
        this.#links.delete(link);
        if (this.#current === opening) this.#current = null;
      });
      return link;
    });
    opening.catch(() => {
      // Whoever comes next tries anew; those who wait now hear why it failed.
      if (this.#current === opening) this.#current = null;
    });
    return opening;
  }
}

/** Others may wait for the same work: it goes on, whoever gives up. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), {
      once: true,
      signal: over.signal,
    });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    over.abort();
    work.catch(() => undefined);
  }
}

/**
 * The jump host's word on this destination; anything else concerns the connection to the jump host.
 */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof Error) || !('reason' in error)) return false;
  return typeof error.reason === 'number' && error.reason !== RESOURCE_SHORTAGE;
}
