import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fleetRecordSchema } from '../host/fleet/fleet-record.ts';
import { type Boards, startBoards } from './support/boards.ts';
import { type Cli, makeCli } from './support/cli.ts';
import { hasTmux, TmuxTerminal } from './support/tmux.ts';

if (!hasTmux) console.log('the fleet screen is not tested in a real terminal: no tmux');

describe.skipIf(!hasTmux)('a fleet of real boards in a real terminal', () => {
  let cli: Cli;
  let boards: Boards;
  beforeAll(async () => {
    cli = await makeCli();
    boards = await startBoards({
      'orin-1': {},
      'orin-2': {},
      'orin-3': {},
      'orin-no': { keyOptions: 'command="echo only this"' },
    });
  });
  afterAll(async () => {
    await boards.stop();
    await cli.remove();
  });

  async function recordOf() {
    const fleets = `${cli.home}/data/orin-remote/fleets`;
    const [id = ''] = (await readdir(fleets)).sort().reverse();
    const text = await readFile(`${fleets}/${id}/fleet.json`, 'utf8');
    return fleetRecordSchema.parse(JSON.parse(text));
  }

  async function open(name: string, size: { columns: number; rows: number }) {
    const terminal = new TmuxTerminal(name, size, {
      HOME: cli.home,
      XDG_DATA_HOME: `${cli.home}/data`,
      XDG_STATE_HOME: `${cli.home}/state`,
      XDG_CACHE_HOME: resolve('node_modules/.cache/orin-remote-tests'),
      LANG: 'C.UTF-8',
      CI: '',
    });
    onTestFinished(() => terminal.close());
    await terminal.until(/ready\$/);
    terminal.type(`alias orin="'${process.execPath}' '${resolve('dist/cli.js')}'"; clear`);
    return terminal;
  }

  const measured = '--model mlp-tiny --threads 1 --quick --telemetry proc';

  test('one board fails, one is opened, one is stopped and measured again; then the summary', async () => {
    const terminal = await open('grid', { columns: 100, rows: 30 });
    const hosts = 'orin-1 orin-2 orin-3 orin-no';
    terminal.type(
      `orin fleet ${hosts} -F ${boards.configFile} ${measured} --blocks 4 --tui; echo code $?`,
    );
    await terminal.until(/✗ failed[\s\S]*only this/);
    await terminal.until(/orin-1 .*● measuring/, 120_000);
    // Its own view has what was measured before it was opened.
    await terminal.until(/median \d+(\.\d+)? [mµ]s/, 120_000);
    terminal.press('Home', 'Enter');
    await terminal.until(/^ orin-1 [\s\S]*block \d\/4[\s\S]*Esc back/m);
    terminal.resize(80, 24);
    await terminal.until(/cells {2}cpu {2}irq {2}notes/);
    terminal.resize(100, 30);
    terminal.press('Escape');
    await terminal.until(/──\S* orin-2/);
    terminal.press('Down', 's');
    await terminal.until(/Stop orin-2\?/);
    terminal.press('y');
    await terminal.until(/orin-2 .*– cancelled/, 60_000);
    terminal.press('x');
    await terminal.until(/orin-2 .*● measuring/, 60_000);
    terminal.resize(60, 12);
    await terminal.until(/^ ?[●◐✓]? ?\S*.*✗ 1/m);
    terminal.resize(200, 50);
    await terminal.until(/1 board gave no result: x measures the selected one again/, 120_000);
    terminal.press('End', 'x');
    await expect.poll(async () => (await recordOf()).boards.at(-1)?.attempts).toBe(2);
    // The frame of before it went again may still stand for one tick.
    await sleep(1_000);
    await terminal.until(/1 board gave no result/);
    terminal.press('q');
    await terminal.until(/code 3/);
    expect(terminal.isAlternate()).toBe(false);
    expect(terminal.isCursorVisible()).toBe(true);
    expect(terminal.history()).toMatch(
      /orin-\d +\d[\s\S]*4 boards: 3 measured, 1 failed[\s\S]*✗ orin-no .*only this/,
    );
  }, 300_000);

  test('all boards are left going on after a question, and attach shows them again', async () => {
    const terminal = await open('leave', { columns: 80, rows: 24 });
    const hosts = `orin-1 orin-2 -F ${boards.configFile}`;
    terminal.type(`orin fleet ${hosts} ${measured} --blocks 3 --tui; echo code $?`);
    await terminal.until(/● 2 measuring/, 120_000);
    terminal.press('q');
    await terminal.until(/Stop all boards, or leave them going\?/);
    terminal.press('l');
    await terminal.until(/orin-remote fleet attach \d{8}-[\s\S]*code 130/);
    terminal.type('clear; orin fleet attach --tui; echo code $?');
    await terminal.until(/● 2 measuring/, 60_000);
    await terminal.until(/2 boards: 2 measured[\s\S]*code 0/, 120_000);
    expect(terminal.isAlternate()).toBe(false);
  }, 300_000);
});
