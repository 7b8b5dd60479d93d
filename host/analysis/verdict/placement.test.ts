import { describe, expect, test } from 'vitest';
import type { WrittenOf } from '../../../agent/contract/events.ts';
import { JournalBuilder, testCell, testPlan } from '../../../test/support/journal-builder.ts';
import { blocks, cellOf, resultOf } from '../../../test/support/journal-runs.ts';
import { placementText } from './placement.ts';

type Placement = Omit<WrittenOf<'placement'>, 'kind' | 'seq' | 't_ns'>;

const [cuda, cpu] = ['CUDAExecutionProvider', 'CPUExecutionProvider'];
const provider = (name: string, nodes: number, duration_ns: number, copies = 0) => ({
  provider: name,
  nodes,
  duration_ns,
  copies,
  copy_ns: copies * 10_000,
});
const proof = (parts: Partial<Placement>): Placement => ({
  cell: 'a',
  failure: null,
  runs: 10,
  islands: 0,
  providers: [],
  nodes: [],
  ...parts,
});

function cellWith(placement: Placement) {
  const plan = testPlan([testCell('a', { ep: 'cuda' })]);
  const builder = blocks(new JournalBuilder(plan), { a: 1e6 }, 5);
  return cellOf(resultOf(builder.event({ kind: 'placement', t_ns: 1, ...placement }).bye()));
}

describe('where nodes ran', () => {
  test('all of them as asked: VALID, in one short phrase', () => {
    const cell = cellWith(proof({ providers: [provider(cuda, 49, 5e6)] }));
    expect(cell.verdict.kind).toBe('VALID');
    expect(cell.placement).toMatchObject({ share_on_asked: 1, nodes: 49 });
    expect(cell.placement && placementText(cell.placement)).toBe('49/49 nodes on CUDA');
  });

  test('some elsewhere: VALID, with islands and copies as the bill', () => {
    const providers = [provider(cuda, 37, 8e6, 6), provider(cpu, 12, 2e6)];
    const cell = cellWith(proof({ providers, islands: 3 }));
    expect(cell.verdict.kind).toBe('VALID');
    expect(cell.placement && placementText(cell.placement)).toBe(
      '37/49 nodes on CUDA, 12 elsewhere (3 islands, 6 copies)',
    );
    expect(cell.placement?.providers[0]).toMatchObject({ duration_ns: 8e5, copy_ns: 6000 });
  });

  test('one fused node with most of the time outweighs many small ones', () => {
    const providers = [provider(cuda, 1, 9e6), provider(cpu, 12, 1e6)];
    expect(cellWith(proof({ providers, islands: 2 })).verdict.kind).toBe('VALID');
  });

  test('few nodes and little of the time: INVALID, and no number', () => {
    const providers = [provider(cuda, 9, 1e6, 2), provider(cpu, 40, 9e6)];
    const cell = cellWith(proof({ providers, islands: 1 }));
    expect(cell).toMatchObject({
      median_ns: null,
      verdict: {
        kind: 'INVALID',
        reason:
          'wrong provider: 9/49 nodes on CUDA, 40 elsewhere (1 island, 2 copies), 10 % of the time on CUDA',
      },
    });
  });

  test('launches of microseconds beside one long node on the CPU: the wait in the copies is the GPU’s', () => {
    const gpu = { ...provider(cuda, 60, 60 * 8_000, 1), copy_ns: 20e6 };
    const cell = cellWith(proof({ runs: 1, providers: [gpu, provider(cpu, 1, 9e5)], islands: 1 }));
    expect(cell.verdict.kind).toBe('VALID');
    expect(cell.placement?.share_on_asked).toBeCloseTo(20.48 / 21.38);
    const copies = { name: 'm', op: 'MemcpyToHost', provider: cuda, duration_ns: 20e6 };
    const nodes = cellWith(proof({ runs: 1, providers: [gpu], nodes: [copies] }));
    expect(nodes.placement?.operators[0]?.share).toBeLessThan(1);
  });

  test('the wait for the GPU at the end of a run is in no node, and is its time', () => {
    const providers = [provider(cuda, 60, 480_000), provider(cpu, 1, 9e6)];
    const cell = cellWith(proof({ runs: 1, run_ns: 40e6, providers, islands: 1 }));
    expect(cell.verdict.kind).toBe('VALID');
    // Less what the profiler may have taken for 61 nodes.
    expect(cell.placement?.share_on_asked).toBeCloseTo(1 - 9 / (40 - 61 * 0.03));
  });

  test('many small nodes on the GPU beside long ones on the CPU: INVALID, whatever the profiler took', () => {
    const providers = [provider(cuda, 40, 320_000, 2), provider(cpu, 9, 20e6)];
    const run_ns = 320_000 + 20e6 + 20_000 + 51 * 9_000;
    const cell = cellWith(proof({ runs: 1, run_ns, providers, islands: 1 }));
    expect(cell.verdict).toMatchObject({ kind: 'INVALID' });
    expect(cell.verdict.reason).toContain('wrong provider: 40/49 nodes on CUDA');
  });

  test('copies beside no node of the GPU are not its work', () => {
    const gpu = { ...provider(cuda, 0, 0, 2), copy_ns: 90e6 };
    const cell = cellWith(proof({ providers: [gpu, provider(cpu, 49, 9e6)], islands: 1 }));
    expect(cell.verdict.kind).toBe('INVALID');
  });

  test('nothing on the asked provider at all: INVALID', () => {
    const cell = cellWith(proof({ providers: [provider(cpu, 49, 9e6)], islands: 1 }));
    expect(cell.verdict.reason).toContain('wrong provider: 0/49 nodes on CUDA');
  });

  test('operators are summed over their nodes, the longest first', () => {
    const node = (op: string, duration_ns: number) => ({
      name: op,
      op,
      provider: cuda,
      duration_ns,
    });
    const nodes = [node('Add', 1e6), node('Conv', 4e6), node('Conv', 5e6)];
    const cell = cellWith(proof({ providers: [provider(cuda, 3, 10e6)], nodes }));
    expect(cell.placement?.operators).toEqual([
      { op: 'Conv', provider: cuda, nodes: 2, duration_ns: 9e5, share: 0.9 },
      { op: 'Add', provider: cuda, nodes: 1, duration_ns: 1e5, share: 0.1 },
    ]);
  });
});

