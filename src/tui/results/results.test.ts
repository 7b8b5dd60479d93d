import { createElement } from 'react';
import { expect, onTestFinished, test } from 'vitest';
import type { Result } from '../../../host/analysis/result/result.ts';
import { compareRuns } from '../../../host/archive/compare-runs.ts';
import type { RunListing } from '../../../host/archive/saved-runs.ts';
import { keys } from '../../../test/support/fake-stdin.ts';
import { canvasOf, frameOf, sizes, terminalLike } from '../../../test/support/frames.ts';
import { JournalBuilder, testCell, testPlan } from '../../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../../test/support/journal-runs.ts';
import { openStand } from '../../../test/support/screen-stand.ts';
import { Frame, Lines } from '../frame/lines.tsx';
import { compareLines } from './compare-lines.ts';
import type { ResultsEffect } from './results-state.ts';
import { ResultsView } from './results-view.ts';
import { TabbedView } from './tabbed-view.ts';

function listing(runId: string, parts: Partial<RunListing> = {}): RunListing {
  return {
    runId,
    directory: `/runs/${runId}`,
    state: 'saved',
    createdUtc: '2026-11-23T10:15:00.000Z',
    ended: 'completed',
    board: 'NVIDIA Jetson Orin Nano Developer Kit',
    models: ['resnet34-cifar10'],
    cells: 3,
    verdicts: { VALID: 3 },
    ...parts,
  };
}

const runs = [
  listing('20261123-c', { models: ['yolov8n'], verdicts: { WIDE: 1 } }),
  listing('20261122-b', { state: 'partial', cells: 0, verdicts: {} }),
  listing('20261121-a'),
];

function list() {
  const effects: ResultsEffect[] = [];
  const stand = openStand(new ResultsView(runs, (effect) => effects.push(effect)));
  onTestFinished(() => stand.host.close());
  return { ...stand, effects };
}

test('a filter keeps lines with all words, and without the denied ones', async () => {
  const { stdin, terminal } = list();
  await stdin.press('/', 'orin !yolo');
  const text = await terminal.text();
  expect(text).toContain('results 2 of 3');
  expect(text).not.toContain('20261123-c');
  await stdin.press(keys.escape);
  expect(await terminal.text()).toContain('results 3 of 3');
});

test('the pointer stays on its run when the filter changes', async () => {
  const { stdin, effects } = list();
  await stdin.press(keys.down, keys.down, '/', 'resnet', keys.enter, keys.enter);
  expect(effects).toEqual([{ kind: 'open', runId: '20261121-a' }]);
});

test('Escape first takes the filter away, then goes back', async () => {
  const { stdin, effects } = list();
  await stdin.press('/', 'yolo', keys.enter, keys.escape);
  expect(effects).toEqual([]);
  await stdin.press(keys.escape);
  expect(effects).toEqual([{ kind: 'back' }]);
});

test('words are looked for in the day, the note and the baselines too', async () => {
  const noted = [
    listing('20261123-c', { note: 'with the Fan off' }),
    listing('20261122-b', { baselineOf: ['yolov8n'], createdUtc: '2026-11-22T10:15:00.000Z' }),
  ];
  const { stdin, terminal, host } = openStand(new ResultsView(noted, () => {}));
  onTestFinished(() => host.close());
  for (const [word, found] of [
    ['fan', '20261123-c'],
    ['baseline', '20261122-b'],
    ['2026-11-22', '20261122-b'],
  ] as const) {
    await stdin.press('/', word);
    const text = await terminal.text();
    expect(text).toContain('results 1 of 2');
    expect(text).toContain(found);
    await stdin.press(keys.escape);
  }
});

test('a key that cannot do anything here says why', async () => {
  const { stdin, terminal, effects } = list();
  await stdin.press(keys.down, 'e');
  expect(await terminal.text()).toContain('20261122-b is not saved to its end yet');
  await stdin.press('/', 'nothing-like-it', keys.enter, 'n');
  expect(await terminal.text()).toContain('there is no run here');
  expect(effects).toEqual([]);
});

