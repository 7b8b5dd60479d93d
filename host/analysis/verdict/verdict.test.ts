import { describe, expect, test } from 'vitest';
import {
  around,
  JournalBuilder,
  type TestProcess,
  testCell,
  testPlan,
} from '../../../test/support/journal-builder.ts';
import { blocks, cellOf, resultOf, tensor } from '../../../test/support/journal-runs.ts';
import { type Evidence, verdictOf } from './verdict.ts';

describe('verdicts', () => {
  const plan = testPlan([testCell('a'), testCell('b')]);
  const verdict = (builder: JournalBuilder, id = 'a') => cellOf(resultOf(builder), id).verdict;
  const failing = (end: TestProcess['end']): Partial<TestProcess> => ({
    durations_ns: [],
    warmUp: 0,
    ...(end === undefined ? {} : { end }),
  });

  test('WIDE tells how many processes would do', () => {
    const scattered = blocks(new JournalBuilder(plan), { a: 1e6 }, 5, (block) => ({
      durations_ns: around(1e6 * (1 + 0.03 * Math.sin(block * 2)), 300),
    }));
    const found = verdict(scattered.bye());
    expect(found.kind).toBe('WIDE');
    expect(found.reason).toMatch(/^±[\d.]+ %, target 1 %; about \d+ processes would do$/);
    expect(found.action).toMatch(/^measure more processes: --blocks \d+$/);
  });

  test('WIDE with one process, whose median is still told', () => {
    const cell = cellOf(resultOf(blocks(new JournalBuilder(plan), { a: 1e6 }, 1).bye()));
    expect(cell).toMatchObject({ verdict: { kind: 'WIDE' }, ci: null });
    expect(cell.median_ns).toBeGreaterThan(0);
    expect(cell.ci_within?.half_width).toBeLessThan(0.01);
  });

  test('UNSTABLE without a steady state: a range and no interval', () => {
    const rising = blocks(new JournalBuilder(plan), { a: 1e6 }, 5, () => ({
      durations_ns: around(1e6, 380).map((value, i) =>
        Math.round(value * (1 + Math.floor(i / 40) * 0.1)),
      ),
    }));
    const cell = cellOf(resultOf(rising.bye()));
    expect(cell.verdict).toMatchObject({
      kind: 'UNSTABLE',
      action: 'lock the clocks on the board (on a Jetson: sudo jetson_clocks)',
    });
    expect(cell.verdict.reason).toMatch(/^no steady state in 5 of 5 processes; process medians /);
    expect(cell.ci).toBeNull();
  });

  test('UNSTABLE with two modes, or with a trend over the blocks', () => {
    const modes = blocks(new JournalBuilder(plan), { a: 1e6 }, 6, (block) => ({
      durations_ns: around(block % 2 === 0 ? 1e6 : 1.06e6, 300, 0.01, block),
    }));
    expect(verdict(modes.bye()).reason).toMatch(
      /^two modes: 3 processes near 1.00 ms, 3 near 1.06 ms/,
    );
    const apart = blocks(new JournalBuilder(plan), { a: 1e6 }, 5, (block) => ({
      durations_ns: around(1e6 * 1.1 ** block, 300),
    }));
    expect(verdict(apart.bye()).reason).toMatch(/^became 46 % slower from block to block; /);
  });

  test('INVALID after two failures, with signal, exit code and last words', () => {
    const killed = blocks(new JournalBuilder(plan), { a: 1e6 }, 5, (block) =>
      block < 2 ? failing({ outcome: 'killed', signal: 'SIGKILL', exitCode: null }) : {},
    );
    const cell = cellOf(resultOf(killed.bye()));
    expect(cell.verdict.reason).toBe('2 of 5 processes failed, the last killed by SIGKILL');
    expect(cell.verdict.action).toContain('free memory');
    expect(cell).toMatchObject({ median_ns: null, ci: null, n_processes_excluded: 2 });
    const refused = blocks(new JournalBuilder(plan), { a: 1e6 }, 1, () =>
      failing({ outcome: 'refused', exitCode: 1, message: 'at load\nUnsupported opset 99\n' }),
    );
    expect(verdict(refused.bye())).toMatchObject({
      kind: 'INVALID',
      reason:
        '1 of 1 processes failed, the last refused by the engine: at load Unsupported opset 99',
    });
  });

  test('one failure among good processes is a warning, not a verdict', () => {
    const once = blocks(new JournalBuilder(plan), { a: 1e6 }, 6, (block) =>
      block === 2 ? failing({ outcome: 'crashed', exitCode: 139 }) : {},
    );
    const result = resultOf(once.bye());
    expect(cellOf(result).verdict.kind).toBe('VALID');
    expect(result.warnings).toContainEqual({
      code: 'excluded',
      text: 'not counted: 1 process, the first: crashed with exit code 139',
      cell: 'a',
    });
  });

  test('INVALID when the processes ran on other CPUs than asked', () => {
    const pinned = testPlan([testCell('a', { affinity: '1-5' })]);
    const wrong = blocks(new JournalBuilder(pinned), { a: 1e6 }, 5);
    expect(verdict(wrong.bye()).reason).toContain('ran on CPUs 0-5, not on 1-5');
    const right = blocks(new JournalBuilder(pinned), { a: 1e6 }, 5, () => ({
      cpusAllowed: '1,2-5',
    }));
    expect(verdict(right.bye()).kind).toBe('VALID');
  });

  test('INVALID with answers that are no numbers', () => {
    const nan = blocks(new JournalBuilder(plan), { a: 1e6 }, 5, () => ({
      output: tensor([1, null], 'a'),
    }));
    expect(verdict(nan.bye()).reason).toBe('1 output elements are not finite');
  });

  test('INVALID with other answers than the reference; a hair apart is agreement', () => {
    const outputs = (b: number) =>
      blocks(new JournalBuilder(plan), { a: 1e6, b: 2e6 }, 5, (_, cell) => ({
        output: cell === 'a' ? tensor([1, 2], 'aa') : tensor([1, b], 'bb'),
      })).bye();
    const wrong = resultOf(outputs(2.5));
    expect(cellOf(wrong, 'a').verdict.kind).toBe('VALID');
    expect(cellOf(wrong, 'b').verdict).toMatchObject({ kind: 'INVALID' });
    expect(cellOf(wrong, 'b').outputs).toMatchObject({ reference: 'a', max_abs: 0.5, ok: false });
    const close = resultOf(outputs(2.00001));
    expect(cellOf(close, 'b').outputs).toMatchObject({ ok: true, top1_agreement: 1 });
    expect(cellOf(close, 'b').verdict.kind).toBe('VALID');
  });

  test('a cell that the budget did not reach says so', () => {
    const found = verdict(blocks(new JournalBuilder(plan), { a: 1e6 }, 5).bye('budget'), 'b');
    expect(found).toMatchObject({
      kind: 'INVALID',
      reason: 'not measured before the run ended (the run: budget)',
    });
  });

  test('a cut journal says so in every verdict', () => {
    const result = resultOf(blocks(new JournalBuilder(plan), { a: 1e6 }, 5));
    expect(cellOf(result).verdict.reason).toContain('the journal was cut');
    expect(result.run).toMatchObject({
      ended: 'cut',
      journal: { sha256: null, is_verified: false },
    });
  });

  test('quick runs are labelled', () => {
    const quick = testPlan([testCell('a')], { name: 'quick' });
    expect(cellOf(resultOf(blocks(new JournalBuilder(quick), { a: 1e6 }, 3).bye())).ci_note).toBe(
      'quick: ±CI is indicative',
    );
  });
});

