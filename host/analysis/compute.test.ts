import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, cellOf, resultOf } from '../../test/support/journal-runs.ts';
import { readJournal } from '../journal/journal.ts';
import { encodeResult, resultFromJournal } from './compute.ts';
import { resultSchema } from './result/result.ts';

describe('a good run', () => {
  const plan = testPlan([
    testCell('one', { threads: 1 }),
    testCell('three', { threads: 3 }),
    testCell('null', { purpose: 'calibration', model: 'null', threads: 1 }),
  ]);
  const levels = { one: 40e6, three: 16e6, null: 9e3 };
  const journal = blocks(new JournalBuilder(plan), levels, 6).bye();
  const result = resultOf(journal);

  test('is valid, with an interval over processes', () => {
    const cell = cellOf(result, 'one');
    expect(cell.verdict).toEqual({
      kind: 'VALID',
      reason: 'steady and as precise as asked',
      action: null,
    });
    expect(cell.median_ns).toBeGreaterThan(39.9e6);
    expect(cell.median_ns).toBeLessThan(40.1e6);
    expect(cell.ci).toMatchObject({ level: 0.95, method: 'spread-limit-log-process-medians' });
    expect(cell.ci?.half_width).toBeLessThan(0.01);
    expect(cell).toMatchObject({ n_processes: 6, n_processes_excluded: 0 });
    expect(cell.iterations).toEqual({ total: 6 * 401, warm_up: 6 * 20, steady: 6 * 381 });
    expect(cell.steady.class).toBe('flat');
  });

  test('throughput is items over the wall time of the steady part', () => {
    const cell = cellOf(result, 'three');
    // 16 ms and a microsecond between iterations.
    expect(cell.throughput_per_s).toBeCloseTo(1e9 / 16.001e6, 0);
  });

  test('compares cells by block and gives the speed-up', () => {
    expect(result.comparisons).toHaveLength(1);
    const [comparison] = result.comparisons;
    expect(comparison).toMatchObject({
      baseline: 'one',
      cell: 'three',
      decision: 'faster',
      blocks: 6,
    });
    expect(comparison?.speed_up.value).toBeCloseTo(2.5, 2);
    expect(comparison?.parallel_efficiency).toBeCloseTo(2.5 / 3, 2);
  });

  test('says what share of a median is the harness, from the cell with the same threads', () => {
    const { overhead } = cellOf(result, 'one');
    expect(overhead).toMatchObject({ calibration_cell: 'null' });
    expect(overhead?.share).toBeCloseTo(9e3 / 40e6, 6);
    expect(cellOf(result, 'three').overhead).toBeNull();
  });

  test('splits the cold start into its stages', () => {
    expect(cellOf(result, 'one').cold_start).toMatchObject({
      spawn_to_runtime_loaded_ns: 30e6,
      runtime_loaded_to_session_created_ns: 50e6,
      first_iteration_ns: 120e6,
    });
  });

  test('has an interval for percentiles that N allows, and reasons for the others', () => {
    const { p90, p99, p999 } = cellOf(result, 'one').percentiles;
    expect(p90.value_ns).toBeGreaterThan(40.2e6);
    expect(p90.lo_ns).toBeLessThanOrEqual(p90.value_ns ?? 0);
    expect(p99.reason).toBeNull();
    expect(p999).toMatchObject({ value_ns: null, reason: 'p99.9 n/a (N=381 < 1500)' });
  });

  test('fits its schema, leaves out who ran it, and is the same to the byte every time', () => {
    const text = encodeResult(result);
    expect(resultSchema.parse(JSON.parse(text))).toEqual(result);
    expect(encodeResult(resultSchema.parse(JSON.parse(text)))).toBe(text);
    expect(text).not.toContain('someone@workstation');
    expect(encodeResult(resultOf(journal))).toBe(text);
    expect(result.run).toMatchObject({ ended: 'completed', journal: { is_verified: true } });
  });
});

test('a tiny journal gives these numbers', () => {
  const plan = testPlan([testCell('a')], { minIterations: 10 });
  const builder = new JournalBuilder(plan);
  for (const [block, level] of [100_000, 104_000, 108_160].entries()) {
    const durations_ns = Array.from({ length: 25 }, (_, i) => level + (i % 5) - 2);
    builder.process({ cell: 'a', block, durations_ns, warmUp: 5 });
  }
  const cell = cellOf(resultOf(builder.bye()));
  expect(cell.median_ns).toBe(104_000);
  // t(2) = 4.303 times ln 1.04 over √3: a factor of 1.10233.
  expect(cell.ci?.lo_ns).toBeCloseTo(104_000 / 1.10233, -1);
  expect(cell.ci?.hi_ns).toBeCloseTo(104_000 * 1.10233, -1);
  expect(cell).toMatchObject({
    min_ns: 99_998,
    max_ns: 108_162,
    n_eff: 60,
    mean_ns: 104_053.333,
    throughput_per_s: 9523.50719,
    // Every p90 is its level and 2 ns.
    percentiles: { p90: { value_ns: 104_002.001 }, p95: { value_ns: null } },
  });
});

