import { userInfo } from 'node:os';
import { OrinError } from '../../errors.ts';
import { type ClientOnlySettings, clientOnlySettings } from './client-only-settings.ts';
import { expandPath, type TokenValues } from './expand-tokens.ts';
import { readEffectiveSettings } from './read-settings.ts';
import { flag, type Settings, setting, wholeNumber, words } from './settings.ts';
import { checkUser, parseTargetName, type TargetName } from './target-name.ts';
import type { TargetOptions } from './target-options.ts';
import { unsupportedSettings } from './unsupported-settings.ts';

/**
 * Everything that is needed to connect, as ssh would; plain values, so that a reconnect can use it
 * again.
 */
export interface ResolvedTarget {
  /** As the person named it. */
  readonly board: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias: string | null;
  readonly addressFamily: 0 | 4 | 6;
  readonly bindAddress: string | null;
  readonly connectTimeoutMs: number | null;
  readonly connectionAttempts: number;
  readonly tcpKeepAlive: boolean;
  readonly serverAliveIntervalMs: number | null;
  readonly serverAliveCountMax: number;
  readonly knownHostsFiles: readonly string[];
  /**
   * How many of `knownHostsFiles`, from the front, are the user's own; the first takes new keys.
   */
  readonly userKnownHostsFileCount: number;
  readonly hashKnownHosts: boolean;
  readonly strictHostKeyChecking: 'yes' | 'accept-new' | 'ask';
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** The agent's socket, or null for none. */
  readonly identityAgent: string | null;
  /** The methods that may be used, in order. */
  readonly authMethods: readonly AuthMethodName[];
  readonly passwordPrompts: number;
  readonly batchMode: boolean;
  /** Comma list of hops, or null. */
  readonly proxyJump: string | null;
  /** With its tokens still in it. */
  readonly proxyCommand: string | null;
  readonly setEnv: Readonly<Record<string, string>>;
  /** Comma lists that limit what may be negotiated; null where nothing is known. */
  readonly algorithms: {
    readonly kex: string | null;
    readonly ciphers: string | null;
    readonly macs: string | null;
    readonly hostKeys: string | null;
  };
  /** To be shown, however the board is reached. */
  readonly notes: readonly string[];
  /** What was asked for and cannot be done with ssh2; to be shown where that is used. */
  readonly ssh2Notes: readonly string[];
  /** The same, of interest only when authentication fails. */
  readonly authNotes: readonly string[];
  readonly options: TargetOptions;
  /**
   * Settings that the system's ssh client understands and ssh2 does not; they decide which of them
   * connects.
   */
  readonly clientOnly: ClientOnlySettings;
}

export type AuthMethodName = 'publickey' | 'keyboard-interactive' | 'password';

/**
 * Resolves a board's name as ssh would: `ssh -G` where the OpenSSH client is there, else an
 * ssh_config library.
 * @throws OrinError `usage` on a name that is none, `config` when ssh refuses its configuration.
 */
export async function resolveTarget(
  board: string,
  options: TargetOptions,
): Promise<ResolvedTarget> {
  const name = targetName(board, options);
  const { settings, notes } = await (options.shared?.read(name, options) ??
    readEffectiveSettings(name, options));
  return toTarget(board, name, settings, notes, options);
}

/**
 * What a person typed, with the options that stand over it.
 * @throws OrinError `usage` on a name that is none.
 */
export function targetName(board: string, options: TargetOptions): TargetName {
  const name = parseTargetName(board);
  return {
    ...name,
    user: options.user === undefined ? name.user : checkUser(options.user),
    port: options.port ?? name.port,
  };
}

function toTarget(
  board: string,
  name: TargetName,
  settings: Settings,
  notes: readonly string[],
  options: TargetOptions,
): ResolvedTarget {
  const tokens: TokenValues = {
    hostname: setting(settings, 'hostname') ?? name.host,
    originalHost: name.host,
    port: name.port ?? wholeNumber(settings, 'port') ?? 22,
    remoteUser: name.user ?? setting(settings, 'user') ?? userInfo().username,
    hostKeyAlias: setting(settings, 'hostkeyalias'),
    proxyJump: setting(settings, 'proxyjump') ?? '',
    environment: options.environment,
  };
  const unsupported = unsupportedSettings(settings);
  const strictness = strictnessOf(settings);
  return {
    board,
    hostName: tokens.hostname,
    port: tokens.port,
    user: tokens.remoteUser,
    hostKeyAlias: tokens.hostKeyAlias,
    ...connectionSettings(settings),
    ...hostKeySettings(settings, tokens),
    strictHostKeyChecking: strictness.mode,
    ...authSettings(settings, tokens),
    proxyJump: setting(settings, 'proxyjump'),
    proxyCommand: setting(settings, 'proxycommand'),
    setEnv: environmentOf(settings),
    algorithms: {
      kex: setting(settings, 'kexalgorithms'),
      ciphers: setting(settings, 'ciphers'),
      macs: setting(settings, 'macs'),
      hostKeys: setting(settings, 'hostkeyalgorithms'),
    },
    notes: [...notes, ...strictness.notes],
    ssh2Notes: unsupported.notes,
    authNotes: unsupported.authNotes,
    options,
    clientOnly: clientOnlySettings(settings, tokens),
  };
}

