import type { Cell } from '../../agent/contract/plan.ts';
import { JournalBuilder, testCell, testPlan } from './journal-builder.ts';
import { blocks } from './journal-runs.ts';

const gpu: readonly (readonly [string, Partial<Cell>])[] = [
  ['CPU · 1 thread', {}],
  ['CPU (C API) · 6 threads', { engine: 'ort-capi', threads: 6 }],
  ['CUDA (C API) · 6 threads', { engine: 'ort-capi', ep: 'cuda', threads: 6 }],
  ['trtexec', { engine: 'trtexec', ep: 'tensorrt' }],
];

/**
 * A run on the CPU and on the GPU by every way, trtexec last, with times and words as a board gives
 * them.
 */
export function gpuRun(only: readonly Cell['engine'][] = ['ort', 'ort-capi', 'trtexec']) {
  const cells = gpu
    .map(([label, parts], index) => testCell(`c${index + 1}`, { label, ...parts }))
    .filter(({ engine }) => only.includes(engine));
  const levels = { c1: 81.2e6, c2: 23.4e6, c3: 6.21e6, c4: 2.87e6 };
  const own = Object.entries(levels).filter(([id]) => cells.some((cell) => cell.id === id));
  const builder = blocks(new JournalBuilder(testPlan(cells)), Object.fromEntries(own), 6);
  for (let block = 0; only.includes('trtexec') && block < 6; block += 1) {
    builder.event({
      kind: 'trtexec',
      t_ns: 1,
      process: (block + 1) * cells.length - 1,
      version: '10.3.0',
      timed: 'h2d+compute+d2h',
      build: { isCached: block > 0, duration_ns: 48_210e6, engineBytes: 22_413_824 },
      stages: { h2d_ns: 353_000, compute_ns: 2_400_000, d2h_ns: 9_000 },
      warnings: [],
    });
  }
  const provider = { duration_ns: 50e6, copies: 0, copy_ns: 0 };
  const placed = { t_ns: 1, failure: null, runs: 10, nodes: [] };
  for (const { id, ep, engine } of cells) {
    if (engine === 'trtexec') continue;
    const [own, more] = ep === 'cpu' ? [49, []] : [37, [{ ...provider, nodes: 12 }]];
    const asked = ep === 'cpu' ? 'CPUExecutionProvider' : 'CUDAExecutionProvider';
    builder.event({
      kind: 'placement',
      cell: id,
      ...placed,
      islands: more.length * 3,
      providers: [
        { ...provider, provider: asked, nodes: own, copies: more.length * 6, copy_ns: 9e6 },
        ...more.map((one) => ({ ...one, duration_ns: 4e6, provider: 'CPUExecutionProvider' })),
      ],
    });
  }
  return builder.bye();
}
