import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { segmentFile } from '../../agent/contract/run-files.ts';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, cellOf } from '../../test/support/journal-runs.ts';
import { resultFromJournal } from '../analysis/compute.ts';
import { runFiles, saveRun } from '../archive/directory.ts';
import { listRuns, openRun, readSavedJournal } from '../archive/saved-runs.ts';
import { verifyRun } from '../archive/verify.ts';
import { nextSegment } from '../run/next-segment.ts';
import { joinSegments } from './join-segments.ts';
import { readJournal } from './journal.ts';

const levels = { a: 1e6, b: 2e6 };
const plan = {
  ...testPlan([testCell('a'), testCell('b')]),
  order: Array.from({ length: 6 }, () => ['a', 'b']),
};

/** Cut in the middle of the process of cell `b` in the third block. */
const cut = blocks(new JournalBuilder(plan), levels, 2)
  .process({ cell: 'a', block: 2, durations_ns: Array(400).fill(1e6), warmUp: 20 })
  .process({ cell: 'b', block: 2, durations_ns: Array(200).fill(2e6), warmUp: 20, end: null });

/** What the agent writes for the rest, numbers and all. */
function rest(): JournalBuilder {
  const next = nextSegment(readJournal(cut.bytes()));
  const builder = new JournalBuilder(next, 'another-boot', next.firstProcess);
  for (const [block, cells] of next.order.entries()) {
    for (const cell of cells) {
      const level = cell === 'a' ? levels.a : levels.b;
      builder.process({ cell, block, durations_ns: Array(400).fill(level), warmUp: 20 });
    }
  }
  return builder.bye();
}
const second = rest();
const joined = joinSegments([readJournal(cut.bytes()), readJournal(second.bytes())]);
const result = resultFromJournal(joined);

test('one journal alone is given back as it is', () => {
  const journal = readJournal(cut.bytes());
  expect(joinSegments([journal])).toBe(journal);
});

describe('two segments are one run', () => {
  test('it ended as its last segment did, under the whole plan', () => {
    expect(result.run.ended).toBe('completed');
    expect(result.plan).toMatchObject({ order: plan.order });
    expect(result.plan.segment).toBeUndefined();
    expect(result.run.journal).toMatchObject({ is_verified: true, problems: [] });
  });

  test('every cell of every block counts once', () => {
    for (const id of ['a', 'b']) {
      const counted = cellOf(result, id).processes.filter(({ excluded }) => excluded === null);
      expect(counted.map(({ block }) => block)).toEqual([0, 1, 2, 3, 4, 5]);
    }
    expect(result.comparisons[0]?.blocks).toBe(6);
  });

  test('the process that was cut is kept as unfinished, and not counted', () => {
    const partial = cellOf(result, 'b').processes.find(({ outcome }) => outcome === 'unfinished');
    expect(partial).toMatchObject({
      process: 5,
      block: 2,
      iterations: 200,
      excluded: 'cut off, and repeated as process 6',
    });
    expect(cellOf(result, 'b')).toMatchObject({ n_processes: 6, n_processes_excluded: 1 });
  });

  test('a notice says where it went on, and both journals are accounted for', () => {
    expect(result.warnings.map(({ text }) => text)).toContain(
      `continued after a cut at event ${cut.events} (segment 2)`,
    );
    expect(result.run.events).toBe(cut.events + second.events);
    expect(result.run.journal.segments).toMatchObject([
      { segment: 1, events: cut.events, bytes: cut.bytes().length },
      { segment: 2, events: second.events, bytes: second.bytes().length },
    ]);
  });

  test('times of the second begin after the end of the first; durations stay', () => {
    const [first, later] = [readJournal(cut.bytes()), readJournal(second.bytes())];
    const moved = joined.processes.find(({ process }) => process === 6);
    const original = later.processes[0];
    expect(moved?.spawn_ns).toBe((original?.spawn_ns ?? 0) + first.lastT_ns);
    expect(moved?.phases.get('steady')).toBe(
      (original?.phases.get('steady') ?? 0) + first.lastT_ns,
    );
    expect(moved?.iterations.start_ns.view()[7]).toBe(
      (original?.iterations.start_ns.view()[7] ?? 0) + first.lastT_ns,
    );
    expect(moved?.iterations.duration_ns).toEqual(original?.iterations.duration_ns);
    expect(joined.lastT_ns).toBe(first.lastT_ns + later.lastT_ns);
  });
});

test('a process number of an earlier segment is left out, and said', () => {
  const other = new JournalBuilder(plan).process({ cell: 'a', block: 3, durations_ns: [1e6] });
  const both = joinSegments([readJournal(cut.bytes()), readJournal(other.bye().bytes())]);
  expect(both.processes).toHaveLength(6);
  expect(both.problems).toMatchObject([{ kind: 'out-of-place' }]);
});

test('half a line before a cut is no fault of the run that went on; a bad line is', () => {
  const half = Buffer.concat([cut.bytes(), Buffer.from('{"seq":')]);
  const whole = readJournal(second.bytes());
  expect(joinSegments([readJournal(half), whole]).problems).toEqual([]);
  const bad = Buffer.concat([cut.bytes(), Buffer.from('{"seq":\n')]);
  expect(joinSegments([readJournal(bad), whole]).problems).toMatchObject([
    { kind: 'bad-line', text: expect.stringContaining('segment 1: ') },
  ]);
});

describe('on disk', () => {
  let runs: string;
  beforeAll(async () => {
    runs = await mkdtemp(join(tmpdir(), 'orin-segments-'));
  });
  afterAll(async () => {
    await rm(runs, { recursive: true, force: true });
  });

  test('the run opens, lists and verifies over both journals; a changed byte of either shows', async () => {
    const incoming = join(runs, `.incoming-${plan.runId}-1`);
    await mkdir(incoming);
    const first = join(incoming, runFiles.journal);
    await writeFile(first, cut.bytes());
    await writeFile(join(incoming, segmentFile(runFiles.journal, 2)), second.bytes());
    const saved = await readSavedJournal(incoming);
    const { directory } = await saveRun(runs, incoming, resultFromJournal(saved), saved);
    expect(await listRuns(runs)).toMatchObject([{ runId: plan.runId, ended: 'completed' }]);
    expect((await openRun(runs, 'latest')).result).toEqual(result);
    expect(await verifyRun(directory)).toMatchObject({ state: 'same', problems: [] });

    // Something that no number of the result depends on.
    const changed = cut.text().replace('"pid":100', '"pid":101');
    await writeFile(join(directory, runFiles.journal), changed);
    expect((await verifyRun(directory)).state).toBe('different');
    const changedLater = second.text().replace('"pid":100', '"pid":101');
    await writeFile(join(directory, runFiles.journal), cut.bytes());
    await writeFile(join(directory, segmentFile(runFiles.journal, 2)), changedLater);
    const verified = await verifyRun(directory);
    expect(verified.state).toBe('different');
    expect(verified.problems).toMatchObject([{ kind: 'wrong-hash' }]);
  });
});
