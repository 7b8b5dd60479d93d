import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { cellShapes } from '../../../host/analysis/cell-shapes.ts';
import { readBaselines } from '../../../host/archive/baselines.ts';
import { openRun, readSavedJournal } from '../../../host/archive/saved-runs.ts';
import { verifyRun } from '../../../host/archive/verify.ts';
import { keys } from '../../../test/support/fake-stdin.ts';
import { canvasOf, frameOf, sizes, terminalLike } from '../../../test/support/frames.ts';
import { saveTestRun } from '../../../test/support/saved-run.ts';
import { openStand } from '../../../test/support/screen-stand.ts';
import { ResultsBrowser } from './browser.ts';
import { terminalShapes } from './distribution-lines.ts';
import { ResultsView } from './results-view.ts';
import { runTabs } from './run-tabs.ts';
import { TabbedView } from './tabbed-view.ts';

const older = '20261123-101500-aaaaaa';
const newer = '20261124-101500-bbbbbb';
let runs: string;
let directory: string;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'orin-browse-'));
  await saveTestRun(runs, older, { a: 10e6, b: 5e6 });
  directory = await saveTestRun(runs, newer, { a: 9e6, b: 5e6 });
});
afterEach(() => rm(runs, { recursive: true, force: true }));

/** The browser as the session opens it; failures are collected. */
async function browse() {
  const { host, stdin, terminal } = openStand(new ResultsView([], () => undefined), {
    columns: 120,
    rows: 30,
  });
  onTestFinished(() => host.close());
  const failures: unknown[] = [];
  let hasQuit = false;
  let working: Promise<unknown> = Promise.resolve();
  const browser = new ResultsBrowser({
    host,
    terminal: terminalLike(),
    runs,
    guard: (work) => {
      working = work.catch((error: unknown) => failures.push(error));
    },
    onQuit: () => {
      hasQuit = true;
    },
  });
  await browser.showList(null);
  /** Presses keys and lets what they began come to its end, but for dialogs that wait. */
  const press = async (...sequence: string[]) => {
    await stdin.press(...sequence);
    await Promise.race([working, new Promise((resolve) => setTimeout(resolve, 400))]);
  };
  const text = () => terminal.text();
  /** Presses a key that opens a dialog, and waits for it: what is typed before goes elsewhere. */
  const open = async (key: string, title: string) => {
    await press(key);
    await expect.poll(text).toContain(title);
  };
  return { browser, press, open, text, failures, hasQuit: () => hasQuit };
}

test('a note is typed on the screen and lies beside the result, which verifies as before', async () => {
  const { press, open, text, failures } = await browse();
  await open('n', 'Note on');
  await press('hot day', keys.enter);
  await expect.poll(async () => (await openRun(runs, newer)).note).toBe('hot day');
  await expect.poll(text).toContain('noted');
  expect(await text()).toMatch(/bbbbbb .*hot day/);
  expect((await verifyRun(directory)).state).toBe('same');
  expect(failures).toEqual([]);
});

test('Escape leaves a note as it was', async () => {
  const { press, open } = await browse();
  await open('n', 'Note on');
  await press('kept', keys.enter);
  await expect.poll(async () => (await openRun(runs, newer)).note).toBe('kept');
  await open('n', 'Note on');
  await press(' not this', keys.escape);
  expect((await openRun(runs, newer)).note).toBe('kept');
});

test('a run is exported beside itself, for its owner only', async () => {
  const { press, open, text } = await browse();
  await open('e', 'Export 2');
  await open('h', 'Export as');
  await press(keys.enter);
  await expect.poll(text).toContain('written beside the run: report.html');
  const path = join(directory, 'report.html');
  expect(await readFile(path, 'utf8')).toContain('<!doctype html>');
  expect((await stat(path)).mode & 0o077).toBe(0);
});

test('an export to what cannot be is told, and what was measured stays', async () => {
  const { press, open, text, failures } = await browse();
  await open('e', 'Export 2');
  await open('c', 'Export as');
  await press('/etc/passwd/a/b', keys.enter);
  await expect.poll(() => failures).toMatchObject([{ code: 'results-unwritable' }]);
  await open('e', 'Export 2');
  await open('c', 'Export as');
  await press(join(directory, 'journal.ndjson'), keys.enter);
  await expect.poll(text).toContain('Write over');
  await press('y');
  await expect.poll(() => failures.length).toBe(2);
  expect(failures[1]).toMatchObject({ code: 'results-unwritable' });
  expect((await verifyRun(directory)).state).toBe('same');
});

test('a baseline is marked and taken away again, and a run alone is compared with it', async () => {
  const { press, text } = await browse();
  await press('c');
  expect(await text()).toContain('mark two or more runs');
  await press('G', 'b');
  await expect.poll(async () => (await readBaselines(runs)).length).toBe(1);
  await expect.poll(text).toMatch(/aaaaaa .*baseline/);
  await press('g', 'c');
  await expect.poll(text).toMatch(/cell a .*-10 % .*faster/);
  expect(await text()).toMatch(/cell b .*same/);
  await press(keys.escape, 'G', 'b');
  await expect.poll(async () => (await readBaselines(runs)).length).toBe(0);
});

test('a run is read page by page; what was seen last is left for the shell', async () => {
  const { browser, press, text, hasQuit } = await browse();
  await press(keys.enter);
  await expect.poll(text).toMatch(/\[cells\][\s\S]*cell a/);
  await press(keys.tab);
  await expect.poll(text).toMatch(/\[distributions\][\s\S]*steady iterations/);
  for (const name of ['cpu', 'interrupts', 'placement', 'environment', 'processes', 'notes']) {
    await press(keys.tab);
    expect(await text()).toContain(`[${name}]`);
  }
  await press(keys.shiftTab, 'q');
  expect(hasQuit()).toBe(true);
  expect(browser.summary(terminalLike())).toMatch(/cell a[\s\S]*cell b/);
});

const hostile = '\u001b[2J\u202eevil\u0007\tboard '.repeat(9);

test.each(sizes)(
  'every page fits at $columns x $rows, whatever a board calls itself',
  async (size) => {
    await saveTestRun(runs, '20261125-101500-cccccc', { a: 9e6 }, hostile);
    const run = { ...(await openRun(runs, 'latest')), note: 'long\tnote '.repeat(40) };
    const shapes = cellShapes(await readSavedJournal(run.directory), terminalShapes);
    for (const isUnicode of [true, false]) {
      const terminal = terminalLike({ isUnicode });
      const tabs = runTabs({ run: () => run, shapes: () => shapes }, terminal);
      for (const tab of tabs) {
        const view = new TabbedView({
          place: 'detail',
          title: () => run.runId,
          tabs: [tab, ...tabs],
          onDemand: () => undefined,
        });
        const frame = frameOf(view.render(canvasOf(size, { isUnicode })), size);
        expect(frame).not.toMatch(/[\p{Cf}\u202e]/u);
        expect(frame.includes('\u001b')).toBe(false);
        if (!isUnicode) expect(frame).toMatch(/^\p{ASCII}*$/u);
      }
    }
  },
);
