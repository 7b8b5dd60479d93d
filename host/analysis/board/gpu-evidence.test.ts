import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  around,
  JournalBuilder,
  testCell,
  testPlan,
} from '../../../test/support/journal-builder.ts';
import { cellOf, resultOf } from '../../../test/support/journal-runs.ts';

/**
 * sysfs of an Orin Nano as captured; its `load` is replayed as it would be read second after
 * second.
 */
const { _comment, ...orin } = JSON.parse(
  readFileSync(
    new URL('../../../test/fixtures/jetson/sysfs-orin-nano-jp6.json', import.meta.url),
    'utf8',
  ),
) as Record<string, string | null>;
const loadFiles = [
  '/sys/devices/platform/gpu.0/load',
  '/sys/devices/platform/bus@0/17000000.gpu/load',
];
const clockFile = '/sys/class/devfreq/17000000.gpu/cur_freq';
const noLoad = Object.fromEntries(
  Object.entries(orin).filter(([path]) => !loadFiles.includes(path)),
);
const files = { stat: '', interrupts: '', softirqs: '' };

type Placement = Parameters<JournalBuilder['event']>[0];
const placed = (cell: string): Placement => ({
  kind: 'placement',
  t_ns: 1,
  cell,
  failure: null,
  runs: 10,
  islands: 0,
  providers: [
    { provider: 'CUDAExecutionProvider', nodes: 9, duration_ns: 9e6, copies: 0, copy_ns: 0 },
  ],
  nodes: [],
});

interface Board {
  readonly files?: Readonly<Record<string, string | null>>;
  /** Tenths of a percent, while this cell runs or before all of them. */
  readonly load: Readonly<Record<'idle' | 'a' | 'b', number | null>>;
  readonly placement?: boolean;
  readonly engine?: 'ort' | 'trtexec';
}

/** Cell `a` on the GPU, then `b` on the CPU, ten seconds each, after an idle baseline of three. */
function run({ files: board = orin, load, placement = false, engine = 'ort' }: Board) {
  const ep = engine === 'trtexec' ? 'tensorrt' : 'cuda';
  const plan = testPlan([testCell('a', { ep, engine }), testCell('b')]);
  const builder = new JournalBuilder(plan);
  const told = (tenths: number | null) =>
    board === orin
      ? Object.fromEntries(loadFiles.map((path) => [path, tenths === null ? null : `${tenths}\n`]))
      : {};
  const tele = (t_ns: number, more: object) =>
    builder.event({
      kind: 'tele',
      t_ns,
      cpus: [],
      intr: 0,
      ctxt: 0,
      memAvailableBytes: 0,
      ...more,
    });
  tele(0, { files: { ...board, ...told(load.idle) } });
  tele(1e6, { idle: { edge: 'start', ...files } });
  for (const second of [1, 2]) tele(second * 1e9, { files: told(load.idle) });
  tele(3e9, { idle: { edge: 'end', ...files } });
  for (let second = 3; second < 13; second += 1) {
    tele(second * 1e9 + 5e8, {
      files: { ...told(load.a), [clockFile]: `${load.a === null ? 306 : 1020}000000\n` },
    });
  }
  for (let second = 14; second < 24; second += 1) {
    tele(second * 1e9, { files: told(load.b) });
  }
  builder.wait(3e9);
  for (const cell of ['a', 'b']) {
    builder.process({ cell, block: 0, durations_ns: around(10e6, 1000, 0), proc: [files, files] });
  }
  if (placement) builder.event(placed('a'));
  const result = resultOf(builder.bye());
  const notices = result.warnings.filter(({ code }) => code.startsWith('gpu'));
  return { cell: cellOf(result), cpu: cellOf(result, 'b'), notices };
}

const busy = { idle: 0, a: 970, b: 12 };
const idle = { idle: 0, a: 8, b: 12 };

describe('without a placement', () => {
  test('a load that rose while the cell ran proves the GPU, and says so', () => {
    const { cell, cpu, notices } = run({ load: busy });
    expect(cell.gpu).toMatchObject({
      proof: 'load',
      load: { median_percent: 97, change: 'rose', clock_hz: 1_020_000_000 },
    });
    expect(cell.gpu?.load?.samples).toBeGreaterThanOrEqual(9);
    expect(cell.gpu?.load?.idle_samples).toBeGreaterThanOrEqual(10);
    expect(notices).toMatchObject([
      { code: 'gpu-by-load', text: expect.stringMatching(/^GPU proven by its load 97 % while/) },
    ]);
    expect(cpu.gpu).toBeNull();
  });

  test('a load that stayed at idle, or one that is not told, proves nothing', () => {
    for (const board of [
      { load: idle },
      { load: busy, files: noLoad },
      { load: { ...busy, a: null } },
      { load: { ...busy, idle: 970 } },
    ]) {
      const { cell, notices } = run(board);
      expect(cell.gpu?.proof).toBe('none');
      expect(notices).toMatchObject([{ code: 'gpu-not-proven' }]);
    }
    expect(run({ load: idle }).notices[0]?.text).toContain('load 0.8 % while it ran');
    expect(run({ load: busy, files: noLoad }).notices[0]?.text).toContain('tells no load');
  });
});

describe('with a placement', () => {
  test('that and the load agree: nothing to say', () => {
    const { cell, notices } = run({ load: busy, placement: true });
    expect(cell.gpu).toMatchObject({ proof: 'placement', load: { change: 'rose' } });
    expect(notices).toEqual([]);
  });

  test('the GPU stayed idle all the same: said', () => {
    const { cell, notices } = run({ load: idle, placement: true });
    expect(cell.gpu).toMatchObject({ proof: 'placement', load: { change: 'idle' } });
    expect(notices).toMatchObject([
      { code: 'gpu-idle', text: expect.stringContaining('its nodes were placed there') },
    ]);
  });

  test('a board that tells no load takes nothing from the proof', () => {
    const { cell, notices } = run({ load: busy, files: noLoad, placement: true });
    expect(cell.gpu).toEqual({ proof: 'placement', load: null });
    expect(notices).toEqual([]);
  });
});

test('a result keeps the release and the place of a library of the board, not whose home it is in', () => {
  const ortLibrary = '/home/jane/ort-1.18/lib/libonnxruntime.so';
  const builder = new JournalBuilder(testPlan([testCell('a', { engine: 'ort-capi', ortLibrary })]));
  const message = `cannot load ${ortLibrary}: (/home/jane/x.so, '/home/jane')`;
  builder.process({ cell: 'a', block: 0, durations_ns: around(1e6, 50), end: { message } });
  builder.event({
    kind: 'phase',
    t_ns: 1,
    process: 0,
    phase: 'runtime-loaded',
    ortVersion: '1.18.0\u001b[2J',
  });
  const result = resultOf(builder.bye());
  expect(cellOf(result).config).toMatchObject({
    ort_library: '/home/*/ort-1.18/lib/libonnxruntime.so',
    ort_version: '1.18.0',
  });
  expect(result.plan.cells[0]?.ortLibrary).toBe('/home/*/ort-1.18/lib/libonnxruntime.so');
  expect(JSON.stringify(result)).not.toContain('jane');
});

test('trtexec runs nowhere else; an idle GPU is said of it too', () => {
  expect(run({ load: busy, engine: 'trtexec' })).toMatchObject({
    cell: { gpu: { proof: 'engine' } },
    notices: [],
  });
  expect(run({ load: idle, engine: 'trtexec' }).notices).toMatchObject([
    { code: 'gpu-idle', text: expect.stringContaining('trtexec ran there') },
  ]);
});
