import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import ssh2, {
  type AnyAuthMethod,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { type AgentKey, listAgentKeys } from './agent-keys.ts';
import { fingerprint, shortKeyType } from './fingerprint.ts';
import { type KeyFile, parseKey, readKeyFile, whyNot } from './key-file.ts';
import { type Prompter, silentPrompter } from './prompter.ts';
import { keyTypeOf } from './ssh-wire.ts';
import { type Unlocked, unlockKey } from './unlock-key.ts';

/** One key to offer. */
export interface Identity {
  /** For messages: where it comes from, its type and fingerprint; never a secret. */
  readonly label: string;
  /**
   * What to hand ssh2; a passphrase is asked for only when the server wants this key signed with.
   * Null where the key cannot be offered after all. `onUnsigned` hears, now or later, why nothing
   * is signed with it.
   */
  method(username: string, onUnsigned: (why: Unsigned) => void): Promise<AnyAuthMethod | null>;
}

/** Why nothing was signed with a key. */
export interface Unsigned {
  readonly kind: 'locked' | 'unreadable' | 'refused';
  /**
   * The server was shown the public half and would take the key; false where nobody could ask it.
   */
  readonly isWanted: boolean;
  /** The key's file; null of a key of the agent. */
  readonly path: string | null;
  /** Cleaned, for people. */
  readonly reason: string;
}

export interface Identities {
  readonly usable: readonly Identity[];
  /** Keys that were found and cannot be used, with the reason. */
  readonly skipped: readonly string[];
}

interface FoundFile {
  readonly path: string;
  readonly content: KeyFile;
}

/**
 * The keys to offer, in order: those that IdentityFile names (through the agent where it holds
 * them), then the rest of the agent's unless IdentitiesOnly. Named keys first, because a server
 * hangs up after MaxAuthTries.
 */
export async function collectIdentities(
  target: ResolvedTarget,
  prompter: Prompter,
  privateKeys: readonly string[],
): Promise<Identities> {
  const skipped: string[] = [];
  const files = await Promise.all(
    [...new Set(target.identityFiles)].map(async (path) => ({
      path,
      content: await readKeyFile(path),
    })),
  );
  const agentKeys = await usableAgentKeys(target.identityAgent, skipped);
  await explainUnusable(files, skipped);
  const named = files.flatMap((file) => fromFile(file, agentKeys, target, prompter));
  const namedBlobs = files.flatMap(({ content }) => publicBlob(content) ?? []);
  const others = target.identitiesOnly
    ? []
    : agentKeys.filter((key) => !namedBlobs.some((blob) => blob.equals(key.blob)));
  const inMemory = privateKeys.map((text) => fromText(text));
  return {
    usable: [...inMemory, ...named, ...others.map((key) => fromAgent(key, target))],
    skipped,
  };
}

/**
 * Keys and certificates that would be offered by ssh and cannot be used by ssh2, each as a
 * sentence.
 */
export async function unusableIdentities(target: ResolvedTarget): Promise<readonly string[]> {
  const { skipped } = await collectIdentities(target, silentPrompter, []);
  return skipped.filter(
    (reason) =>
      /this client cannot (use|read)$/.test(reason) &&
      !(target.identitiesOnly && reason.includes(' of the agent: ')),
  );
}

/** Files of keys that need a passphrase, and that no agent holds unlocked. */
export async function lockedFiles(target: ResolvedTarget): Promise<readonly string[]> {
  const agentKeys = await usableAgentKeys(target.identityAgent, []);
  const files = [...new Set(target.identityFiles)];
  const isLocked = async (path: string) => {
    const content = await readKeyFile(path);
    if (content.kind === 'unusable') return content.isLocked === true;
    if (content.kind !== 'encrypted') return false;
    const blob = publicBlob(content);
    return blob === null || !agentKeys.some((key) => key.blob.equals(blob));
  };
  const locked = await Promise.all(files.map(isLocked));
  return files.filter((_, index) => locked[index]);
}

async function usableAgentKeys(socketPath: string | null, skipped: string[]): Promise<AgentKey[]> {
  if (socketPath === null) return [];
  try {
    const keys = await listAgentKeys(socketPath);
    return keys.filter((key) => {
      const type = cleanLine(keyTypeOf(key.blob) ?? 'unknown type', 80);
      const isUsable = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+)$/.test(type);
      if (!isUsable)
        skipped.push(`${cleanLine(key.comment, 80)} of the agent: ${whyNotType(type)}`);
      return isUsable;
    });
  } catch (error) {
    const reason = cleanLine(error instanceof Error ? error.message : String(error), 120);
    skipped.push(`the ssh agent at ${socketPath} does not answer: ${reason}`);
    return [];
  }
}

function whyNotType(keyType: string): string {
  if (keyType.includes('-cert-')) return whyNot('an OpenSSH certificate');
  return whyNot(keyType.startsWith('sk-') ? 'a security key' : keyType);
}

