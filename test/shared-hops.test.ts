import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Link } from '../host/link/link.ts';
import { type ResolvedTarget, resolveTarget } from '../host/reach/config/resolve-target.ts';
import { connectBoard } from '../host/reach/ssh2/connect.ts';
import { SharedHops } from '../host/reach/ssh2/shared-hops.ts';
import type { SshLink } from '../host/reach/ssh2/ssh-link.ts';
import { silentPrompter } from '../host/reach/trust/prompter.ts';
import { runScript } from '../host/shell/run-script.ts';
import { failure } from './support/failure.ts';
import { type Sshd, type SshdOptions, startSshd } from './support/sshd.ts';

const names = ['orin-1', 'orin-2', 'orin-3', 'orin-4'];

/** Real boards behind a real jump host. */
async function startLab(jumpOptions: SshdOptions = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'orin-lab-'));
  const jump = await startSshd(jumpOptions);
  const board = await startSshd();
  const section = async (sshd: Sshd, name: string) =>
    (await readFile(sshd.configFile, 'utf8')).replace('Host board', `Host ${name}`);
  const boards = `${await section(board, names.join(' '))}  ProxyJump jump\n`;
  const configFile = join(directory, 'config');
  await writeFile(configFile, `${boards}\n${await section(jump, 'jump')}`);
  const hops = new SharedHops();
  return {
    jump,
    hops,
    async connect(name: string): Promise<Link> {
      const target = await resolveTarget(name, { configFile, environment: process.env });
      const options = { prompter: silentPrompter, hostKeyPolicy: 'ask' as const };
      return await connectBoard(target, { ...options, hops });
    },
    async stop(): Promise<void> {
      await hops.close();
      await Promise.all([jump.stop(), board.stop()]);
      await rm(directory, { recursive: true });
    },
  };
}

function logins(jump: Sshd): number {
  return (jump.log().match(/Accepted publickey/g) ?? []).length;
}

async function answers(link: Link): Promise<string> {
  return (await runScript(link, 'echo here', { step: 'ask' })).output.trim();
}

describe('boards behind one jump host', () => {
  let lab: Awaited<ReturnType<typeof startLab>>;
  let links: Link[];
  beforeAll(async () => {
    // More at once than this are dropped: a connection for each board would not do.
    lab = await startLab({ config: ['MaxStartups 1', 'MaxSessions 1'] });
    links = await Promise.all(names.map((name) => lab.connect(name)));
  }, 30_000);
  afterAll(() => lab.stop());

  test('share one connection to it', async () => {
    expect(await Promise.all(links.map(answers))).toEqual(names.map(() => 'here'));
    expect(logins(lab.jump)).toBe(1);
  });

  test('do not take it with them when one says goodbye', async () => {
    const [first, second] = links;
    await first?.end();
    expect(second === undefined ? null : await answers(second)).toBe('here');
  });

  test('lose their connections when it dies, and share another one afterwards', async () => {
    for (const pid of await lab.jump.sessions()) process.kill(pid, 'SIGKILL');
    await Promise.all(links.slice(1).map((link) => link.closed));
    const again = await Promise.all(names.map((name) => lab.connect(name)));
    expect(await Promise.all(again.map(answers))).toEqual(names.map(() => 'here'));
    expect(logins(lab.jump)).toBe(2);
    await Promise.all(again.map((link) => link.end()));
  });

  test('leave nothing on it', async () => {
    await lab.hops.close();
    await expect.poll(() => lab.jump.sessions(), { timeout: 5000 }).toEqual([]);
  });
});

test('a jump host that forwards nothing is named to every board', async () => {
  const lab = await startLab({ config: ['AllowTcpForwarding no'] });
  const errors = await Promise.all(names.map((name) => failure(lab.connect(name))));
  expect(errors.map(({ code }) => code)).toEqual(names.map(() => 'proxy-failed'));
  expect(errors[0]?.message).toContain('through jump');
  await lab.stop();
}, 30_000);

// No OpenSSH says so: a stand-in for servers that count forwardings.
test('a jump host that carries no more gets another connection, and those that it carries stay', async () => {
  let opened = 0;
  const open = async () => {
    const number = ++opened;
    let channels = 0;
    return {
      closed: new Promise(() => {}),
      end: async () => {},
      forward: async () => {
        if (++channels > 2) throw Object.assign(new Error('no more'), { reason: 4 });
        return Object.assign(new PassThrough(), { number });
      },
    } as unknown as SshLink;
  };
  const target = { options: {}, proxyJump: 'jump' } as unknown as ResolvedTarget;
  const hop = await new SharedHops().through(target, open, undefined);
  const channels: unknown[] = [];
  for (let i = 0; i < 5; i += 1) channels.push(await hop.forward('orin', 22));
  expect(channels).toMatchObject([1, 1, 2, 2, 3].map((number) => ({ number })));
});
