// One fresh process of one way to run a model: prints the median of its iterations in nanoseconds.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SampleBatch } from '../../agent/channel/sample-batch.ts';
import { openEngine } from '../../agent/engine/open-engine.ts';
import { median } from '../../agent/statistics/quantile.ts';
import { iterate } from '../../agent/work/loop.ts';
import { testCell } from '../../test/support/cells.ts';
import type { VariantJob } from './ways.ts';

function ones(shape: readonly number[]): Float32Array {
  return new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(1);
}

/** The agent's own loop, as a worker runs it. */
function runAgent(engine: 'ort' | 'ort-capi', job: VariantJob): Float64Array {
  const { modelPath, shape, warmUp, iterations } = job;
  const cell = testCell('variant', 'model', [], { engine });
  const storePath = join(dirname(modelPath), 'store/sha256');
  const session = openEngine({ cell, storePath, runtimePath: process.cwd(), modelHashes: [] }).open(
    cell,
    modelPath,
  );
  session.bind([{ name: 'input', dtype: 'float32', shape, data: ones(shape) }]);
  const batch = new SampleBatch(Math.max(warmUp, iterations));
  const origin_ns = process.hrtime.bigint();
  const parts = { session, batch, origin_ns, feeder: null, score: null };
  const limits = { until_ns: Number.POSITIVE_INFINITY, watchUsage: false };
  iterate(parts, { ...limits, count: warmUp });
  batch.clear();
  iterate(parts, { ...limits, count: iterations });
  return batch.duration_ns.subarray(0, iterations);
}

/** The public interface of onnxruntime-node with the same options, as a program would use it. */
async function runPublic({ modelPath, shape, warmUp, iterations }: VariantJob) {
  const ort = createRequire(import.meta.url)('onnxruntime-node');
  const session = await ort.InferenceSession.create(modelPath, {
    intraOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const feeds = { input: new ort.Tensor('float32', ones(shape), shape) };
  const durations_ns = new Float64Array(iterations);
  for (let i = 0; i < warmUp; i += 1) await session.run(feeds);
  for (let i = 0; i < iterations; i += 1) {
    const a = process.hrtime.bigint();
    await session.run(feeds);
    durations_ns[i] = Number(process.hrtime.bigint() - a);
  }
  return durations_ns;
}

const job = JSON.parse(process.argv[2] ?? '{}') as VariantJob;
const durations_ns = job.way === 'session.run' ? await runPublic(job) : runAgent(job.way, job);
console.log(median(durations_ns));