async function explainUnusable(files: readonly FoundFile[], skipped: string[]): Promise<void> {
  for (const { path, content } of files) {
    if (content.kind === 'unusable') skipped.push(`${path}: ${content.reason}`);
    // ssh lists its default names whether or not they exist; only a name somebody wrote is worth a
    // word.
    if (content.kind === 'missing' && !/^id_[a-z0-9]+(_sk)?$/.test(basename(path))) {
      skipped.push(`${path}: no such file`);
    }
    if (content.kind !== 'missing') {
      const hasCertificate = await access(`${path}-cert.pub`).then(
        () => true,
        () => false,
      );
      if (hasCertificate) {
        skipped.push(`${path}-cert.pub: ${whyNot('an OpenSSH certificate')}`);
      }
    }
  }
}

function publicBlob(content: KeyFile): Buffer | null {
  if (content.kind === 'missing' || content.kind === 'unusable') return null;
  return content.publicKey?.getPublicSSH() ?? null;
}

function fromFile(
  file: FoundFile,
  agentKeys: readonly AgentKey[],
  target: ResolvedTarget,
  prompter: Prompter,
): Identity[] {
  const { content, path } = file;
  const blob = publicBlob(content);
  const held = blob === null ? undefined : agentKeys.find((key) => key.blob.equals(blob));
  if (held) return [fromAgent(held, target)];
  if (content.kind === 'plain') {
    const { privateKey } = content;
    const label = labelOf(path, privateKey.getPublicSSH());
    return [
      { label, method: async (username) => ({ type: 'publickey', username, key: privateKey }) },
    ];
  }
  if (content.kind !== 'encrypted') return [];
  const unlock = () => unlockKey(path, content.text, prompter);
  const { publicKey } = content;
  if (publicKey !== null) return [unlockedOnDemand(path, publicKey, unlock)];
  return [
    {
      label: path,
      method: async (username, onUnsigned) => {
        const unlocked = await unlock();
        if ('key' in unlocked) return { type: 'publickey', username, key: unlocked.key };
        onUnsigned({ ...unlocked, isWanted: false, path });
        return null;
      },
    },
  ];
}

function fromText(text: string): Identity {
  const key = parseKey(text);
  if (key instanceof Error) throw new TypeError('not a private key');
  return {
    label: labelOf('given key', key.getPublicSSH()),
    method: async (username) => ({ type: 'publickey', username, key }),
  };
}

function fromAgent(key: AgentKey, target: ResolvedTarget): Identity {
  const socketPath = target.identityAgent ?? '';
  const agent = new ssh2.OpenSSHAgent(socketPath);
  return {
    label: labelOf(`${cleanLine(key.comment, 80)} (agent)`, key.blob),
    method: async (username, onUnsigned) => {
      const sign: Sign = (data, options, done) =>
        agent.sign(key.blob, data, options, (error, signature) => {
          const reason = 'the agent did not sign with it';
          if (error) onUnsigned({ kind: 'refused', isWanted: true, path: null, reason });
          done(error ?? undefined, signature);
        });
      return { type: 'agent', username, agent: new OneKeyAgent(key.blob, sign) };
    },
  };
}

function unlockedOnDemand(
  path: string,
  publicKey: ParsedKey,
  unlock: () => Promise<Unlocked>,
): Identity {
  const blob = publicKey.getPublicSSH();
  return {
    label: labelOf(path, blob),
    method: async (username, onUnsigned) => {
      const sign: Sign = (data, options, done) => {
        unlock().then(
          (unlocked) => {
            if ('key' in unlocked) return signWith(unlocked.key, data, options, done);
            onUnsigned({ ...unlocked, isWanted: true, path });
            done(new Error(unlocked.reason));
          },
          (error: Error) => done(error),
        );
      };
      return { type: 'agent', username, agent: new OneKeyAgent(blob, sign) };
    },
  };
}

function signWith(
  key: ParsedKey,
  data: Buffer,
  options: SigningRequestOptions,
  done: SignCallback,
): void {
  const signature: Buffer | Error = key.sign(data, options.hash);
  if (signature instanceof Error) done(signature);
  else done(undefined, signature);
}

function labelOf(source: string, blob: Buffer): string {
  return `${source} ${shortKeyType(keyTypeOf(blob) ?? '')} ${fingerprint(blob)}`;
}

type Sign = (data: Buffer, options: SigningRequestOptions, done: SignCallback) => void;

/**
 * Lets ssh2 offer a public key first and sign later, when the server has said that it wants this
 * one.
 */
class OneKeyAgent extends ssh2.BaseAgent<Buffer> {
  readonly #blob: Buffer;
  readonly #sign: Sign;

  constructor(blob: Buffer, sign: Sign) {
    super();
    this.#blob = blob;
    this.#sign = sign;
  }

  override getIdentities(done: (error: Error | undefined, keys: Buffer[]) => void): void {
    done(undefined, [this.#blob]);
  }

  override sign(
    _publicKey: Buffer,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#sign(data, {}, options);
    else if (done) this.#sign(data, options, done);
  }
}
