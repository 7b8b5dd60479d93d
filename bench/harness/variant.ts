// One fresh process of one way to run a model: prints the median of its iterations in nanoseconds.
import { createRequire } from 'node:module';
import { SampleBatch } from '../../agent/channel/sample-batch.ts';
import { loadOrtBinding } from '../../agent/engine/ort-binding.ts';
import { OrtEngine } from '../../agent/engine/ort-engine.ts';
import { median } from '../../agent/statistics/quantile.ts';
import { iterate } from '../../agent/work/loop.ts';
import { testCell } from '../../test/support/cells.ts';

/** What one process is to do. */
export interface VariantJob {
  readonly way: 'agent' | 'session.run';
  readonly modelPath: string;
  readonly shape: readonly number[];
  readonly warmUp: number;
  readonly iterations: number;
}

function ones(shape: readonly number[]): Float32Array {
  return new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(1);
}

/** The agent's own loop, as a worker runs it. */
function runAgent({ modelPath, shape, warmUp, iterations }: VariantJob): Float64Array {
  const session = new OrtEngine(loadOrtBinding(process.cwd())).open(
    testCell('variant', 'model', []),
    modelPath,
  );
  session.bind([{ name: 'input', dtype: 'float32', shape, data: ones(shape) }]);
  const batch = new SampleBatch(Math.max(warmUp, iterations));
  const origin_ns = process.hrtime.bigint();
  const parts = { session, batch, origin_ns, feeder: null, score: null };
  iterate(parts, warmUp, Number.POSITIVE_INFINITY, false);
  batch.clear();
  iterate(parts, iterations, Number.POSITIVE_INFINITY, false);
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
const durations_ns = job.way === 'agent' ? runAgent(job) : await runPublic(job);
console.log(median(durations_ns));