describe('notices', () => {
  const plan = testPlan([testCell('a', { ep: 'cuda' }), testCell('b')]);
  const noticesWith = (placement: Placement | null) => {
    const builder = blocks(new JournalBuilder(plan), { a: 1e6, b: 2e6 }, 5);
    if (placement) builder.event({ kind: 'placement', t_ns: 1, ...placement });
    return resultOf(builder.bye()).warnings.filter(({ code }) => /gpu|elsewhere/.test(code));
  };

  test('a GPU number without a profile is said to be not proven; a CPU number needs no proof', () => {
    const text = 'GPU not proven: no profiled session was made; the board tells no load of its GPU';
    expect(noticesWith(null)).toEqual([{ code: 'gpu-not-proven', text, cell: 'a' }]);
    expect(noticesWith(proof({ failure: 'it crashed\nlong words' }))).toMatchObject([
      { text: expect.stringContaining('GPU not proven: it crashed; ') },
    ]);
  });

  test('a few nodes on the CPU are named; none is not worth a word', () => {
    const [on, off] = [provider(cuda, 9, 9e6), provider(cpu, 1, 1e6)];
    expect(noticesWith(proof({ providers: [on] }))).toEqual([]);
    expect(noticesWith(proof({ providers: [on, off], islands: 1 }))).toMatchObject([
      { code: 'partly-elsewhere', text: expect.stringContaining('9/10 nodes on CUDA') },
    ]);
  });
});

test('a refusal with a next step is told in its first line and that step', () => {
  const plan = testPlan([testCell('a', { ep: 'cuda' })]);
  const builder = blocks(new JournalBuilder(plan), { a: 1e6 }, 1, () => ({
    durations_ns: [],
    warmUp: 0,
    end: {
      outcome: 'refused',
      exitCode: 5,
      message: "this board's onnxruntime-node has no CUDA\nlong words",
      next: 'use --ep trtexec',
    },
  }));
  expect(cellOf(resultOf(builder.bye())).verdict).toEqual({
    kind: 'INVALID',
    reason:
      "1 of 1 processes failed, the last refused by the engine: this board's onnxruntime-node has no CUDA",
    action: 'use --ep trtexec',
  });
});
