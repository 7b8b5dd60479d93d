/**
 * One benchmark at a time per board, whoever's it is. The lock is an abstract Unix socket: any user
 * may bind its name, only one process can, and the kernel frees it with that process, however it
 * ended. A second socket, whose name is the description of the run, tells everybody who holds the
 * first: names are in /proc/net/unix.
 */
export interface BoardHolder {
  /** `user@workstation` */
  readonly owner: string;
  readonly runId: string;
  /** The board's wall clock, ISO 8601; empty when unknown. */
  readonly startedUtc: string;
  /**
   * Who really holds the socket: anybody may describe a run as anybody's. Null or absent where
   * nothing tells.
   */
  readonly process?: HoldingProcess | null;
}

/** The process that listens on the lock, as the kernel tells its peers (SO_PEERCRED). */
export interface HoldingProcess {
  readonly pid: number;
  readonly uid: number;
  /** Name of that user on the board; empty when it has none. */
  readonly user: string;
}

/** `sun_path` less the NUL byte that makes a name abstract: unix(7). */
const nameBytes = 107;
const longestRunId = 30;
const nobodyKnown: BoardHolder = { owner: 'unknown', runId: 'unknown', startedUtc: '' };

/**
 * The part of a board in its sockets' names: empty, unless one machine stands for several boards
 * (tests, containers of one network namespace) and `ORIN_REMOTE_LOCK` tells them apart.
 */
export function boardScope(orinRemoteLock: string | null | undefined): string {
  return /^[A-Za-z0-9_-]{1,24}$/.test(orinRemoteLock ?? '') ? `.${orinRemoteLock}` : '';
}

/** Name of the socket that is the lock. */
export function lockSocket(scope: string): string {
  return `orin-remote.lock${scope}`;
}

/**
 * Name of the socket that describes the holder, `orin-remote.run:<owner>:<run>:<started>`, cut to
 * fit.
 */
export function holderSocket(holder: BoardHolder, scope: string): string {
  const plain = (text: string) => text.replace(/[^A-Za-z0-9._@+-]/g, '_') || '_';
  const started = `${holder.startedUtc.slice(0, 19)}Z`;
  const tail = `:${plain(holder.runId).slice(0, longestRunId)}:${started}`;
  const head = `${describes(scope)}:`;
  return head + plain(holder.owner).slice(0, nameBytes - head.length - tail.length) + tail;
}

/** Who holds the board, by the names of its abstract sockets; null while nobody does. */
export function holderOf(sockets: readonly string[], scope: string): BoardHolder | null {
  if (!sockets.includes(lockSocket(scope))) return null;
  const descriptions = sockets.filter((name) => name.startsWith(`${describes(scope)}:`));
  return descriptions.map(readDescription).find((holder) => holder !== null) ?? nobodyKnown;
}

/**
 * The names of our abstract sockets in the text of /proc/net/unix, or of its last column; the
 * kernel prints each NUL as `@`. Only stream sockets (type 0001): one of another type may have the
 * same name and holds nothing.
 */
export function socketNames(procNetUnix: string): readonly string[] {
  return [...procNetUnix.matchAll(/^(?:.* 0001 \d\d +\d+ | ?)@(orin-remote\.\S+)$/gm)].map(
    ([, name = '']) => name.replace(/@+$/, ''),
  );
}

/**
 * A program for `perl -e` that prints `<pid> <uid> <user>` of whoever listens on the socket that
 * its argument names (`lockSocket`), or nothing. Node has no SO_PEERCRED; perl belongs to every
 * Debian and Ubuntu. It stands in double quotes of a shell, so it has no `$`.
 */
export const peerProgram = [
  `alarm 2; socket(S,1,1,0) and connect(S,pack(q(Sa${nameBytes + 1}),1,chr(0).shift))`,
  '(@c=unpack(q(lLL),getsockopt(S,1,17)))',
  'print join(q( ),@c[0,1],scalar getpwuid((@c)[1]))',
].join(' and ');

/** Reads what that program printed; null when it is nothing of the kind. */
export function readPeer(text: string): HoldingProcess | null {
  const [, pid, uid, user = ''] = /^(\d{1,10}) (\d{1,10}) ?([\w.-]{0,64})/.exec(text) ?? [];
  return pid && uid ? { pid: Number(pid), uid: Number(uid), user } : null;
}

/** `process 4711 of user mallory (uid 1001)` */
export function processWords({ pid, uid, user }: HoldingProcess): string {
  return `process ${pid} of user ${user === '' ? uid : `${user} (uid ${uid})`}`;
}

/**
 * An abstract name as the kernel takes it. Padded, because Node 20 pads it and later ones do not.
 */
export function abstractPath(name: string): string {
  return `\0${name.padEnd(nameBytes, '\0')}`;
}

function describes(scope: string): string {
  return `orin-remote.run${scope}`;
}

function readDescription(name: string): BoardHolder | null {
  const [, owner, runId, startedUtc] =
    /^[^:]+:([\w.@+-]{1,107}):([\w.@+-]{1,30}):(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(name) ?? [];
  return owner && runId && startedUtc ? { owner, runId, startedUtc } : null;
}
