import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeEvent } from '../agent/contract/wire.ts';
import { resultFromJournal } from '../host/analysis/compute.ts';
import { readJournal } from '../host/journal/journal.ts';
import { ofKind, TestBoard } from './support/board.ts';
import { mlp, mlpCells } from './support/mlp-cells.ts';

const board = new TestBoard();
const mlpCell = mlpCells(board);

beforeAll(() => board.install());
afterAll(() => board.remove());

test('each measured cell gets one proof of where its nodes run, after its first timed process', async () => {
  const cells = [mlpCell('node'), mlpCell('capi', { engine: 'ort-capi' })];
  const calibration = mlpCell('calibration', { purpose: 'calibration' });
  const plan = board.plan([mlp], [...cells, calibration], { placement: true });
  const run = board.start(plan);
  expect(await run.exit).toBe(0);
  const events = run.events();
  const proofs = ofKind(events, 'placement');
  expect(proofs.map(({ cell, failure }) => [cell, failure])).toEqual([
    ['node', null],
    ['capi', null],
  ]);
  for (const proof of proofs) {
    expect(proof.providers).toMatchObject([{ provider: 'CPUExecutionProvider', copies: 0 }]);
    expect(proof.providers[0]?.duration_ns).toBeGreaterThan(0);
    expect(proof.nodes.map(({ op }) => op)).toContain('FusedGemm');
    expect(proof.runs).toBeGreaterThanOrEqual(1);
    const first = ofKind(events, 'process').find(({ cell }) => cell === proof.cell);
    const ended = ofKind(events, 'process-end').find(({ process }) => process === first?.process);
    expect(proof.seq).toBe((ended?.seq ?? 0) + 1);
  }
  // The proofs are no processes: every one of those is timed.
  expect(ofKind(events, 'process')).toHaveLength(6);
  const result = resultFromJournal(readJournal(Buffer.from(events.map(encodeEvent).join(''))));
  const [node, capi] = result.cells;
  expect(node?.placement).toMatchObject({ asked: 'CPUExecutionProvider', share_on_asked: 1 });
  expect(node?.placement?.nodes_on_asked).toBe(node?.placement?.nodes);
  expect(capi?.placement?.nodes).toBe(node?.placement?.nodes);
  expect(capi?.outputs).toMatchObject({ reference: 'node', ok: true, rel_l2: 0 });
});

test('a cell that no engine runs needs no proof, and a plan without the wish has none', async () => {
  const refused = board.start(
    board.plan([mlp], [mlpCell('a', { ep: 'cuda' })], { placement: true }),
  );
  const plain = board.start(board.plan([mlp], [mlpCell('a')], { runId: 'plain' }));
  await refused.exit;
  expect(ofKind(refused.events(), 'placement')).toEqual([]);
  await plain.exit;
  expect(ofKind(plain.events(), 'placement')).toEqual([]);
});
