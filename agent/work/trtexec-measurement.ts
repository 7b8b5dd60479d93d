import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerDone, WorkerJob } from '../channel/messages.ts';
import { SampleBatch } from '../channel/sample-batch.ts';
import { cleanLine } from '../contract/clean-text.ts';
import { median } from '../contract/statistics/quantile.ts';
import { EngineRefusal } from '../engine/engine.ts';
import { engineCache, enginesPath } from '../engine/engine-cache.ts';
import { shapesOf, timedStages, timingArguments } from '../engine/trtexec/arguments.ts';
import { type BuiltEngine, builtEngine } from '../engine/trtexec/build-engine.ts';
import { removeEngine } from '../engine/trtexec/cached-engine.ts';
import { installedTrtexec, type Trtexec } from '../engine/trtexec/describe.ts';
import { diskFull, isNoSpace } from '../engine/trtexec/disk-full.ts';
import { readOutputs } from '../engine/trtexec/outputs.ts';
import {
  failureOf,
  hasPassed,
  isUnloadable,
  measurementWarnings,
  runTrtexec,
  type TrtexecOptions,
  UnloadableEngine,
  unloadable,
} from '../engine/trtexec/run-trtexec.ts';
import { type Query, readTimes } from '../engine/trtexec/times.ts';
import { readBounded, writeInputs } from '../engine/trtexec/worker-files.ts';
import { mappedLibraries } from '../proc/mapped-libraries.ts';
import type { Clock } from '../process/clock.ts';
import { dieWithParent } from '../process/die-with-parent.ts';
import type { EdgeReader } from './edge-reader.ts';
import { endsLoop, LoopEdges } from './loop-edges.ts';
import { summariseOutputs } from './outputs.ts';
import type { Reporter } from './reporter.ts';
import { processLimits } from './stop-rule.ts';

const batchCapacity = 65_536;
/** Some 250 bytes a query: a million of them, more than any process budget holds. */
const maxTimesBytes = 256 * 1024 * 1024;
const maxOutputBytes = 64 * 1024 * 1024;

