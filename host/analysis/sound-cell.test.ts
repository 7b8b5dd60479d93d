import { expect, test } from 'vitest';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, cellOf, resultOf } from '../../test/support/journal-runs.ts';

const most = Number.MAX_SAFE_INTEGER;

test('counts whose sum no number holds are a problem of their cell, and of no other', () => {
  const builder = blocks(
    new JournalBuilder(testPlan([testCell('a'), testCell('b')])),
    { a: 1e6, b: 2e6 },
    5,
  );
  const provider = { provider: 'CPU', nodes: most, duration_ns: most, copies: most, copy_ns: most };
  builder.event({
    kind: 'placement',
    t_ns: 1,
    cell: 'a',
    failure: null,
    runs: 1,
    islands: 0,
    providers: [provider, provider],
    nodes: [],
  });
  const result = resultOf(builder.bye());
  expect(cellOf(result, 'a')).toMatchObject({
    median_ns: null,
    n_processes: 0,
    n_processes_excluded: 5,
    verdict: {
      kind: 'INVALID',
      reason: expect.stringMatching(/^its journal holds numbers that cannot be: placement\./),
    },
  });
  expect(cellOf(result, 'b').verdict.kind).toBe('VALID');
});

test('iterations that take no time, or more than there is, are said and end nothing', () => {
  const builder = new JournalBuilder(testPlan([testCell('a')]));
  builder.process({ cell: 'a', block: 0, durations_ns: new Array<number>(300).fill(0) });
  builder.process({ cell: 'a', block: 1, durations_ns: around(1e6, 300) });
  builder.event({
    kind: 'iter',
    t_ns: 0,
    process: 1,
    first: 300,
    t0_ns: most,
    dt_ns: [most, most],
    gap_ns: [0],
    preempted: [],
    faults: [],
  });
  const result = resultOf(builder.bye());
  expect(result.run.journal.problems.map(({ text }) => text)).toContain(
    'process 1: iterations that no clock can time',
  );
  expect(JSON.stringify(result)).not.toContain('NaN');
});