function connectionSettings(settings: Settings) {
  const family = setting(settings, 'addressfamily');
  const timeoutS = wholeNumber(settings, 'connecttimeout');
  const aliveS = wholeNumber(settings, 'serveraliveinterval') ?? 0;
  return {
    addressFamily: family === 'inet' ? 4 : family === 'inet6' ? 6 : 0,
    bindAddress: setting(settings, 'bindaddress'),
    connectTimeoutMs: timeoutS ? timeoutS * 1000 : null,
    connectionAttempts: Math.max(1, wholeNumber(settings, 'connectionattempts') ?? 1),
    tcpKeepAlive: flag(settings, 'tcpkeepalive', true),
    serverAliveIntervalMs: aliveS > 0 ? aliveS * 1000 : null,
    serverAliveCountMax: wholeNumber(settings, 'serveralivecountmax') ?? 3,
  } as const;
}

function hostKeySettings(settings: Settings, tokens: TokenValues) {
  const files = (keyword: string, whenUnset: string) =>
    words(settings.get(keyword)?.[0] ?? whenUnset)
      .filter((path) => path !== 'none')
      .map((path) => expandPath(path, tokens));
  const own = files('userknownhostsfile', '~/.ssh/known_hosts ~/.ssh/known_hosts2');
  const system = files(
    'globalknownhostsfile',
    '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
  );
  return {
    knownHostsFiles: [...own, ...system],
    userKnownHostsFileCount: own.length,
    hashKnownHosts: flag(settings, 'hashknownhosts', false),
  };
}

function strictnessOf(settings: Settings): {
  mode: ResolvedTarget['strictHostKeyChecking'];
  notes: string[];
} {
  const value = settings.get('stricthostkeychecking')?.[0] ?? 'ask';
  if (value === 'yes' || value === 'true') return { mode: 'yes', notes: [] };
  if (value === 'accept-new') return { mode: 'accept-new', notes: [] };
  if (value === 'no' || value === 'off' || value === 'false') {
    const note = 'StrictHostKeyChecking no is taken as accept-new: a changed host key is refused';
    return { mode: 'accept-new', notes: [note] };
  }
  return { mode: 'ask', notes: [] };
}

const defaultIdentities = ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => `~/.ssh/${name}`);

function authSettings(settings: Settings, tokens: TokenValues) {
  const files = settings.get('identityfile') ?? defaultIdentities;
  return {
    identityFiles: files.filter((path) => path !== 'none').map((path) => expandPath(path, tokens)),
    identitiesOnly: flag(settings, 'identitiesonly', false),
    identityAgent: agentOf(settings, tokens),
    authMethods: authMethodsOf(settings),
    passwordPrompts: Math.max(1, wholeNumber(settings, 'numberofpasswordprompts') ?? 3),
    batchMode: flag(settings, 'batchmode', false),
  };
}

function agentOf(settings: Settings, tokens: TokenValues): string | null {
  const value = settings.get('identityagent')?.[0];
  if (value === 'none') return null;
  if (value === undefined || value === 'SSH_AUTH_SOCK') {
    return tokens.environment.SSH_AUTH_SOCK || null;
  }
  if (value.startsWith('$')) return tokens.environment[value.replace(/^\$\{?|\}$/g, '')] || null;
  return expandPath(value, tokens);
}

function authMethodsOf(settings: Settings): AuthMethodName[] {
  const preferred = setting(settings, 'preferredauthentications');
  const order = preferred?.split(',') ?? ['publickey', 'keyboard-interactive', 'password'];
  const allowed: Readonly<Record<AuthMethodName, boolean>> = {
    publickey: !['no', 'false'].includes(settings.get('pubkeyauthentication')?.[0] ?? 'yes'),
    'keyboard-interactive': flag(settings, 'kbdinteractiveauthentication', true),
    password: flag(settings, 'passwordauthentication', true),
  };
  return order.filter((name): name is AuthMethodName =>
    Object.hasOwn(allowed, name) ? allowed[name as AuthMethodName] : false,
  );
}

function environmentOf(settings: Settings): Record<string, string> {
  const pairs = (settings.get('setenv') ?? []).flatMap(words).map((pair) => pair.split('='));
  return Object.fromEntries(pairs.map(([name = '', ...value]) => [name, value.join('=')]));
}

/**
 * The hop in front of a target, as its own target, or null when there is none. Of `a,b,c` that is
 * `c`, reached through `a,b`, as ssh does it.
 * @throws OrinError `config` on an empty hop.
 */
export async function resolveHop(
  target: ResolvedTarget,
  signal?: AbortSignal,
): Promise<ResolvedTarget | null> {
  if (target.proxyJump === null) return null;
  const hops = target.proxyJump.split(',').map((hop) => hop.trim());
  const last = hops.pop();
  if (!last) {
    throw new OrinError({
      code: 'config',
      what: `cannot read the jump hosts of ${target.board}`,
      why: `ProxyJump ${target.proxyJump} has an empty part`,
      board: target.board,
    });
  }
  const { configFile, environment } = target.options;
  return await resolveTarget(last, {
    environment,
    ...(configFile === undefined ? {} : { configFile }),
    ...(signal === undefined ? {} : { signal }),
    ...(hops.length === 0 ? {} : { proxyJump: hops.join(',') }),
  });
}
