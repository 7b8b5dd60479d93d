import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Plan, planFields } from '../agent/contract/plan.ts';
import { PROTOCOL_VERSION } from '../agent/contract/version.ts';
import { decodeLine } from '../agent/contract/wire.ts';
import {
  arbitraryEvent,
  arbitraryOf,
  eventKinds,
  journalText,
} from './support/arbitrary-events.ts';
import { runOf, shownOfRun, shownWhileFollowing } from './support/every-output.ts';
import { testCell, testPlan } from './support/journal-builder.ts';

const cells = ['a', 'b', 'c'];
/** Most events belong to something, so that they get far; some to nothing that there is. */
const fields = {
  process: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 2 }) }, fc.nat()),
  cell: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...cells) }, fc.constant('elsewhere')),
  block: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.nat()),
};
const taste = { text: fc.string({ maxLength: 12 }), fields };
const ofKind = (kind: string) => arbitraryEvent(kind, taste);

const hello = (plan: unknown) => ({
  kind: 'hello',
  t_ns: 0,
  protocol: PROTOCOL_VERSION,
  agent: { version: '0.1.0', node: 'v24', pid: 1 },
  capabilities: [],
  runId: '20261123-101500-3fa9c1',
  bootId: 'boot',
  monotonicOrigin_ns: '0',
  wallClockUtc: '',
  plan,
});

/** Cells that are held against each other, on a CPU and a GPU, of each engine. */
const knownPlan = fc
  .record({ engine: fc.constantFrom('ort', 'ort-capi', 'trtexec') })
  .map(({ engine }) => ({
    ...testPlan([
      testCell('a', { engine: engine as 'ort' }),
      testCell('b', { ep: 'cuda', precision: 'fp16' }),
      testCell('c', { purpose: 'calibration', affinity: '0-1' }),
    ]),
    effort: { ...testPlan([]).effort, imagesPerPass: 10 },
  }));
/** Any, but for the names by which its parts know each other. */
const anyPlan = arbitraryOf(planFields, taste).map((any) => {
  const plan = any as Plan;
  const named = plan.cells.slice(0, cells.length).map((cell, at) => ({
    ...cell,
    id: cells[at] ?? '',
    model: 'mlp-tiny',
  }));
  const { models, runId } = testPlan(named);
  return {
    ...plan,
    protocol: PROTOCOL_VERSION,
    runId,
    models,
    cells: named,
    order: [],
    earlier: {},
  };
});

/** Processes that begin, iterate and end, mixed with whatever else fits the schema. */
const begun = [0, 1, 2].map((process) =>
  ofKind('process').map((event) => ({ ...event, process, cell: cells[process] })),
);
const middle = fc.oneof(
  { weight: 3, arbitrary: ofKind('iter') },
  ...eventKinds.filter((kind) => kind !== 'hello' && kind !== 'bye').map(ofKind),
);
const journal = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: knownPlan }, { weight: 1, arbitrary: anyPlan }),
    fc.tuple(...begun),
    fc.array(middle, { maxLength: 25 }),
    fc.option(ofKind('bye'), { nil: null }),
  )
  .map(([plan, starts, events, bye]) =>
    journalText([hello(plan), ...starts, ...events, ...(bye === null ? [] : [bye])]),
  );

/** What no number and no field may turn into, with some words around it. */
function nonsense(text: string): string[] {
  return text.match(/.{0,60}\b(?:NaN|Infinity|undefined|\[object)\b.{0,20}/g) ?? [];
}

/** More than a suite needs: ORIN_ANY_JOURNALS=5000 npx vitest run test/any-journal.test.ts */
const numRuns = Number(process.env.ORIN_ANY_JOURNALS ?? 150);

test('every journal that fits the schema gives a result, and everything that is shown of it', () => {
  fc.assert(
    fc.property(journal, (text) => {
      fc.pre(decodeLine(text.split('\n')[0] ?? '').ok);
      const { run, journal: data } = runOf(text);
      const shown = [...shownOfRun(run, data), ...shownWhileFollowing(text)];
      for (const { where, text: words } of shown) {
        expect([where, ...nonsense(words)]).toEqual([where]);
      }
    }),
    { numRuns, endOnFailure: true },
  );
}, 300_000);
