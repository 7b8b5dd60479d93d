import { expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../../test/support/journal-builder.ts';
import { cellOf, resultOf } from '../../../test/support/journal-runs.ts';

const jiffies = [1, 0, 1, 90, 0, 0, 0, 0, 0, 0];
const plan = testPlan([testCell('a')]);
const durations_ns = Array.from({ length: 100 }, (_, k) => 1e6 + k);

/** A reading of the sampler with these CPUs in /proc/stat. */
function reading(t_ns: number, cpus: readonly number[]) {
  return {
    kind: 'tele' as const,
    t_ns,
    cpus: cpus.map((cpu) => ({ cpu, jiffies })),
    intr: 1,
    ctxt: 1,
    memAvailableBytes: 1,
  };
}

const exclusions = (journal: JournalBuilder) =>
  cellOf(resultOf(journal), 'a').processes.map(({ excluded }) => excluded);

test('a CPU that was gone between the edges of a process excludes it, and no other', () => {
  const journal = new JournalBuilder(plan).event(reading(0, [0, 1]));
  journal.process({ cell: 'a', block: 0, durations_ns });
  // The first process took 200 ms or so: the second begins at the end of the first.
  const during_ns = journal.now_ns + 50e6;
  journal.event(reading(during_ns, [0])).event(reading(during_ns + 1e6, [0, 1]));
  journal.process({ cell: 'a', block: 1, durations_ns });
  journal.process({ cell: 'a', block: 2, durations_ns });
  expect(exclusions(journal)).toEqual([null, 'CPU 1 went offline while it ran', null]);
});

test('a change between two processes excludes neither by itself', () => {
  const journal = new JournalBuilder(plan).event(reading(0, [0, 1]));
  journal.process({ cell: 'a', block: 0, durations_ns });
  journal.event(reading(journal.now_ns + 1e6, [0])).event(reading(journal.now_ns + 2e6, [0, 1]));
  journal.wait(5e6);
  journal.process({ cell: 'a', block: 1, durations_ns });
  expect(exclusions(journal)).toEqual([null, null]);
});

test('other CPUs allowed than at the first process exclude a process without an affinity', () => {
  const journal = new JournalBuilder(plan);
  for (const [block, cpusAllowed] of ['0-5', '0-3', '0-5'].entries()) {
    journal.process({ cell: 'a', block, durations_ns, cpusAllowed });
  }
  expect(exclusions(journal)).toEqual([
    null,
    "ran on CPUs 0-3, the run's first process on 0-5",
    null,
  ]);
});
