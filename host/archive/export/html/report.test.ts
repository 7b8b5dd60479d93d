import { expect, test } from 'vitest';
import { gpuRun } from '../../../../test/support/gpu-run.ts';
import { JournalBuilder, testCell, testPlan } from '../../../../test/support/journal-builder.ts';
import { blocks } from '../../../../test/support/journal-runs.ts';
import { cellShapes } from '../../../analysis/cell-shapes.ts';
import { resultFromJournal } from '../../../analysis/compute.ts';
import { readJournal } from '../../../journal/journal.ts';
import { pageShapes, resultHtml } from './report.ts';

const hostile = `</title><script>alert(1)</script><img src=x onerror="x">'\u202e\u001b[31m`;

function run(levels: Readonly<Record<string, number>>, label = 'one & two', model = 'mlp-tiny') {
  const cells = Object.keys(levels).map((id, index) =>
    testCell(id, { label: `${label} ${id}`, threads: index + 1, model }),
  );
  const plan = { ...testPlan(cells), context: { board: { model: label, cpu_model: label } } };
  const journal = readJournal(
    blocks(new JournalBuilder(plan), levels, 6, (block, cell) =>
      cell === 'a' && block === 2 ? { preempted: [[100, 1]] } : {},
    )
      .bye()
      .bytes(),
  );
  return { result: resultFromJournal(journal), shapes: cellShapes(journal, pageShapes) };
}

/**
 * Every tag that is opened is closed, in order: what a browser would otherwise mend in its own way.
 */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  for (const [, close, name = '', , isEmpty] of page
    .replace(/<!doctype[^>]*>|<style>[\s\S]*?<\/style>/g, '')
    .matchAll(/<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (isEmpty || name === 'meta' || name === 'br') continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) return [`</${name}>`, ...open];
  }
  return open;
}

const page = (label?: string, note: string | null = null) =>
  resultHtml({ ...run({ a: 10e6, b: 5.5e6 }, label), note });

test('a page is whole: markup in order, nothing loaded, nothing run', () => {
  const text = page();
  expect(unbalanced(text)).toEqual([]);
  expect(text.match(/<(?!\/?[a-z]|!doctype)/g)).toBeNull();
  expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:|javascript:/i);
  expect(text).toContain("default-src 'none'");
  for (const id of ['cells', 'distributions', 'scaling', 'environment', 'raw', 'methods']) {
    expect(text).toContain(`id="${id}"`);
  }
});

test('its figures are those of the result', () => {
  const text = page();
  expect(text).toMatch(/<strong>10(\.0)? ms ±/);
  expect(text).toMatch(/1\.82×/);
  expect(text).toContain('prefers-color-scheme:dark');
});

test('beside trtexec it is told what each row times, and what building its engine took', () => {
  const journal = readJournal(gpuRun().bytes());
  const shapes = cellShapes(journal, pageShapes);
  const text = resultHtml({ result: resultFromJournal(journal), shapes, note: null });
  expect(unbalanced(text)).toEqual([]);
  expect(text).toContain('>timed</th>');
  expect(text).toContain('>h2d+compute+d2h</td><td class="number">48.2 s</td>');
  expect(text).toMatch(
    /<code>session\.run<\/code> .*trtexec times: <code>h2d\+compute\+d2h<\/code>/,
  );
  expect(page()).not.toMatch(/engine build|trtexec/);
});

test('what boards, models and people call things is text and no more', () => {
  const text = page(hostile, hostile);
  expect(unbalanced(text)).toEqual([]);
  expect(text).not.toContain('<script');
  expect(text).not.toMatch(/<img/);
  expect(text).not.toMatch(/[\p{Cf}]/u);
  expect(text).not.toContain('\u001b');
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(text).toContain('<blockquote>');
  // No attribute ends early: quotes of labels are entities.
  expect(text).not.toMatch(/onerror="x"/);
});

test('runs that are given beside it are compared with words, the first of them as the baseline', () => {
  const { result, shapes } = run({ a: 9e6, b: 5.5e6 });
  const baseline = run({ a: 10e6, b: 5.5e6 }).result;
  const text = resultHtml({ result, shapes, note: null }, [baseline]);
  expect(unbalanced(text)).toEqual([]);
  expect(text).toMatch(/id="compare"[\s\S]*-10 %[\s\S]*▼ faster[\s\S]*= same/);
  expect(page()).not.toContain('id="compare"');
});

test('a run that was cut before its first cell is a page as well', () => {
  const journal = readJournal(new JournalBuilder(testPlan([testCell('a')])).bytes());
  const result = resultFromJournal(journal);
  const text = resultHtml({ result, shapes: cellShapes(journal, pageShapes), note: null });
  expect(unbalanced(text)).toEqual([]);
  expect(text).toContain('✗ 1 INVALID');
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

test('no figure is drawn from nothing', () => {
  expect(page()).not.toMatch(/NaN|undefined|Infinity/);
});

test.each([
  ['paused samplers', { isUnwatched: true }],
  ['moved interrupts', { isSteered: true }],
])('the scaling figure leaves twins with %s out', (_what, twin) => {
  const cells = [1, 2].flatMap((threads) => [
    testCell(`on${threads}`, { threads }),
    testCell(`off${threads}`, { threads, ...twin }),
  ]);
  const levels = { on1: 10e6, off1: 9e6, on2: 5e6, off2: 4e6 };
  const journal = readJournal(
    blocks(new JournalBuilder(testPlan(cells)), levels, 6)
      .bye()
      .bytes(),
  );
  const made = resultHtml({
    result: resultFromJournal(journal),
    shapes: cellShapes(journal, pageShapes),
    note: null,
  });
  expect(made.match(/aria-label="Speed-up by threads: [^"]*"/g)).toEqual([
    'aria-label="Speed-up by threads: 1: 1.00×, 2: 2.00×"',
  ]);
});
