import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeSettings } from './compute-settings.ts';
import { readEffectiveSettings, sshArguments } from './read-settings.ts';
import { resolveHop, resolveTarget } from './resolve-target.ts';
import { parseSettings } from './settings.ts';
import { parseTargetName } from './target-name.ts';

let directory: string;
let configFile: string;
const environment = { ...process.env, SSH_AUTH_SOCK: '/run/agent.sock', KEYS: '/keys' };

const config = `
Include included_*
Host bench-?
  HostName %h.lab.example
  HostKeyAlias jetson
  User nvidia
  Port 2200
  ConnectTimeout 7
  ConnectionAttempts 2
  ServerAliveInterval 9
  ServerAliveCountMax 4
  AddressFamily inet
  SetEnv A=1 B=two
  IdentityFile ~/.ssh/%r-%n
  IdentityFile \${KEYS}/board
Host behind
  ProxyJump first,second:2022
  StrictHostKeyChecking no
  IdentityAgent none
Host told
  IdentityAgent ~/agent
  StrictHostKeyChecking accept-new
  NumberOfPasswordPrompts 1
  PasswordAuthentication no
  PreferredAuthentications password,keyboard-interactive,publickey
  PKCS11Provider /usr/lib/card.so
  Compression yes
  KnownHostsCommand /bin/keys %H
  GSSAPIAuthentication yes
Match host matched.lab user tester
  Port 2300
Host *
  UserKnownHostsFile ~/.ssh/kh /tmp/%k
  GlobalKnownHostsFile /dev/null
  HashKnownHosts yes
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-config-'));
  configFile = join(directory, 'config');
  await writeFile(
    configFile,
    config.replace('Include included_*', `Include ${join(directory, 'included_*')}`),
  );
  await writeFile(join(directory, 'included_1'), 'Host from-include\n  Port 2400\n');
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a resolved target', () => {
  it('has what ssh would use, with ~ and tokens expanded', async () => {
    const target = await resolveTarget('bench-3', { configFile, environment });
    const home = userInfo().homedir;
    expect(target).toMatchObject({
      board: 'bench-3',
      hostName: 'bench-3.lab.example',
      port: 2200,
      user: 'nvidia',
      hostKeyAlias: 'jetson',
      connectTimeoutMs: 7000,
      connectionAttempts: 2,
      serverAliveIntervalMs: 9000,
      serverAliveCountMax: 4,
      addressFamily: 4,
      setEnv: { A: '1', B: 'two' },
      identityFiles: [`${home}/.ssh/nvidia-bench-3`, '/keys/board'],
      identityAgent: '/run/agent.sock',
      hashKnownHosts: true,
      knownHostsFiles: [`${home}/.ssh/kh`, '/tmp/jetson', '/dev/null'],
      userKnownHostsFileCount: 2,
      strictHostKeyChecking: 'ask',
      notes: [],
    });
  });

  it('lets the name and the options stand over the configuration', async () => {
    const named = await resolveTarget('root@bench-3:22', { configFile, environment });
    expect(named).toMatchObject({ user: 'root', port: 22 });
    const opted = await resolveTarget('root@bench-3:22', {
      configFile,
      environment,
      user: 'jetson',
      port: 2500,
      identityFile: configFile,
      options: ['HostKeyAlias=mine', 'ConnectTimeout=1'],
    });
    expect(opted).toMatchObject({
      user: 'jetson',
      port: 2500,
      hostKeyAlias: 'mine',
      connectTimeoutMs: 1000,
    });
    expect(opted.identityFiles[0]).toBe(configFile);
  });

  it('passes on what ssh warns of', async () => {
    const options = { configFile, environment, identityFile: '/no/such/key' };
    const { notes } = await resolveTarget('bench-3', options);
    expect(notes.join()).toContain('/no/such/key not accessible');
  });

  it('says what it does not do, and keeps quiet about what distributions set for everybody', async () => {
    const target = await resolveTarget('told', { configFile, environment });
    expect(target.ssh2Notes.map((note) => note.split(' ')[0])).toEqual([
      'PKCS11Provider',
      'KnownHostsCommand',
      'Compression',
    ]);
    expect(target.authNotes.join()).toContain('GSSAPIAuthentication yes is not supported');
    expect(target).toMatchObject({
      authMethods: ['keyboard-interactive', 'publickey'],
      passwordPrompts: 1,
      identityAgent: `${userInfo().homedir}/agent`,
      strictHostKeyChecking: 'accept-new',
    });
  });

  it('takes StrictHostKeyChecking no as accept-new and says so', async () => {
    const target = await resolveTarget('behind', { configFile, environment });
    expect(target.strictHostKeyChecking).toBe('accept-new');
    expect(target.notes.join()).toContain('StrictHostKeyChecking no');
    expect(target.identityAgent).toBeNull();
  });

  it('takes jump hosts one by one, the last one first', async () => {
    const target = await resolveTarget('behind', { configFile, environment });
    const second = await resolveHop(target);
    expect(second).toMatchObject({ hostName: 'second', port: 2022, proxyJump: 'first' });
    const first = second && (await resolveHop(second));
    expect(first).toMatchObject({ hostName: 'first', port: 22, proxyJump: null });
    expect(first && (await resolveHop(first))).toBeNull();
  });

  it('passes on why ssh refuses its configuration', async () => {
    const broken = join(directory, 'broken');
    await writeFile(broken, 'Port many\n');
    await expect(resolveTarget('x', { configFile: broken, environment })).rejects.toMatchObject({
      code: 'config',
      why: expect.stringContaining('line 1'),
    });
  });

  it('gives ssh nothing that could pass for an option', () => {
    const args = sshArguments(parseTargetName('orin'), { environment, options: ['A=b'] });
    expect(args).toEqual(['-o', 'A=b', '--', 'orin']);
  });
});

describe('without an ssh program', () => {
  it.each(['bench-3', 'told', 'from-include', 'tester@matched.lab', 'plain'])(
    '%s resolves to what ssh -G says',
    async (board) => {
      const options = { configFile, environment };
      const real = (await readEffectiveSettings(parseTargetName(board), options)).settings;
      const own = (await computeSettings(parseTargetName(board), options)).settings;
      for (const keyword of ['port', 'hostkeyalias', 'connecttimeout', 'addressfamily']) {
        if (own.has(keyword)) expect(own.get(keyword), keyword).toEqual(real.get(keyword));
      }
      for (const keyword of ['port', 'user']) {
        const given = own.get(keyword)?.[0] ?? { port: '22', user: undefined }[keyword];
        if (given !== undefined) expect(given).toBe(real.get(keyword)?.[0]);
      }
    },
  );

  it('resolves the same target, and says that it did it by a library', async () => {
    const bare = { configFile, environment: { ...environment, PATH: '/nowhere' } };
    const own = await resolveTarget('bench-3', bare);
    const real = await resolveTarget('bench-3', { configFile, environment });
    const { notes, options: _, algorithms: __, authNotes: ___, ...settings } = own;
    expect(real).toMatchObject(settings);
    expect(notes.join()).toContain('no ssh program found');
  });
});

describe('what ssh -G prints', () => {
  it('is read with repeated keywords kept and unknown ones ignored', () => {
    const settings = parseSettings('port 22\nidentityfile a\nidentityfile b c\nfuture\n');
    expect([...settings]).toEqual([
      ['port', ['22']],
      ['identityfile', ['a', 'b c']],
    ]);
  });
});
