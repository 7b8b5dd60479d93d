import { execFileSync } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Cli, makeCli } from './support/cli.ts';
import { type Relay, startRelay } from './support/relay.ts';
import { makeKey, publicKey, type Sshd, startSshd } from './support/sshd.ts';
import { hasTmux, TmuxTerminal } from './support/tmux.ts';

if (!hasTmux) console.log('what is typed before a question is not tested: no tmux');

const secret = 'correct-horse';

describe.skipIf(!hasTmux)('what is typed before a question', () => {
  let cli: Cli;
  let sshd: Sshd;
  let relay: Relay;
  let configFile: string;

  beforeAll(async () => {
    cli = await makeCli();
    sshd = await startSshd();
    // Far enough away that there is time to type before the question.
    relay = await startRelay({ port: sshd.port, delayMs: 400 });
    const key = join(cli.home, 'locked');
    await makeKey(key, 'ed25519', secret);
    await appendFile(join(dirname(sshd.home), 'authorized_keys'), `${await publicKey(key)}\n`);
    await appendFile(sshd.knownHosts, `[127.0.0.1]:${relay.port} ${sshd.hostKey}\n`);
    const config = (await readFile(sshd.configFile, 'utf8'))
      .replace(/Port .*/, `Port ${relay.port}`)
      .replace(/IdentityFile .*/, `IdentityFile ${key}`);
    configFile = join(cli.home, 'config');
    await writeFile(configFile, config);
  });

  afterAll(async () => {
    await relay?.close();
    await sshd?.stop();
    await cli?.remove();
  });

  /** A terminal in which the program connects and has switched the echo off. */
  async function connecting(name: string, command: string): Promise<TmuxTerminal> {
    const terminal = new TmuxTerminal(
      name,
      { columns: 120, rows: 40 },
      { HOME: cli.home, XDG_DATA_HOME: `${cli.home}/data`, LANG: 'C.UTF-8', CI: '' },
    );
    onTestFinished(() => terminal.close());
    await terminal.until(/ready\$/);
    terminal.type(`alias orin="'${process.execPath}' '${resolve('dist/cli.js')}'"; clear`);
    terminal.type(command);
    await expect.poll(() => isEchoing(terminal), { timeout: 20_000, interval: 20 }).toBe(false);
    return terminal;
  }

  const isEchoing = (terminal: TmuxTerminal) =>
    / echo /.test(execFileSync('stty', ['-a', '-F', terminal.tty()], { encoding: 'utf8' }));

  it.each([
    ['one', `doctor board -F`],
    ['fleet', `fleet check board -F`],
  ])('is not shown, and answers the question for a passphrase (%s)', async (name, command) => {
    const terminal = await connecting(`ahead-${name}`, `orin ${command} ${configFile}`);
    terminal.type(secret);
    await terminal.until(/Passphrase of [^\n]*\n/);
    const end = await terminal.until(/ready\$ *$/m);
    expect(terminal.history()).not.toContain(secret);
    expect(end).not.toContain('That was not it');
    expect(end).not.toContain('cannot connect');
    expect(isEchoing(terminal)).toBe(true);
  });

  it('may still be Ctrl-C', async () => {
    const terminal = await connecting('ahead-break', `orin doctor board -F ${configFile}`);
    terminal.press('C-c');
    await terminal.until(/ready\$ *$/m);
    expect(isEchoing(terminal)).toBe(true);
  });

  it('is not taken for the answer to a question that shows it', async () => {
    const unknown = join(cli.home, 'unknown');
    const config = await readFile(configFile, 'utf8');
    await writeFile(unknown, config.replace(/UserKnownHostsFile .*/, 'UserKnownHostsFile none'));
    const terminal = await connecting('ahead-shown', `orin doctor board -F ${unknown}`);
    terminal.type(secret);
    await terminal.until(/Trust it and connect/);
    terminal.type('no');
    await terminal.until(/was not trusted/);
    expect(terminal.history()).not.toContain(secret);
  });
});
