import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeResult, resultFromJournal } from '../host/analysis/compute.ts';
import { runFiles, saveRun } from '../host/archive/directory.ts';
import { openRun, readSavedJournal } from '../host/archive/saved-runs.ts';
import { verifyRun } from '../host/archive/verify.ts';
import { makeBuiltIn } from '../models/built-in.ts';
import { TestBoard, type TestModel } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';

const board = new TestBoard();
let runs: string;
beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), 'orin-results-'));
  await board.install();
});
afterAll(async () => {
  board.remove();
  await rm(runs, { recursive: true, force: true });
});

const builtIn = (id: string, name: string): TestModel => ({
  id,
  main: 'model.onnx',
  files: { 'model.onnx': makeBuiltIn(name) },
});

test('a real run becomes a result that its journal gives again, to the byte', async () => {
  const ones = board.store(new Uint8Array(new Float32Array(784).fill(1).buffer));
  const cells = [
    testCell('one', 'mlp', [fixedInput('input', [1, 784], ones)]),
    testCell('two', 'mlp', [fixedInput('input', [1, 784], ones)], { threads: 2 }),
    testCell('null', 'null', [fixedInput('input', [1, 1], ones)], { purpose: 'calibration' }),
  ];
  const plan = board.plan([builtIn('mlp', 'mlp-tiny'), builtIn('null', 'null')], cells);
  const run = board.start(plan);
  expect(await run.exit).toBe(0);
  const incoming = join(runs, `.incoming-${plan.runId}-1`);
  await mkdir(incoming);
  await copyFile(join(run.directory, 'journal.ndjson'), join(incoming, runFiles.journal));

  const journal = await readSavedJournal(incoming);
  expect(journal.problems).toEqual([]);
  const result = resultFromJournal(journal);
  const { directory } = await saveRun(runs, incoming, result, journal);
  expect(await verifyRun(directory)).toMatchObject({ state: 'same', problems: [] });
  const opened = await openRun(runs, plan.runId);
  expect(encodeResult(opened.result)).toBe(encodeResult(result));

  const [one, two, calibration] = result.cells;
  for (const cell of [one, two]) {
    // How steady this machine is, the test cannot know; that it measured and agreed, it can.
    expect(cell).toMatchObject({ n_processes: 2, outputs: { reference: 'one', ok: true } });
    expect(cell?.verdict.kind).not.toBe('INVALID');
    expect(cell?.process_medians.lo_ns).toBeGreaterThan(0);
    expect(cell?.cold_start.spawn_to_steady_ns).toBeGreaterThan(0);
    expect(cell?.contention?.run_share).toBeGreaterThan(0);
    expect(cell?.activity?.cpus.length).toBeGreaterThan(0);
    expect(cell?.activity?.interrupts_per_s).toBeGreaterThan(0);
  }
  expect(calibration?.median_ns).toBeGreaterThan(0);
  expect(one?.overhead).toMatchObject({ calibration_cell: 'null' });
  expect(result.comparisons).toMatchObject([{ baseline: 'one', cell: 'two', blocks: 2 }]);
  expect(result.run.agent_cpu_share?.supervisor).toBeGreaterThan(0);
});
