import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { OrinError } from '../../errors.ts';

/** npm ended without the package. */
export class NpmFailure extends Error {
  /** npm's own (`E404`, `ENOTFOUND`), or `ENPMMISSING` where there is no npm. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** npm 9 and earlier write `npm ERR!`, later ones `npm error`. */
const prefix = /^npm (?:ERR!|error)(?: |$)/;
/** A word that npm puts before a line of some errors. */
const tag = /^(?:\d{3}|network|notarget)\b:? ?/;

export function isNpmsError(stderr: string): boolean {
  return stderr.split('\n').some((line) => prefix.test(line));
}

/** What npm wrote to standard error, as its code and its first sentence. */
export function readNpmFailure(stderr: string): NpmFailure {
  const lines = stderr.split('\n').filter((line) => prefix.test(line));
  const told = lines.map((line) => line.replace(prefix, '').trim());
  const code = told.map((line) => /^code (\w+)$/.exec(line)?.[1]).find(Boolean) ?? 'unknown';
  const sentence = told
    .filter((line) => !/^(?:code|syscall|errno|path|A complete log)\b/.test(line))
    .map((line) => line.replace(tag, ''))
    .find((line) => line !== '');
  return new NpmFailure(code, withoutSecrets(sentence ?? stderr));
}

/**
 * Without the user name and password of an address; npm hides tokens itself, and passwords in most
 * messages.
 */
function withoutSecrets(text: string): string {
  return cleanLine(text.replace(/\/\/[^/@\s]+@/g, '//***@'), 300);
}

interface Explanation {
  readonly why: string;
  readonly next: string;
}

const seeRegistry = 'check the registry of your npm configuration: `npm config get registry`';
const seeNetwork =
  'check with `npm ping`; behind a proxy set `npm config set https-proxy …`, with a mirror `npm config set registry …`';
const unresolved = { why: 'the name of the registry cannot be resolved', next: seeNetwork };
const unconnected = { why: 'the connection to the registry failed', next: seeNetwork };
const unauthorized = {
  why: 'the registry refused the account or token of your npm configuration',
  next: 'log in with `npm login`, or renew the token in your .npmrc',
};
const untrusted = {
  why: 'the certificate of the registry or the proxy is not trusted',
  next: 'name the certificate authority: `npm config set cafile FILE`',
};
const missing = {
  why: 'the registry does not have it, or does not show it to this account',
  next: `${seeRegistry}; a mirror must carry the package, a private one may need \`npm login\``,
};

const explanations: Readonly<Record<string, Explanation>> = {
  ENPMMISSING: {
    why: 'there is no npm on PATH, nor beside the Node that runs this program',
    next: 'install npm, which comes with Node from nodejs.org (Debian and Ubuntu: `sudo apt install npm`)',
  },
  EINTEGRITY: {
    why: 'the registry served other bytes than were published (integrity check failed)',
    next: seeRegistry,
  },
  E401: unauthorized,
  E403: unauthorized,
  ENEEDAUTH: unauthorized,
  E404: missing,
  ETARGET: missing,
  ENOTFOUND: unresolved,
  EAI_AGAIN: unresolved,
  ECONNREFUSED: unconnected,
  ECONNRESET: unconnected,
  EHOSTUNREACH: unconnected,
  ENETUNREACH: unconnected,
  ETIMEDOUT: unconnected,
  ERR_SOCKET_TIMEOUT: unconnected,
  FETCH_ERROR: unconnected,
  ENOTCACHED: {
    why: 'your npm configuration says `offline`',
    next: '`npm config set offline false` while the registry can be reached',
  },
  CERT_HAS_EXPIRED: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
};

/**
 * A package that cannot be had, with the cause in a sentence; `otherWay` is one that does without
 * it.
 */
export function unavailable(spec: string, error: unknown, otherWay?: string): OrinError {
  const { message } = error as Error;
  const code = error instanceof NpmFailure ? error.code : 'unknown';
  const known = explanations[code];
  const isOurs = code === 'ENPMMISSING' || code === 'EINTEGRITY';
  return new OrinError({
    code: 'runtime-unavailable',
    what: `cannot get ${spec} from the npm registry`,
    why: known === undefined || !isOurs ? withNpmsWords(known?.why, message) : known.why,
    next: [known?.next ?? seeNetwork, ...(otherWay === undefined ? [] : [otherWay])].join('; '),
    cause: error,
  });
}

function withNpmsWords(why: string | undefined, message: string): string {
  const words = cleanLine(message);
  return why === undefined ? words : `${why} (npm: ${words})`;
}
