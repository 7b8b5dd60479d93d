// One process, or a worker thread in one, that runs ResNet-34 through an engine: for switched.ts.
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { openEngine } from '../../agent/engine/open-engine.ts';
import { testCell } from '../../test/support/cells.ts';

const WARM_UP = 8;
const ITERATIONS = 40;

export interface Way {
  readonly engine: 'ort' | 'ort-capi';
  readonly flags?: readonly string[];
  readonly inWorker?: boolean;
  /** Collects garbage before each iteration, outside its time. */
  readonly collects?: boolean;
}

export interface Measured {
  /** Of an iteration. */
  readonly wall_ns: number;
  readonly cpu_ns: number;
  /** Garbage collections in all of them. */
  readonly collections: number;
}

export interface Job extends Way {
  readonly modelPath: string;
}

async function measure({ engine, collects = false, modelPath }: Job): Promise<Measured> {
  const cell = testCell('switched', 'model', [], { engine });
  const opened = openEngine({
    cell,
    storePath: join(modelPath, '..'),
    runtimePath: process.cwd(),
    modelHashes: [],
  });
  const session = opened.open(cell, modelPath);
  const data = new Float32Array(3072).fill(1);
  session.bind([{ name: 'input', dtype: 'float32', shape: [1, 3, 32, 32], data }]);
  for (let i = 0; i < WARM_UP; i += 1) session.run();
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const [wall, cpu] = [new Float64Array(ITERATIONS), new Float64Array(ITERATIONS)];
  for (let i = 0; i < ITERATIONS; i += 1) {
    if (collects) globalThis.gc?.();
    const before = process.cpuUsage();
    const began = process.hrtime.bigint();
    session.run();
    wall[i] = Number(process.hrtime.bigint() - began);
    const { user, system } = process.cpuUsage(before);
    cpu[i] = (user + system) * 1000;
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  observer.disconnect();
  return { wall_ns: median(wall), cpu_ns: median(cpu), collections };
}

function inWorker(job: Job): Promise<Measured> {
  return new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url), { workerData: job })
      .on('message', resolve)
      .on('error', reject);
  });
}

if (isMainThread) {
  const job = JSON.parse(process.argv[2] ?? '') as Job;
  console.log(JSON.stringify(await (job.inWorker ? inWorker(job) : measure(job))));
} else parentPort?.postMessage(await measure(workerData as Job));
