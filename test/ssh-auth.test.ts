import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthContext } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrinError } from '../host/errors.ts';
import { resolveTarget } from '../host/reach/config/resolve-target.ts';
import { type ConnectOptions, connectBoard } from '../host/reach/ssh2/connect.ts';
import { runScript } from '../host/shell/run-script.ts';
import { type OddServer, startOddServer } from './support/odd-server.ts';
import { person } from './support/person.ts';
import { makeKey, publicKey, type Sshd, startSshd } from './support/sshd.ts';

const tools = { keygen: 'ssh-keygen', agent: 'ssh-agent', add: 'ssh-add' };
const passphrase = 'correct horse';
const password = 'battery staple';

let keys: string;
let sshd: Sshd;

beforeAll(async () => {
  keys = await mkdtemp(join(tmpdir(), 'orin-keys-'));
  const allowed = ['locked', 'ecdsa', 'rsa', 'held'];
  await Promise.all([
    ...allowed.map((name) => makeKey(join(keys, name), typeOf(name), phraseOf(name))),
    ...['stranger', 'locked-stranger'].map((name) =>
      makeKey(join(keys, name), 'ed25519', phraseOf(name)),
    ),
  ]);
  const authorizedKeys = await Promise.all(allowed.map((name) => publicKey(join(keys, name))));
  sshd = await startSshd({ authorizedKeys });
});

afterAll(async () => {
  await sshd?.stop();
  await rm(keys, { recursive: true, force: true });
});

const typeOf = (name: string) => (['ecdsa', 'rsa'].includes(name) ? name : 'ed25519');
const phraseOf = (name: string) => (name.startsWith('locked') ? passphrase : '');

interface Login {
  readonly port?: number;
  readonly knownHosts?: string;
  readonly agent?: string;
  readonly keys?: readonly string[];
  readonly options?: readonly string[];
}

/** Logs in with exactly these means, runs one command, and says goodbye. */
async function logIn(login: Login, connect: Partial<ConnectOptions> = {}): Promise<string> {
  const target = await resolveTarget(`board@127.0.0.1:${login.port ?? sshd.port}`, {
    configFile: 'none',
    environment: { ...process.env, SSH_AUTH_SOCK: login.agent },
    options: [
      `UserKnownHostsFile=${login.knownHosts ?? sshd.knownHosts}`,
      'GlobalKnownHostsFile=/dev/null',
      ...(login.keys ?? ['none']).map((name) => `IdentityFile=${join(keys, name)}`),
      ...(login.options ?? []),
    ],
  });
  const link = await connectBoard(target, { prompter: person(), hostKeyPolicy: 'ask', ...connect });
  try {
    return (await runScript(link, 'echo hello', { step: 'greet' })).output;
  } finally {
    await link.end();
  }
}

async function failure(work: Promise<unknown>): Promise<OrinError> {
  return await work.then(
    () => expect.fail('it should have failed'),
    (error: OrinError) => error,
  );
}

describe('a key', () => {
  it.each(['ecdsa', 'rsa', 'held'])('in a plain file lets in: %s', async (name) => {
    expect(await logIn({ keys: [name] })).toBe('hello\n');
  });

  it('that is locked asks for its passphrase, again after a wrong one', async () => {
    const prompter = person('wrong', passphrase);
    expect(await logIn({ keys: ['locked'] }, { prompter })).toBe('hello\n');
    expect(prompter.asked).toMatchObject([
      { kind: 'passphrase', echo: false, text: `Passphrase of ${join(keys, 'locked')}: ` },
      { kind: 'passphrase', echo: false, text: expect.stringContaining('not it') },
    ]);
  });

  it('that is locked is not asked for when the server would not take it', async () => {
    const prompter = person();
    expect(await logIn({ keys: ['locked-stranger', 'ecdsa'] }, { prompter })).toBe('hello\n');
    expect(prompter.asked).toEqual([]);
  });

  it('that stays locked is named, without what was typed', async () => {
    const prompter = person('secret-1', 'secret-2', 'secret-3');
    const error = await failure(logIn({ keys: ['locked'] }, { prompter }));
    expect(error).toMatchObject({ code: 'auth-failed', exitCode: 4 });
    expect(error.why).toContain(join(keys, 'locked'));
    expect(JSON.stringify({ ...error, cause: String(error.cause) })).not.toMatch(/secret-\d/);
  });

  it('is never asked about in batch mode', async () => {
    const prompter = person(passphrase);
    await failure(logIn({ keys: ['locked'] }, { prompter, batchMode: true }));
    expect(prompter.asked).toEqual([]);
  });

  it('that the server does not know is refused: what was tried, what the server takes', async () => {
    const error = await failure(logIn({ keys: ['stranger'] }));
    expect(error.code).toBe('auth-failed');
    expect(error.why).toContain(`tried ${join(keys, 'stranger')} ED25519 SHA256:`);
    expect(error.why).toContain('the server takes publickey');
    expect(error.next).toContain('ssh-copy-id');
  });

  it('of a kind that cannot be used here is named', async () => {
    execFileSync(tools.keygen, [
      '-q',
      ...['-s', join(keys, 'rsa'), '-I', 'id', '-n', 'board', join(keys, 'stranger.pub')],
    ]);
    const error = await failure(logIn({ keys: ['stranger'] }));
    expect(error.why).toContain('stranger-cert.pub: an OpenSSH certificate');
  });
});

