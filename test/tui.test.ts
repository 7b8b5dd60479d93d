import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Cli, makeCli } from './support/cli.ts';
import { hasTmux, TmuxTerminal } from './support/tmux.ts';

if (!hasTmux) console.log('the screens are not tested in a real terminal: no tmux');

describe.skipIf(!hasTmux)('in a real terminal', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await makeCli();
  });
  afterAll(() => cli.remove());

  /** A shell in a terminal, ready to run the program with a home of its own. */
  async function open(name: string, size: { columns: number; rows: number }) {
    const terminal = new TmuxTerminal(name, size, {
      HOME: cli.home,
      XDG_DATA_HOME: `${cli.home}/data`,
      XDG_STATE_HOME: `${cli.home}/state`,
      XDG_CACHE_HOME: resolve('node_modules/.cache/orin-remote-tests'),
      ORIN_REMOTE_DIR: `${cli.home}/board-${name}`,
      LANG: 'C.UTF-8',
      CI: '',
    });
    onTestFinished(() => terminal.close());
    await terminal.until(/ready\$/);
    terminal.type(`alias orin="'${process.execPath}' '${resolve('dist/cli.js')}'"; clear`);
    return terminal;
  }

  test('from home to a finished demonstration in three keys, and back to the shell with its table', async () => {
    const terminal = await open('home', { columns: 100, rows: 30 });
    terminal.type('orin');
    await terminal.until(/1 board[\s\S]*› demo[\s\S]*3 plan/);
    terminal.press('Enter');
    await terminal.until(/Enter choose/);
    // The smallest built-in model, for a test that ends soon.
    terminal.press('Down', 'Down', 'Down', 'Down', 'Enter');
    await terminal.until(/Enter measure/);
    terminal.press('1');
    await terminal.until(/--model mlp-tiny --threads 1\b/);
    terminal.press('Enter');
    await terminal.until(/measuring/, 120_000);
    await terminal.until(/cpu busy +usr nice +sys/);
    terminal.resize(80, 24);
    const narrow = await terminal.until(/cells {2}cpu {2}irq {2}notes/);
    expect(narrow).toMatch(/q quit/);
    terminal.resize(40, 8);
    await terminal.until(/^.{0,40}p50/m);
    terminal.resize(200, 50);
    await terminal.until(/cpu busy +usr nice +sys/);
    const detail = await terminal.until(/run \d{8}-\d{6}-\w{6}[\s\S]*mlp-tiny/, 120_000);
    expect(detail).toContain('Esc back');
    terminal.press('q');
    await terminal.until(/ready\$ *\n*$/);
    expect(terminal.isAlternate()).toBe(false);
    expect(terminal.isCursorVisible()).toBe(true);
    expect(terminal.history()).toMatch(/mlp-tiny[\s\S]*median[\s\S]*1 thread[\s\S]*saved \d{8}-/);
  }, 240_000);

  test('bench --tui shows the run and leaves its table on stdout', async () => {
    const terminal = await open('bench', { columns: 80, rows: 24 });
    const options = '--model mlp-tiny --threads 1 --blocks 2';
    terminal.type(`orin bench demo --tui ${options} > ${cli.home}/table; cat ${cli.home}/table`);
    await terminal.until(/measuring/, 120_000);
    terminal.press('Tab');
    await terminal.until(/cpu busy +usr nice +sys/);
    terminal.press('?');
    await terminal.until(/stop the run; what was measured is kept/);
    terminal.press('Escape');
    await terminal.until(/saved \d{8}-[\s\S]*ready\$/, 120_000);
    expect(terminal.history()).toMatch(/mlp-tiny[\s\S]*1 thread/);
    expect(terminal.isAlternate()).toBe(false);
  }, 240_000);

  test('a run that was left going is shown at home, looked after and attached from there', async () => {
    const terminal = await open('attach', { columns: 100, rows: 30 });
    terminal.type('orin bench demo --detach --quiet --model mlp-tiny --threads 1 --blocks 3');
    await terminal.until(/^\d{8}-\d{6}-\w{6}/m, 120_000);
    terminal.type('clear; orin');
    await terminal.until(/› demo .*● run on it {2}(just now|1 min ago)/);
    terminal.press('c');
    await terminal.until(/› demo .*(● run on it|◐ run to collect) {2}just now/, 60_000);
    terminal.press('a');
    await terminal.until(/run \d{8}-\d{6}-\w{6}[\s\S]*mlp-tiny/, 120_000);
    terminal.press('Escape');
    await terminal.until(/› demo .*CPUs +just now/);
    terminal.press('q');
    await terminal.until(/ready\$ *\n*$/);
    expect(terminal.history()).toMatch(/mlp-tiny[\s\S]*saved \d{8}-/);
  }, 240_000);

  test('results -i: a run in detail and a page of it written, then back to the shell with its table', async () => {
    const terminal = await open('results', { columns: 100, rows: 30 });
    terminal.type('orin bench demo --quiet --model mlp-tiny --threads 1 --blocks 2 > /dev/null');
    terminal.type('clear; orin results -i; echo code $?');
    await terminal.until(/results \d+ of \d+[\s\S]*mlp-tiny/, 120_000);
    terminal.press('Enter');
    await terminal.until(/\[cells\][\s\S]*1 thread/);
    terminal.press('Tab');
    await terminal.until(/\[distributions\][\s\S]*steady iterations/);
    terminal.resize(80, 24);
    await terminal.until(/\[distributions\][\s\S]*q quit/);
    terminal.press('e');
    await terminal.until(/As a page for people/);
    terminal.press('h');
    await terminal.until(/Into which file/);
    terminal.press('Enter');
    await terminal.until(/written beside the run: report\.html/);
    terminal.press('q');
    await terminal.until(/code 0/);
    expect(terminal.isAlternate()).toBe(false);
    expect(terminal.history()).toMatch(/1 thread[\s\S]*saved \d{8}-[\s\S]*code 0/);
  }, 240_000);

  test('a run is stopped only after a question, and what it measured is printed', async () => {
    const terminal = await open('stop', { columns: 80, rows: 24 });
    terminal.type('orin bench demo --tui --model mlp-tiny --threads 1 --blocks 20; echo code $?');
    await terminal.until(/block 2\/20/, 120_000);
    terminal.press('s');
    await terminal.until(/Stop this run, or leave it going\?/);
    terminal.press('Escape');
    await terminal.until(/block \d+\/20/);
    terminal.press('q');
    await terminal.until(/Stop this run, or leave it going\?/);
    terminal.press('s');
    await terminal.until(/saved \d{8}-[\s\S]*code 130/, 120_000);
    expect(terminal.isAlternate()).toBe(false);
  }, 240_000);

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s gives the terminal back',
    async (signal, code) => {
      const terminal = await open(signal.toLowerCase(), { columns: 80, rows: 24 });
      terminal.type('orin; echo code $?');
      await terminal.until(/1 board/);
      expect(terminal.isAlternate()).toBe(true);
      process.kill(terminal.foreground(), signal);
      await terminal.until(new RegExp(`code ${code}`));
      expect(terminal.isAlternate()).toBe(false);
      expect(terminal.isCursorVisible()).toBe(true);
    },
    60_000,
  );

  test('an exception that nobody catches gives the terminal back, and is read below', async () => {
    const terminal = await open('crash', { columns: 80, rows: 24 });
    const script = resolve('test/support/crashing-screen.mjs');
    terminal.type(`'${resolve('node_modules/.bin/tsx')}' '${script}'; echo code $?`);
    await terminal.until(/all is well/);
    await terminal.until(/a bug[\s\S]*code 1/);
    expect(terminal.isAlternate()).toBe(false);
    expect(terminal.isCursorVisible()).toBe(true);
  }, 60_000);

  test('Ctrl-Z suspends to the shell, and fg comes back to the same screen', async () => {
    const terminal = await open('suspend', { columns: 80, rows: 24 });
    terminal.type('orin');
    await terminal.until(/1 board/);
    terminal.press('Enter', 'C-z');
    await terminal.until(/ready\$ *\n*$/);
    expect(terminal.isAlternate()).toBe(false);
    terminal.type('fg');
    await terminal.until(/another file: path/);
    terminal.press('q');
    await terminal.until(/ready\$ *\n*$/);
  }, 60_000);
});