describe('outliers', () => {
  test('carry their tags beside what chance would give', () => {
    const durations_ns = around(1e6, 400);
    for (const index of [100, 200, 300, 350]) durations_ns[index] = 5e6;
    const everyFourth = Array.from({ length: 100 }, (_, k) => [4 * k + 1, 1] as const);
    const builder = new JournalBuilder(testPlan([testCell('a')])).process({
      cell: 'a',
      block: 0,
      durations_ns,
      preempted: [[100, 1], [200, 3], ...everyFourth],
      faults: [[200, 2, 1]],
      collections: [300],
    });
    const { outliers } = cellOf(resultOf(builder.bye()));
    expect(outliers).toMatchObject({ count: 4, share_of_iterations: 0.01 });
    expect(outliers.share_of_excess).toBeCloseTo(16 / 416, 2);
    expect(outliers.by_tag).toEqual({
      preempted: { count: 2, expected_by_chance: 1.02 },
      minor_fault: { count: 1, expected_by_chance: 0.01 },
      major_fault: { count: 1, expected_by_chance: 0.01 },
      gc: { count: 1, expected_by_chance: 0.01 },
      freq_drop: null,
      interrupt_burst: null,
      unexplained: { count: 1 },
    });
  });
});

describe('evidence around the numbers', () => {
  const plan = testPlan([testCell('a', { batch: 4 })], { imagesPerPass: 200 });

  test('passes are cut from the worker’s own steady part', () => {
    const builder = new JournalBuilder(plan).process({
      cell: 'a',
      block: 0,
      durations_ns: [
        ...around(9e6, 10),
        ...new Array<number>(50).fill(1e6),
        ...new Array<number>(59).fill(2e6),
      ],
      warmUp: 10,
    });
    expect(cellOf(resultOf(builder.bye())).passes).toEqual({
      images_per_pass: 200,
      n: 2,
      avg_s: 0.075,
      max_s: 0.1,
      min_s: 0.05,
    });
  });

  test('CPU use, rates and waiting threads', () => {
    const stat = (busy: number, idle: number, intr: number) =>
      `cpu0 ${busy} 0 0 ${idle} 0 0 0 0 0 0\nintr ${intr} 0\nctxt ${intr * 2}\n`;
    const builder = new JournalBuilder(plan).process({
      cell: 'a',
      block: 0,
      durations_ns: new Array<number>(200).fill(5e6),
      stat: [stat(100, 100, 1000), stat(175, 125, 2000)],
      threads: [{ tid: 1, role: 'main', run_ns: 0.8e9, wait_ns: 0.2e9, cpusAllowed: '0' }],
    });
    const cell = cellOf(resultOf(builder.bye()));
    expect(cell.activity).toMatchObject({
      busy_percent: 75,
      cpus: [{ cpu: 0, usr: 75, idle: 25 }],
    });
    expect(cell.activity?.interrupts_per_s).toBeCloseTo(1000, -1);
    expect(cell.activity?.context_switches_per_s).toBeCloseTo(2000, -1);
    expect(cell.contention).toMatchObject({ wait_share: 0.2, flagged_processes: [0] });
  });
});

test('cut anywhere after its first line, a journal still gives a result', () => {
  const bytes = blocks(
    new JournalBuilder(testPlan([testCell('a'), testCell('b')])),
    { a: 1e6, b: 2e6 },
    2,
  )
    .bye()
    .bytes();
  const firstLine = bytes.indexOf(10) + 1;
  fc.assert(
    fc.property(fc.integer({ min: firstLine, max: bytes.length }), (at) => {
      const result = resultFromJournal(readJournal(bytes.subarray(0, at)));
      expect(result.run.ended).toBe(at === bytes.length ? 'completed' : 'cut');
    }),
    { numRuns: 60 },
  );
  expect(() => resultFromJournal(readJournal(bytes.subarray(0, firstLine - 1)))).toThrow(
    'the journal does not begin with its plan',
  );
});