describe('an agent', () => {
  let agent: { socket: string; pid: number };

  beforeAll(() => {
    const socket = join(keys, 'agent.sock');
    const said = execFileSync(tools.agent, ['-s', '-a', socket], { encoding: 'utf8' });
    agent = { socket, pid: Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]) };
    const fillers = Array.from({ length: 8 }, (_, n) => join(keys, `filler-${n}`));
    for (const path of fillers) {
      execFileSync(tools.keygen, ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
    }
    execFileSync(tools.add, ['-q', ...fillers.slice(0, 3), join(keys, 'held')], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    });
  });

  afterAll(() => {
    if (agent) process.kill(agent.pid);
  });

  it('signs with the key that the server takes', async () => {
    expect(await logIn({ agent: agent.socket })).toBe('hello\n');
  });

  it('signs for a named .pub file first, so that eight other keys do not use up the tries', async () => {
    const fillers = Array.from({ length: 8 }, (_, n) => join(keys, `filler-${n}`));
    execFileSync(tools.add, ['-q', ...fillers], {
      env: { ...process.env, SSH_AUTH_SOCK: agent.socket },
      stdio: 'ignore',
    });
    expect(await logIn({ agent: agent.socket, keys: ['held.pub'] })).toBe('hello\n');
    await copyFile(join(keys, 'held.pub'), join(keys, 'away.pub'));
    expect(await logIn({ agent: agent.socket, keys: ['away'] })).toBe('hello\n');
    const error = await failure(
      logIn({ agent: agent.socket, keys: ['stranger'], options: ['IdentitiesOnly=yes'] }),
    );
    expect(error.why?.match(/SHA256:/g)).toHaveLength(1);
  });

  it('that does not answer is named, and files are used', async () => {
    const away = join(keys, 'away.sock');
    expect(await logIn({ agent: away, keys: ['ecdsa'] })).toBe('hello\n');
    const error = await failure(logIn({ agent: away, keys: ['stranger'] }));
    expect(error.why).toContain(`the ssh agent at ${away} does not answer`);
  });
});

describe('questions of the server', () => {
  let server: OddServer;
  let knownHosts: string;
  let methods: AuthContext['method'][];

  beforeAll(async () => {
    server = await startOddServer({
      authenticate(attempt) {
        methods.push(attempt.method);
        if (attempt.method === 'password' && attempt.password === password) attempt.accept();
        else if (attempt.method === 'keyboard-interactive') {
          attempt.prompt(
            [{ prompt: 'One-time\u001b[31m code:', echo: true }],
            'Token',
            (answers) => {
              if (answers[0] === '123456') attempt.accept();
              else attempt.reject(['keyboard-interactive', 'password']);
            },
          );
        } else attempt.reject(['keyboard-interactive', 'password']);
      },
      exec(_command, channel) {
        channel.exit(0);
        channel.end();
      },
    });
    knownHosts = join(keys, 'odd_known_hosts');
    await writeFile(knownHosts, server.knownHost);
  });

  afterAll(() => server?.close());

  const connectWith = async (answers: readonly string[], options: readonly string[] = []) => {
    methods = [];
    const prompter = person(...answers);
    const target = await resolveTarget(`board@127.0.0.1:${server.port}`, {
      configFile: 'none',
      environment: {},
      options: [`UserKnownHostsFile=${knownHosts}`, `IdentityFile=${keys}/none`, ...options],
    });
    const link = connectBoard(target, { prompter, hostKeyPolicy: 'ask' });
    return { link, prompter };
  };

  it('are shown clean and answered', async () => {
    const { link, prompter } = await connectWith(['123456']);
    await (await link).end();
    expect(prompter.asked).toEqual([
      {
        kind: 'keyboard-interactive',
        text: 'Token\n(board@127.0.0.1) One-time code: ',
        echo: true,
      },
    ]);
  });

  it('for a password are asked again after a wrong one', async () => {
    const { link, prompter } = await connectWith(
      ['wrong', password],
      ['KbdInteractiveAuthentication=no'],
    );
    await (await link).end();
    expect(prompter.asked).toMatchObject([
      { kind: 'password', echo: false },
      { kind: 'password', text: expect.stringContaining('try again') },
    ]);
    expect(methods).toEqual(['none', 'password', 'password']);
  });

  it('end after NumberOfPasswordPrompts wrong answers, none of which is repeated', async () => {
    const { link, prompter } = await connectWith(
      ['wrong-1', 'wrong-2', password],
      ['KbdInteractiveAuthentication=no', 'NumberOfPasswordPrompts=2'],
    );
    const error = await failure(link);
    expect(error.code).toBe('auth-failed');
    expect(error.why).toContain('password (attempt 2)');
    expect(error.why).toContain('the server takes keyboard-interactive, password');
    expect(`${error.message} ${error.why} ${error.next}`).not.toContain('wrong-');
    expect(prompter.asked).toHaveLength(2);
  });

  it('that nobody can answer are said', async () => {
    const { link } = await connectWith([]);
    const error = await failure(link);
    expect(error.why).toContain('password: nobody could be asked');
    expect(error.why).toContain('keyboard-interactive: nobody could be asked');
  });
});