test('what a board says reaches no terminal with its control characters', () => {
  const plan = testPlan([testCell('a', { label: 'one\u001b[31m red' })]);
  plan.context = { board: { model: 'Orin\u001b]0;title\u0007 Nano' } };
  const message = 'last words\n\u001b[2Jgone\u202e';
  const result = resultOf(
    blocks(new JournalBuilder(plan), { a: 1e6 }, 2, () => ({
      durations_ns: [],
      warmUp: 0,
      end: { outcome: 'crashed', exitCode: 1, message },
    }))
      .event({ kind: 'warn', t_ns: 1, code: 'x\u0007', text: 'tele\u001b[0m' })
      .bye(),
  );
  expect(JSON.stringify({ ...result, plan: null })).not.toMatch(/\\u00(0[0-8]|1b)|\u202e/);
  expect(cellOf(result).verdict.reason).toMatch(/: gone$/);
});

test('THROTTLED outranks what the statistics say, and is outranked by wrong answers', () => {
  const evidence: Evidence = {
    begun: 5,
    counted: 5,
    failures: [],
    failureMessage: '',
    failureText: '',
    failureNext: '',
    placement: null,
    exclusions: [],
    isGivenUp: false,
    runEnded: 'completed',
    outputs: {
      reference: 'a',
      max_abs: 0,
      rel_l2: 0,
      top1_agreement: 1,
      tolerance: { rel_l2: 1e-4, top1_agreement: null },
      non_finite: 0,
      ok: true,
      reason: null,
    },
    throttled: 'over-current counter oc2 rose by 4',
    classes: ['slowdown', 'flat', 'flat', 'flat', 'flat'],
    medians: [1e6, 1.1e6, 1.2e6, 1.3e6, 1.4e6],
    blocks: [0, 1, 2, 3, 4],
    flaggedByContention: 0,
    effort: testPlan([testCell('a')]).effort,
  };
  expect(verdictOf(evidence)).toEqual({
    kind: 'THROTTLED',
    reason: 'over-current counter oc2 rose by 4',
    action: 'cool the board or take a lower power mode, then measure again',
  });
  expect(verdictOf({ ...evidence, throttled: null }).kind).toBe('UNSTABLE');
  const wrong = { ...evidence.outputs, ok: false, reason: 'outputs differ' };
  expect(verdictOf({ ...evidence, outputs: wrong }).kind).toBe('INVALID');
});

test.each([
  ['cut', 'measure what is missing: orin-remote attach HOST RUN --resume'],
  ['failed', 'mend what ended the run, then run it again'],
  ['cancelled', 'run it again to its end'],
  ['budget', 'run it again with more time: --budget 10m'],
] as const)(
  'a cell that no process of a run that ended (%s) had is advised what helps',
  (end, action) => {
    const plan = testPlan([testCell('a'), testCell('b')]);
    const builder = blocks(new JournalBuilder(plan), { a: 1e6 }, 5);
    if (end !== 'cut') builder.bye(end);
    expect(cellOf(resultOf(builder), 'b').verdict).toMatchObject({ kind: 'INVALID', action });
  },
);
