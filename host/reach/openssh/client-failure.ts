import { cleanLine, cleanText } from '../../../agent/contract/clean-text.ts';
import { type ErrorCode, OrinError } from '../../errors.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { sshWords } from '../config/target-name.ts';
import { accountRefusal } from '../ssh2/account-refusal.ts';

interface Explanation {
  readonly code: ErrorCode;
  /** Stands before ssh's own words. */
  readonly why?: string;
  readonly next?: string;
}

interface Rule {
  readonly pattern: RegExp;
  explain(target: ResolvedTarget, text: string): Explanation;
}

/**
 * What ssh itself says (with LC_ALL=C), in the order in which it counts: host keys before what
 * follows from them.
 */
const rules: readonly Rule[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for \S+ has changed/,
    explain: (_target, text) => explainChangedKey(text),
  },
  {
    pattern: /REVOKED HOST KEY|host key .*\brevoked\b|revoked (host )?key/i,
    explain: () => ({
      code: 'host-key-revoked',
      next: 'do not connect; ask whoever revoked the key',
    }),
  },
  {
    pattern: /Host key verification failed|No \S+ host key is known for/,
    explain: ({ board }) => ({
      code: 'host-key-unknown',
      why: 'its host key is in no known_hosts file, and nobody confirmed it',
      next: `compare the fingerprint, then repeat with --accept-new, or connect once with \`ssh ${sshWords(board)}\``,
    }),
  },
  {
    pattern: /Load key "[^"]+\.ppk"/,
    explain: () => ({
      code: 'auth-failed',
      why: 'a key of PuTTY, which OpenSSH cannot read, was named',
      next: 'convert it: puttygen KEY.ppk -O private-openssh -o KEY, then name KEY',
    }),
  },
  {
    pattern: /Unable to negotiate|no matching .* found/,
    explain: ({ board }) => ({
      code: 'ssh-unsupported',
      why: 'this client and the server have no algorithm in common',
      next: `\`ssh -v ${sshWords(board)} true\` shows what the server offers`,
    }),
  },
  {
    pattern: /Bad configuration option|terminating, \d+ bad configuration|command-line.*line \d+/,
    explain: () => ({ code: 'config', next: 'correct the option that it names' }),
  },
  {
    pattern: /Too many authentication failures/,
    explain: () => ({
      code: 'auth-failed',
      why: 'the server gave up after its limit of tries',
      next: 'offer it one key only: -i <key file> --ssh-option IdentitiesOnly=yes, or IdentityFile and IdentitiesOnly yes for this host in ~/.ssh/config',
    }),
  },
  {
    pattern: /Permission denied|authentication methods available/,
    explain: ({ board, user }) => ({
      code: 'auth-failed',
      next: `check the user name (${user}), then \`ssh-copy-id ${sshWords(board)}\` or -i <key file>`,
    }),
  },
  {
    pattern: /administratively prohibited|stdio forwarding failed/,
    explain: () => ({ code: 'proxy-failed', next: 'its jump host needs AllowTcpForwarding yes' }),
  },
  {
    pattern: /Could not resolve hostname/,
    explain: ({ hostName }) => ({
      code: 'unknown-host',
      why: `no address is known for ${hostName}`,
      next: hostName.endsWith('.local')
        ? '.local names need mDNS: the board and this machine on one network, avahi-daemon there, libnss-mdns here; or use its address'
        : 'check the spelling, or use the board’s address',
    }),
  },
  {
    pattern: /Connection refused/,
    explain: ({ hostName, port }) => ({
      code: 'unreachable',
      why: `${hostName} answers, but nothing listens on port ${port}`,
      next: 'start its SSH server (sudo systemctl enable --now ssh), or name the port: host:port',
    }),
  },
  {
    pattern: /timed out/i,
    explain: () => ({
      code: 'connect-timeout',
      next: 'check that the board is on and on this network; -o ConnectTimeout=60 waits longer',
    }),
  },
  {
    pattern: /No route to host|Network is unreachable|Host is down|assign requested address/,
    explain: ({ hostName }) => ({
      code: 'unreachable',
      why: `there is no way from here to ${hostName}`,
      next: 'check that the board is on and on this network',
    }),
  },
];