interface Context {
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/**
 * Measures a cell with TensorRT's own program, which runs a loop of its own: builds the engine
 * where it is not cached, then times it in a process of trtexec and reports its queries as
 * iterations.
 */
export async function measureWithTrtexec(
  job: WorkerJob,
  context: Context,
  signal: AbortSignal,
): Promise<Omit<WorkerDone, 'kind'>> {
  try {
    // Of an earlier worker that was killed.
    rmSync(job.scratchPath, { recursive: true, force: true });
    mkdirSync(job.scratchPath);
    return await measure(job, context, signal);
  } catch (error) {
    if (!signal.aborted) throw isNoSpace(error) ? diskFull('run trtexec', job.scratchPath) : error;
    return { outcome: 'cancelled', stop: 'cancelled', message: '' };
  } finally {
    rmSync(job.scratchPath, { recursive: true, force: true });
  }
}

async function measure(
  job: WorkerJob,
  { clock, reporter }: Context,
  signal: AbortSignal,
): Promise<Omit<WorkerDone, 'kind'>> {
  const options = { signal, words: dieWithParent('KILL'), onAlive: () => reporter.alive() };
  const trtexec = await installedTrtexec(signal);
  // Before the engine is built: that has a figure of its own.
  reporter.phase('runtime-loaded');
  const { engine, preparing_ns, timing } = await prepareAndTime(
    job,
    trtexec,
    { clock, reporter },
    options,
  );
  const { queries, began_ns, output, edges } = timing;
  reporter.event({ kind: 'phase', t_ns: began_ns, phase: 'session-created' });
  reporter.event({ kind: 'phase', t_ns: began_ns, phase: 'steady' });
  reportQueries(queries, began_ns, reporter);
  for (const edge of edges) reporter.event(edge);
  const { outputs, failure } = summarised(timing.outputsPath);
  const stage = (pick: (query: Query) => number) => Math.round(median(queries.map(pick)) * 1e6);
  reporter.event({
    kind: 'trtexec',
    t_ns: clock.now_ns(),
    version: trtexec.version,
    timed: timedStages(trtexec),
    build: {
      isCached: engine.isCached,
      duration_ns: engine.duration_ns,
      engineBytes: engine.bytes,
      preparing_ns,
    },
    stages: {
      h2d_ns: stage(({ h2dMs }) => h2dMs),
      compute_ns: stage(({ computeMs }) => computeMs),
      d2h_ns: stage(({ d2hMs }) => d2hMs),
    },
    warnings: [...measurementWarnings(output)],
    ...(failure !== null && { outputsFailure: failure }),
  });
  if (outputs !== null)
    reporter.event({ kind: 'output', t_ns: clock.now_ns(), outputs, labels: null });
  return { outcome: 'ok', stop: 'process-budget', message: '' };
}

/** What was timed stays, whatever became of the outputs: why there are none is said beside it. */
function summarised(path: string) {
  try {
    return {
      outputs: summariseOutputs(readOutputs(readBounded(path, maxOutputBytes))),
      failure: null,
    };
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    return { outputs: null, failure: cleanLine(error.message, 1000) };
  }
}

interface Timing {
  readonly queries: readonly Query[];
  /** When its loop began. */
  readonly began_ns: number;
  readonly output: string;
  readonly outputsPath: string;
  /** /proc around its loop without the warm-up; both or none. */
  readonly edges: ReturnType<EdgeReader['events']>;
}

/**
 * A cached engine that does not load is built anew: once, for one that was just built will not load
 * the next time either.
 */
async function prepareAndTime(
  job: WorkerJob,
  trtexec: Trtexec,
  { clock, reporter }: Context,
  options: TrtexecOptions,
): Promise<{ engine: BuiltEngine; preparing_ns: number; timing: Timing }> {
  const began_ns = clock.now_ns();
  const request = { ...job, cachePath: engineCache(enginesPath(job.storePath), 'trtexec') };
  for (;;) {
    const engine = await builtEngine(trtexec, request, options);
    const preparing_ns = clock.now_ns() - began_ns;
    try {
      const timing = await timeEngine(job, { trtexec, engine, clock, reporter }, options);
      return { engine, preparing_ns, timing };
    } catch (error) {
      if (!(error instanceof UnloadableEngine)) throw error;
      removeEngine(engine.path);
      if (!engine.isCached) throw error;
    }
  }
}

async function timeEngine(
  job: WorkerJob,
  { trtexec, engine, clock, reporter }: Context & { trtexec: Trtexec; engine: BuiltEngine },
  options: TrtexecOptions,
): Promise<Timing> {
  const limits = processLimits(job.cell, job.effort, 0);
  const { budgetMs, warmUp } = limits;
  // Its own duration may hold less than a pass over the images; one that is not whole counts for
  // none.
  const minIterations = Math.max(limits.minIterations, limits.passIterations ?? 0);
  const files = {
    engine: engine.path,
    times: join(job.scratchPath, 'times.json'),
    outputs: join(job.scratchPath, 'outputs.json'),
    inputs: writeInputs(job, job.scratchPath, trtexec),
  };
  const warmUpMs = Math.round(Math.min(warmUp.minMs, warmUp.capMs));
  const durationS = Math.max(1, Math.round((budgetMs - warmUpMs) / 1000));
  const shapes = engine.hasFreeShapes ? shapesOf(job.cell) : null;
  const args = timingArguments(trtexec, files, { warmUpMs, durationS, minIterations }, shapes);
  let began_ns = clock.now_ns();
  const loop = new LoopEdges(clock, job.rootPath);
  const run = await runTrtexec(trtexec.path, args, {
    ...options,
    onLine: (line, pid) => {
      if (line.includes('Starting inference')) {
        began_ns = clock.now_ns();
        loop.begin(warmUpMs);
        reporter.mapped(mappedLibraries(pid));
      } else if (endsLoop.test(line)) loop.end();
    },
  }).finally(() => loop.stop());
  options.signal.throwIfAborted();
  if (!hasPassed(run) && isUnloadable(run)) throw unloadable(run);
  if (!hasPassed(run)) throw failureOf('time the engine', run);
  const queries = readTimes(readBounded(files.times, maxTimesBytes));
  const edges = loop.events();
  return { queries, began_ns, output: run.output, outputsPath: files.outputs, edges };
}

/**
 * Its starts have six digits: where one would lie before the end of the query before, that end
 * counts.
 */
function reportQueries(queries: readonly Query[], began_ns: number, reporter: Reporter): void {
  const batch = new SampleBatch(Math.min(batchCapacity, queries.length));
  let free_ns = began_ns;
  for (const { startH2dMs, latencyMs } of queries) {
    const start_ns = Math.max(free_ns, began_ns + Math.round(startH2dMs * 1e6));
    const duration_ns = Math.round(latencyMs * 1e6);
    batch.start_ns[batch.length] = start_ns;
    batch.duration_ns[batch.length] = duration_ns;
    batch.length += 1;
    free_ns = start_ns + duration_ns;
    if (batch.length < batch.capacity) continue;
    reporter.samples(batch);
    batch.clear();
  }
  if (batch.length > 0) reporter.samples(batch);
}
