import { PassThrough } from 'node:stream';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { allUsable } from '../../host/board/cpu-facts.ts';
import { cellsOf } from '../../host/plan/cells.ts';
import { thesisAxes } from '../../host/plan/thesis-axes.ts';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../test/support/journal-runs.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { experimentReport } from './experiment-report.ts';

const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
const terminal = terminalOf(stream as unknown as NodeJS.WriteStream, { NO_COLOR: '1' });

const axes = {
  targets: [
    { engine: 'ort' as const, ep: 'cpu' as const },
    { engine: 'trtexec' as const, ep: 'tensorrt' as const },
  ],
  precisions: [null],
  epOptions: {},
  ortLibrary: null,
  threads: null,
  affinities: [null],
  graphOptimizations: ['all' as const],
  spinning: [true],
  interOpThreads: [null],
  sessionConfig: {},
  include: [],
  exclude: [],
  oversubscribe: false,
};
const orin = { cpu: allUsable([0, 1, 2, 3, 4, 5]) };

function measuredCells(base = axes) {
  const inputsByBatch = new Map([[1, []]]);
  const model = { id: 'mlp-tiny', name: 'm', precision: 'fp32' as const, inputsByBatch };
  const { cells } = cellsOf(thesisAxes(base, orin), [model], model, orin.cpu);
  return cells.filter(({ purpose }) => purpose === 'measure');
}

/** The thesis' own milliseconds an image, replayed: no board with a GPU is at hand. */
const perImage_ns: Readonly<Record<string, number>> = { 1: 111e6, 3: 40e6, 6: 21.8e6 };

function reportOn(cells: ReturnType<typeof measuredCells>, context = {}): string {
  const plan = {
    ...testPlan(cells, { imagesPerPass: 100 }),
    context: { experiment: 'thesis', board: { cpus_online: orin.cpu.online }, ...context },
  };
  const builder = new JournalBuilder(plan);
  const levels = cells.map(({ id, ep, threads }) => [
    id,
    ep === 'cpu' ? (perImage_ns[threads] ?? 0) : 1.8e6,
  ]);
  const affinity = (id: string) => cells.find((cell) => cell.id === id)?.affinity;
  blocks(builder, Object.fromEntries(levels), 5, (_, id) => {
    const list = affinity(id);
    return list == null ? {} : { cpusAllowed: list };
  });
  return experimentReport(resultOf(builder.bye()), terminal).join('\n');
}

test('on six CPUs with trtexec the cells are those of the thesis: 1, 3, 6 threads, 1, 3, 6 CPUs and the default', () => {
  const names = measuredCells().map(({ engine, threads, affinity }) =>
    engine === 'trtexec' ? `GPU ${affinity ?? 'default'}` : `CPU ${threads}`,
  );
  expect(names).toEqual([
    ...['CPU 1', 'CPU 3', 'CPU 6'],
    ...['GPU 0', 'GPU 0,1,2', 'GPU 0,1,2,3,4,5', 'GPU default'],
  ]);
});

test('its tables have the GPU rows beside the thesis, fit on 80 columns, and the fit is of the CPU alone', () => {
  const text = reportOn(measuredCells());
  for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  expect(text).toMatch(/threads +average +max +min/);
  expect(text).toMatch(/this board, 100 images +1 +11\./);
  expect(text).toMatch(/this board, 100 images +trtexec, 3 CPUs +0\.1/);
  expect(text).toMatch(/this board, 100 images +trtexec, default +0\.1/);
  expect(text).toMatch(/thesis, 10,000 images +6 +218\.27 +220\.74 +216\.96/);
  expect(text).toMatch(/thesis, 10,000 images +GPU, any +17\.61-18\.37/);
  // Amdahl's law over 1, 3 and 6 threads of the thesis' own times: about 4 %.
  expect(text.replace(/\s+/g, ' ')).toMatch(/Amdahl: [34]\.\d % of the work does not spread/);
  expect(text).not.toContain('The GPU rows are missing');
  expect(text).not.toMatch(/six CPUs and took/);
  expect(text).not.toMatch(/ against .*: median/);
});

test('a board without a way to its GPU says that and why its rows are missing', () => {
  const [cpu] = axes.targets;
  const cells = measuredCells({ ...axes, targets: cpu === undefined ? [] : [cpu] });
  const context = { gpu_missing: 'trtexec is not there', board: { cpus_online: [0, 1, 2, 3] } };
  const text = reportOn(cells, context).replace(/\s+/g, ' ');
  expect(text).toContain('The GPU rows are missing: trtexec is not there.');
  expect(text).toContain('took 1, 3 and 6 threads; this board has 4 CPUs: 1, 3, 6.');
});

test('a GPU cell without a whole pass is told with its reason', () => {
  const cells = [
    testCell('a', { label: '1 thread' }),
    testCell('g', { label: 'trtexec', engine: 'trtexec', ep: 'tensorrt' }),
  ];
  const plan = { ...testPlan(cells, { imagesPerPass: 100 }), context: { experiment: 'thesis' } };
  const builder = blocks(new JournalBuilder(plan), { a: 2e6 }, 5);
  const text = experimentReport(resultOf(builder.bye()), terminal).join('\n');
  expect(text).toContain('no whole pass of trtexec: ');
});
