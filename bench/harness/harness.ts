// What the harness itself costs: npm run bench -- bench/harness/harness.ts
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalEvent } from '../../agent/contract/events.ts';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { makeBuiltIn } from '../../models/built-in.ts';
import { ofKind, shortEffort, TestBoard, type TestModel } from '../../test/support/board.ts';
import { fixedInput, testCell } from '../../test/support/cells.ts';
import { compareWays } from './compare-ways.ts';

function steadyMedian_ns(events: readonly JournalEvent[], cell: string): number {
  const medians = ofKind(events, 'process')
    .filter((process) => process.cell === cell)
    .map(({ process }) => {
      const end = ofKind(events, 'process-end').find((event) => event.process === process);
      const durations = ofKind(events, 'iter')
        .filter((event) => event.process === process)
        .flatMap(({ dt_ns }) => dt_ns);
      return median(durations.slice(end?.warmUpIterations ?? 0));
    });
  return median(medians);
}

/** A whole run as on a board: what the journal says of our share of the time and of the CPUs. */
async function measureRun(): Promise<void> {
  const board = new TestBoard();
  await board.install();
  const ones = board.store(new Uint8Array(new Float32Array(3072).fill(1).buffer));
  const [empty, resnet] = (['null', 'resnet34-cifar10'] as const).map(
    (name): TestModel => ({
      id: name,
      main: 'model.onnx',
      files: { 'model.onnx': makeBuiltIn(name) },
    }),
  );
  if (!empty || !resnet) return;
  const cells = [
    testCell('measured', resnet.id, [fixedInput('input', [1, 3, 32, 32], ones)]),
    testCell('calibration', empty.id, [fixedInput('input', [1, 1], ones)], {
      purpose: 'calibration',
    }),
  ];
  const effort = {
    ...shortEffort,
    minBlocks: 3,
    maxBlocks: 3,
    processBudgetMs: 8000,
    warmUp: { minIterations: 10, minMs: 2000, capMs: 60_000, capShare: 0.3 },
    minIterations: 1e6,
    maxIterations: 1e6,
  };
  const plan = board.plan([resnet, empty], cells, { effort, telemetry: 'mpstat' });
  const run = board.start(plan);
  await run.exit;
  const events = run.events();
  board.remove();
  const overhead_ns = steadyMedian_ns(events, 'calibration');
  const model_ns = steadyMedian_ns(events, 'measured');
  console.log(
    `in a run: null ${(overhead_ns / 1e3).toFixed(2)} µs is ` +
      `${((100 * overhead_ns) / model_ns).toFixed(3)} % of resnet34-cifar10's ` +
      `${(model_ns / 1e6).toFixed(3)} ms at 1 thread`,
  );
  const [bye] = ofKind(events, 'bye');
  if (!bye) return;
  const { supervisorCpu_ns, samplerCpu_ns, wall_ns } = bye.overhead;
  const share = (cpu_ns: number) => `${((100 * cpu_ns) / wall_ns).toFixed(2)} %`;
  console.log(
    `CPU over ${(wall_ns / 1e9).toFixed(0)} s: supervisor ${share(supervisorCpu_ns)}, ` +
      `sampler with mpstat ${share(samplerCpu_ns)} of one of ${cpus().length} CPUs, start-up included`,
  );
}

const directory = mkdtempSync(join(tmpdir(), 'orin-remote-harness-'));
compareWays(directory);
rmSync(directory, { recursive: true });
await measureRun();
