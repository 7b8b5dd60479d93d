import { expect, onTestFinished, test } from 'vitest';
import { keys } from '../../../test/support/fake-stdin.ts';
import { terminalLike } from '../../../test/support/frames.ts';
import { BEGAN_MS, liveEvents } from '../../../test/support/live-run.ts';
import { openStand } from '../../../test/support/screen-stand.ts';
import { LiveView } from './live-view.ts';

function watching(size: { readonly columns: number; readonly rows: number }) {
  let ends = 0;
  const view = new LiveView({
    board: 'orin.local',
    terminal: terminalLike(),
    nowMs: () => BEGAN_MS,
    onChange: () => {},
    onEnd: () => {
      ends += 1;
    },
  });
  for (const event of liveEvents()) view.listen(event);
  const stand = openStand(view, size);
  onTestFinished(() => stand.host.close());
  return { ...stand, ends: () => ends };
}

test('m shows all of mpstat, arrows scroll it, Escape comes back to the run and never ends it', async () => {
  const { stdin, terminal, ends } = watching({ columns: 80, rows: 24 });
  await stdin.press('m');
  expect(await terminal.text()).toMatch(/usr +nice +sys +iow +irq +soft +stl +gst +gnc +idle/);
  const [, , , first] = await terminal.lines();
  await stdin.press(keys.down, keys.down, 'j', keys.up);
  expect((await terminal.lines())[3]).not.toBe(first);
  await stdin.press(keys.escape);
  expect(await terminal.text()).toContain('95 % CI');
  await stdin.press(keys.escape);
  expect(ends()).toBe(0);
  await stdin.press('q');
  expect(ends()).toBe(1);
});

test('panes are tabs where it is narrow, and every key fits any terminal', async () => {
  const { stdin, terminal } = watching({ columns: 80, rows: 24 });
  await stdin.press(keys.tab);
  expect(await terminal.text()).toMatch(/cpu +busy/);
  await stdin.press(keys.tab);
  expect(await terminal.text()).toContain('arch_timer');
  await stdin.press(keys.shiftTab, keys.shiftTab);
  expect(await terminal.text()).toContain('95 % CI');
  for (const [columns, rows] of [
    [40, 10],
    [20, 5],
    [1, 1],
    [200, 50],
  ] as const) {
    terminal.resize(columns, rows);
    await stdin.press('m', keys.down, 'm', keys.tab, '+', '-', ' ', ' ');
    expect(await terminal.lines()).toHaveLength(rows);
  }
});