test('three marked runs are compared, in the order of marking', async () => {
  const { stdin, effects } = list();
  await stdin.press(' ', ' ', ' ', 'c');
  const runIds = ['20261123-c', '20261122-b', '20261121-a'];
  expect(effects).toEqual([{ kind: 'compare', runIds }]);
});

test('two marked runs are compared, the first of them as the baseline', async () => {
  const { stdin, terminal, effects } = list();
  await stdin.press('c');
  expect(await terminal.text()).toContain('mark two or more runs with Space first');
  await stdin.press('G', ' ', 'g', ' ');
  expect(await terminal.text()).toContain('[b] 20261121-a');
  await stdin.press('c');
  expect(effects).toEqual([{ kind: 'compare', runIds: ['20261121-a', '20261123-c'] }]);
});

test.each(sizes)('the list fits at $columns x $rows', (size) => {
  const many = Array.from({ length: 80 }, (_, n) => listing(`20261123-${n}`));
  for (const shown of [[], runs, many]) {
    frameOf(new ResultsView(shown, () => {}).render(canvasOf(size)), size);
  }
});

test('a long text scrolls to its end and not beyond', async () => {
  const lines = Array.from({ length: 60 }, (_, n) => `line ${n + 1}`);
  let isBack = false;
  const view = new TabbedView({
    place: 'compare',
    title: () => 'run',
    tabs: [{ name: '', lines: () => lines }],
    onDemand: (demand) => {
      isBack = demand === 'back';
    },
  });
  const { stdin, terminal, host } = openStand(view);
  onTestFinished(() => host.close());
  expect((await terminal.lines())[1]).toBe('line 1');
  await stdin.press('G', keys.down);
  expect((await terminal.lines())[22]).toBe('line 60');
  await stdin.press('g', keys.escape);
  expect((await terminal.lines())[1]).toBe('line 1');
  expect(isBack).toBe(true);
});

function measured(levels: Record<string, number>, powerMode = '15W'): Result {
  const cells = Object.keys(levels).map((id, index) =>
    testCell(id, { label: `cell ${id}`, threads: index + 1 }),
  );
  const plan = { ...testPlan(cells), context: { board: { power_mode: powerMode } } };
  return resultOf(blocks(new JournalBuilder(plan), levels, 6).bye());
}

const baseline = measured({ a: 10e6, b: 5e6, c: 2e6, gone: 1e6 });
const plain = { columns: 120, rows: 30 };
const compared = (...runs: Result[]) =>
  compareLines([compareRuns(baseline, runs)], plain.columns, terminalLike()).join('\n');

test('two runs are compared cell by cell, in words and with intervals', () => {
  const text = compared(measured({ a: 9e6, b: 5.5e6, c: 2.0001e6 }));
  expect(text).toMatch(/cell a .* -10 % .* faster/);
  expect(text).toMatch(/cell b .* \+10 % .* SLOWER/);
  expect(text).toMatch(/cell c .* same/);
  expect(text).toContain('cell gone');
  expect(text).toContain('the same in all');
});

test('under other conditions nothing is called faster', () => {
  const text = compared(measured({ a: 9e6 }, 'MAXN'));
  expect(text).toContain('not comparable: power mode differs');
  expect(text).not.toContain('faster');
  expect(text).toMatch(/A {2}15W\n *B {2}MAXN/);
});

test('baselines of several models are told one below the other', () => {
  const one = compareRuns(baseline, [measured({ a: 9e6 })]);
  const text = compareLines([one, one], plain.columns, terminalLike()).join('\n');
  expect(text.match(/cell a .* faster/g)).toHaveLength(2);
});

test.each(sizes)('a comparison fits at $columns x $rows', (size) => {
  const canvas = canvasOf(size);
  const { theme } = canvas;
  const lines = compareLines(
    [compareRuns(baseline, [measured({ a: 9e6 }, 'MAXN')])],
    size.columns,
    terminalLike(),
  );
  const content = createElement(Lines, { lines, ...size, theme });
  frameOf(createElement(Frame, { canvas }, content), size);
});
