import { execFile, execFileSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrinError } from '../host/errors.ts';
import { resolveTarget } from '../host/reach/config/resolve-target.ts';
import { connectBoard } from '../host/reach/ssh2/connect.ts';
import { silentPrompter } from '../host/reach/trust/prompter.ts';
import { makeKey, publicKey, type Sshd, startSshd } from './support/sshd.ts';

/** Stands for names and keys of known_hosts, which are known only when the server runs. */
interface Files {
  readonly user?: string;
  readonly second?: string;
  readonly global?: string;
  readonly options?: readonly string[];
}

let directory: string;
let sshd: Sshd;
const words: Record<string, string> = {};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-verdicts-'));
  sshd = await startSshd();
  const types = { OTHER: 'ed25519', RSA: 'rsa', ECDSA: 'ecdsa' };
  for (const [word, type] of Object.entries(types)) {
    await makeKey(join(directory, word), type);
    words[word] = await publicKey(join(directory, word));
  }
  words.KEY = sshd.hostKey;
  words.HERE = `[127.0.0.1]:${sshd.port}`;
  words.BARE = '127.0.0.1';
  words.HASHED = hashed(words.HERE);
  words.HASHBARE = hashed('127.0.0.1');
});

afterAll(async () => {
  await sshd?.stop();
  await rm(directory, { recursive: true, force: true });
});

function hashed(name: string): string {
  const salt = randomBytes(20);
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

const filled = (text: string) => text.replace(/\b[A-Z]{3,}\b/g, (word) => words[word] ?? word);

const cases: Readonly<Record<string, Files>> = {
  nothing: {},
  'its key': { user: 'HERE KEY' },
  'its key, hashed': { user: 'HASHED KEY' },
  'its key with a comment, after a blank': { user: '\n  HERE KEY somebody\n' },
  'its key in a line that ends as on Windows': { user: 'HERE\tKEY\r\n' },
  'its key in the second file': { user: 'HERE OTHER\n', second: 'HERE KEY' },
  'its key in the global file': { global: 'HERE KEY' },
  'another key of its type': { user: 'HERE OTHER' },
  'a key of another type': { user: 'HERE RSA' },
  'keys of other types': { user: 'HERE RSA\nHERE ECDSA' },
  'another key here and its own globally': { user: 'HERE RSA', global: 'HERE KEY' },
  'its key without the port': { user: 'BARE KEY' },
  'its key without the port, hashed': { user: 'HASHBARE KEY' },
  'its key without the port, globally': { global: 'BARE KEY' },
  'another key without the port': { user: 'BARE OTHER' },
  'a key of another type without the port': { user: 'BARE RSA' },
  'its key here, another without the port': { user: 'HERE KEY\nBARE OTHER' },
  'another key here, its own without the port': { user: 'HERE OTHER\nBARE KEY' },
  'another type here, its own without the port': { user: 'HERE RSA\nBARE KEY' },
  'its key revoked': { user: '@revoked HERE KEY\nHERE KEY' },
  'its key revoked everywhere': { user: '@revoked * KEY\nBARE KEY' },
  'its key revoked globally': { user: 'HERE KEY', global: '@revoked * KEY' },
  'its key revoked here, known without the port': { user: '@revoked HERE KEY\nBARE KEY' },
  'its key revoked without the port': { user: '@revoked BARE KEY' },
  'its key revoked without the port, known here': { user: '@revoked BARE KEY\nHERE KEY' },
  'another key revoked': { user: '@revoked HERE OTHER\nHERE KEY' },
  'a pattern without the port': { user: '127.0.0.* KEY' },
  'a pattern with the port': { user: '[127.0.0.?]:* KEY' },
  'a pattern that leaves it out': { user: '[127.*]:*,!HERE KEY' },
  'a pattern that leaves out its name without the port': { user: '*,!BARE KEY' },
  'a pattern of others': { user: '[127.0.1.*]:* KEY' },
  'only an authority': { user: '@cert-authority HERE OTHER' },
  'only an authority, without the port': { user: '@cert-authority BARE OTHER' },
  'an authority here, its key without the port': { user: '@cert-authority HERE OTHER\nBARE KEY' },
  'a marker of no meaning': { user: '@unheard HERE KEY' },
  'a line cut in its key': { user: 'HERE ssh-ed25519 AAAAC3NzaC1lZDI1NTE5' },
  'a line of protocol 1 before': { user: 'HERE 1024 35 1234567\nHERE KEY' },
  'an alias': { user: 'bench-three KEY', options: ['HostKeyAlias=Bench-Three'] },
  'an alias, and the name': { user: 'HERE KEY', options: ['HostKeyAlias=bench-three'] },
  'an alias, and the name without the port': {
    user: 'BARE KEY',
    options: ['HostKeyAlias=bench-three'],
  },
  'new keys are taken': { options: ['StrictHostKeyChecking=accept-new'] },
  'new keys are taken, another type is known': {
    user: 'HERE RSA',
    options: ['StrictHostKeyChecking=accept-new'],
  },
  'new keys are taken, another is known without the port': {
    user: 'BARE OTHER',
    options: ['StrictHostKeyChecking=accept-new'],
  },
  'checking is strict': { user: 'BARE KEY', options: ['StrictHostKeyChecking=yes'] },
};

type Verdict = 'trusted' | 'unknown' | 'changed' | 'revoked';

/** Writes the files of a case; the options that have both clients read them. */
async function lay({
  user = '',
  second = '',
  global = '',
  options = [],
}: Files): Promise<string[]> {
  const path = (name: string) => join(directory, name);
  await writeFile(path('user'), filled(user));
  await writeFile(path('second'), filled(second));
  await writeFile(path('global'), filled(global));
  return [
    `UserKnownHostsFile=${path('user')} ${path('second')}`,
    `GlobalKnownHostsFile=${path('global')}`,
    ...options,
  ];
}

async function ours(files: Files): Promise<Verdict> {
  const { configFile } = sshd;
  const options = await lay(files);
  const target = await resolveTarget('board', { configFile, environment: process.env, options });
  const settings = { prompter: silentPrompter, hostKeyPolicy: 'ask' } as const;
  try {
    await (await connectBoard(target, settings)).end();
    return 'trusted';
  } catch (error) {
    const code = error instanceof OrinError ? error.code : String(error);
    return code.replace('host-key-', '') as Verdict;
  }
}

async function ofSsh(files: Files): Promise<Verdict> {
  const options = await lay(files);
  const args = ['-F', sshd.configFile, '-o', 'BatchMode=yes', ...options.flatMap((o) => ['-o', o])];
  return await new Promise((resolve) => {
    execFile('ssh', [...args, 'board', 'true'], (error, _stdout, stderr) => {
      if (error === null) resolve('trusted');
      else if (/REVOKED/.test(stderr)) resolve('revoked');
      else resolve(/IDENTIFICATION HAS CHANGED/.test(stderr) ? 'changed' : 'unknown');
    });
  });
}

const version = execFileSync('sh', ['-c', 'ssh -V 2>&1'], { encoding: 'utf8' }).trim();

describe(`a host of which the files hold`, () => {
  it.each(Object.entries(cases))(`%s: as by ${version}`, async (_name, files) => {
    expect(await ours(files)).toBe(await ofSsh(files));
  });
});
