import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../../test/support/journal-builder.ts';
import { readJournal } from '../../journal/journal.ts';
import { edgeSnapshot } from '../../journal/tele-collector.ts';
import { interruptsOver } from '../activity/counter-rates.ts';
import { unreadRows } from './unread-rows.ts';

const file = (n: number, name: string) =>
  readFileSync(
    new URL(`../../../test/fixtures/proc/replay/A/${n}/${name}`, import.meta.url),
    'utf8',
  );
const frame = (n: number) => ({
  stat: file(n, 'stat'),
  interrupts: file(n, 'interrupts'),
  softirqs: file(n, 'softirqs'),
});
/** eth0's row with a letter in its count. */
const damaged = (n: number) => ({
  ...frame(n),
  interrupts: frame(n).interrupts.replace(/^301: +4/m, '301:   O'),
});

test('a row that could not be read is a notice of the run, and no rate', () => {
  expect(damaged(0).interrupts).not.toBe(frame(0).interrupts);
  const bytes = new JournalBuilder(testPlan([testCell('a')]))
    .process({ cell: 'a', block: 0, durations_ns: [1e6, 1e6], proc: [damaged(0), frame(1)] })
    .process({ cell: 'a', block: 1, durations_ns: [1e6, 1e6], proc: [frame(2), frame(3)] })
    .bytes();
  expect(unreadRows(readJournal(bytes))).toEqual([
    {
      code: 'unread-rows',
      cell: null,
      text: expect.stringMatching(
        /^1 reading of \/proc\/interrupts had rows .*; the first: line \d+ at the start of process 0: 301: /,
      ),
    },
  ]);
});

test('its source has no rate: neither counts since boot nor those of the other processes alone', () => {
  const at = (t_ns: number, texts: ReturnType<typeof frame>) => edgeSnapshot(t_ns, texts);
  const spans = [
    { start: at(0, damaged(0)), end: at(1e9, frame(1)) },
    { start: at(2e9, frame(2)), end: at(3e9, frame(3)) },
  ];
  const whole = spans.map((span, n) => ({ ...span, start: at(2e9 * n, frame(2 * n)) }));
  const named = (rates: ReturnType<typeof interruptsOver>) =>
    rates?.sources.map(({ name }) => name) ?? [];
  expect(named(interruptsOver(whole, null, null))).toContain('eth0');
  expect(named(interruptsOver(spans, null, null))).not.toContain('eth0');
});

test('files that fit, and files that were not there, need no word', () => {
  const journal = (texts: ReturnType<typeof frame>) =>
    readJournal(
      new JournalBuilder(testPlan([testCell('a')]))
        .process({ cell: 'a', block: 0, durations_ns: [1e6], proc: [texts, texts] })
        .bytes(),
    );
  expect(unreadRows(journal(frame(0)))).toEqual([]);
  expect(unreadRows(journal({ stat: '', interrupts: '', softirqs: '' }))).toEqual([]);
});