/**
 * Any failure of the ssh client to connect as the error a person sees: what, why (in ssh's words
 * too), what next. `lockedKeys`: files that ssh could not use.
 */
export function clientFailure(
  text: string,
  target: ResolvedTarget,
  lockedKeys: readonly string[] = [],
): OrinError {
  const refusal = accountRefusal(text, target.board);
  const found =
    refusal !== null
      ? { code: 'auth-failed' as const, why: '', next: refusal.next }
      : (rules.find((rule) => rule.pattern.test(text))?.explain(target, text) ??
        explainRest(target));
  const isKeyWanted = found.code === 'auth-failed' && refusal === null;
  const explanation = isKeyWanted ? withLocked(found, lockedKeys) : found;
  const said = saidBySsh(text);
  return new OrinError({
    code: explanation.code,
    what: whatFailed(explanation.code, target),
    why: [explanation.why, said].filter(Boolean).join(': ') || 'ssh ended without a word',
    board: target.board,
    ...(explanation.next === undefined ? {} : { next: explanation.next }),
  });
}

/** ssh does not say which keys it left out because nobody could be asked for their passphrase. */
function withLocked(found: Explanation, lockedKeys: readonly string[]): Explanation {
  const [first] = lockedKeys;
  if (first === undefined) return found;
  const why = `${lockedKeys.join(', ')}: its passphrase was not given`;
  const next = `\`ssh-add ${first}\`, or repeat it on a terminal and give the passphrase`;
  return { ...found, why: [why, found.why].filter(Boolean).join(' · '), next };
}

/**
 * Whether trying again may help: the server hung up before it said who it is, as a busy one does
 * (MaxStartups).
 */
export function isPassing(text: string): boolean {
  const hungUp = /(kex|ssh)_exchange_identification: .*(closed|reset)|Connection reset by/;
  return hungUp.test(text) && !rules.some((rule) => rule.pattern.test(text));
}

function whatFailed(code: ErrorCode, target: ResolvedTarget): string {
  const state: Partial<Record<ErrorCode, string>> = {
    'host-key-unknown': 'is not known',
    'host-key-changed': 'has changed',
    'host-key-revoked': 'is revoked',
  };
  return state[code] === undefined
    ? `cannot connect to ${target.board} (${target.user}@${target.hostName} port ${target.port})`
    : `the host key of ${target.board} ${state[code]}, so nothing was sent`;
}

function explainChangedKey(text: string): Explanation {
  const place = /Offending (?:\S+ )?key in (.+):(\d+)/.exec(text);
  const name = /Host key for (\S+) has changed/.exec(text)?.[1];
  const shown = /SHA256:[A-Za-z0-9+/]+/.exec(text)?.[0];
  const file = cleanLine(place?.[1] ?? '~/.ssh/known_hosts');
  return {
    code: 'host-key-changed',
    why: `it showed ${shown ?? 'another key'}, but ${file}:${place?.[2] ?? '?'} has another: the board was reflashed, another board has its address, or somebody is in between`,
    ...(name === undefined
      ? {}
      : {
          next: `if you know why, \`ssh-keygen -f '${file}' -R '${cleanLine(name)}'\`, then connect again`,
        }),
  };
}

function explainRest(target: ResolvedTarget): Explanation {
  const isProxied = target.proxyCommand !== null || target.proxyJump !== null;
  return {
    code: isProxied ? 'proxy-failed' : 'unreachable',
    next: `try \`ssh -v ${sshWords(target.board)} true\``,
  };
}

/** ssh's own lines without its banners, in one line. */
function saidBySsh(text: string): string {
  const isNoise = (line: string) =>
    line === '' ||
    /^@+/.test(line) ||
    /^(IT IS POSSIBLE|Someone could be|It is also possible|The fingerprint for|SHA256:|Please contact|Add correct host key|Warning: Permanently added| {2}remove with:| {2}ssh-keygen)/.test(
      line,
    );
  const lines = cleanText(text, 8000)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !isNoise(line));
  return cleanLine(lines.slice(-6).join(' · '), 500);
}
