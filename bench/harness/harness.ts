// What the harness itself costs: npx tsx bench/harness/harness.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalEvent } from '../../agent/protocol/events.ts';
import { median } from '../../agent/statistics/quantile.ts';
import { makeBuiltIn } from '../../models/built-in.ts';
import { ofKind, shortEffort, TestBoard, type TestModel } from '../../test/support/board.ts';
import { fixedInput, testCell } from '../../test/support/cells.ts';
import { type VariantJob, type Way, ways } from './ways.ts';

const rounds = 9;
const measured: readonly Omit<VariantJob, 'way' | 'modelPath'>[] = [
  { shape: [1, 1], warmUp: 20_000, iterations: 20_000 },
  { shape: [1, 784], warmUp: 5_000, iterations: 10_000 },
  { shape: [1, 3, 32, 32], warmUp: 50, iterations: 200 },
];
const names = ['null', 'mlp-tiny', 'resnet34-cifar10'] as const;

function oneProcess(job: VariantJob): number {
  const output = execFileSync(
    process.execPath,
    ['--import', 'tsx', 'bench/harness/variant.ts', JSON.stringify(job)],
    { encoding: 'utf8', env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' } },
  );
  return Number(output.trim());
}

/**
 * Rounds of one process of each way, the first one rotating; prints the medians, and for each way the middle of
 * its differences to the C interface within a round.
 */
function compareWays(directory: string): void {
  for (const [index, what] of measured.entries()) {
    const name = names[index] ?? 'null';
    const modelPath = join(directory, `${name}.onnx`);
    writeFileSync(modelPath, makeBuiltIn(name));
    const times = Array.from({ length: rounds }, (_, round) => {
      const order = ways.map((_way, i) => ways[(i + round) % ways.length] ?? 'ort');
      return new Map(order.map((way) => [way, oneProcess({ ...what, way, modelPath })]));
    });
    const of = (way: Way) => times.map((one) => one.get(way) ?? 0);
    const us = (values: readonly number[]) => (median(values) / 1e3).toFixed(2);
    const best = of('ort-capi');
    const lines = ways.map((way) => {
      const own = of(way);
      const over = us(own.map((time, i) => time - (best[i] ?? 0)));
      return `  ${way.padEnd(12)} ${us(own).padStart(9)} µs  ${over.padStart(8)} µs over ort-capi`;
    });
    console.log(`${name}, 1 thread, median of ${rounds} rounds of processes\n${lines.join('\n')}`);
  }
}

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
