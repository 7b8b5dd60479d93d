// One fresh process of one way to run a model: prints the median of its iterations in nanoseconds.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SampleBatch } from '../../agent/channel/sample-batch.ts';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { openEngine } from '../../agent/engine/open-engine.ts';
import { iterate, iterateAsync } from '../../agent/work/loop.ts';
import { testCell } from '../../test/support/cells.ts';
import type { VariantJob } from './ways.ts';

function ones(shape: readonly number[]): Float32Array {
  return new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(1);
}

/** Touches every cache line of so many bytes. */
function walker(bytes: number): () => void {
  const walked = new Uint8Array(bytes);
  return () => {
    for (let at = 0; at < bytes; at += 64) walked[at] = (walked[at] ?? 0) + 1;
  };
}

/** The agent's own loop, as a worker runs it. */
async function runAgent(job: VariantJob): Promise<Float64Array> {
  const { modelPath, inputShape, warmUp, iterations, walkBytes } = job;
  const engine = job.way === 'ort' ? 'ort' : 'ort-capi';
  const cell = testCell('variant', 'model', [], { engine });
  const storePath = join(dirname(modelPath), 'store/sha256');
  const opened = openEngine({ cell, storePath, runtimePath: process.cwd(), modelHashes: [] });
  const session = opened.open(cell, modelPath);
  session.bind([{ name: 'input', dtype: 'float32', shape: inputShape, data: ones(inputShape) }]);
  const batch = new SampleBatch(Math.max(warmUp, iterations));
  const origin_ns = process.hrtime.bigint();
  const feeder = walkBytes === 0 ? null : { records: 1, fill: walker(walkBytes), label: () => 0 };
  const parts = { session, batch, origin_ns, feeder, score: null };
  const runAsync = session.runAsync?.bind(session);
  for (const count of [warmUp, iterations]) {
    batch.clear();
    const limits = { count, until_ns: Number.POSITIVE_INFINITY, watchUsage: false };
    if (job.way === 'ort-capi async' && runAsync) await iterateAsync(parts, runAsync, limits);
    else iterate(parts, limits);
  }
  return batch.duration_ns.subarray(0, iterations);
}

/** The public interface of onnxruntime-node with the same options, as a program would use it. */
async function runPublic({ modelPath, inputShape, warmUp, iterations, walkBytes }: VariantJob) {
  const ort = createRequire(import.meta.url)('onnxruntime-node');
  const session = await ort.InferenceSession.create(modelPath, {
    intraOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const feeds = { input: new ort.Tensor('float32', ones(inputShape), inputShape) };
  const durations_ns = new Float64Array(iterations);
  const walk = walker(walkBytes);
  for (let i = -warmUp; i < iterations; i += 1) {
    walk();
    const a = process.hrtime.bigint();
    await session.run(feeds);
    const b = process.hrtime.bigint();
    if (i >= 0) durations_ns[i] = Number(b - a);
  }
  return durations_ns;
}

const job = JSON.parse(process.argv[2] ?? '{}') as VariantJob;
console.log(median(job.way === 'session.run' ? await runPublic(job) : await runAgent(job)));
