import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';
import type { WorkerDone, WorkerJob } from '../channel/messages.ts';
import { cleanText } from '../contract/clean-text.ts';
import { EngineRefusal } from '../engine/engine.ts';
import { refusedEngines } from '../engine/engine-cache.ts';
import { readInputs } from '../engine/inputs.ts';
import { openEngine } from '../engine/open-engine.ts';
import { cpuState } from '../proc/cpu-state.ts';
import { scheduling } from '../proc/scheduling.ts';
import { Clock } from '../process/clock.ts';
import { agentExitCodes } from '../process/exit-codes.ts';
import { EngineWatch } from './engine-watch.ts';
import { GcWatch } from './gc-watch.ts';
import { Measurement } from './measurement.ts';
import { LabelScore } from './outputs.ts';
import { Reporter } from './reporter.ts';
import { SteadyEdges } from './steady-edges.ts';
import { processLimits } from './stop-rule.ts';
import { ThreadWatch } from './thread-watch.ts';
import { measureWithTrtexec } from './trtexec-measurement.ts';

const supervisorFd = 3;

/**
 * Role `work`: measures one cell in this process. The job comes on standard input, everything
 * learned goes to file descriptor 3. SIGTERM ends it with all that was measured: after the
 * iteration under way, or within it where that is long and the engine can.
 */
export async function work(): Promise<number> {
  const job = JSON.parse(readFileSync(0, 'utf8')) as WorkerJob;
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  volunteerForOomKiller();
  const clock = new Clock(BigInt(job.origin_ns));
  const gc = new GcWatch(clock);
  const reporter = new Reporter(supervisorFd, clock, gc);
  reporter.ready(cpuState(job.rootPath), scheduling(job.rootPath));
  try {
    const done = await measure(job, { clock, reporter }, stop.signal);
    reporter.phase('finished');
    reporter.done(done);
    return agentExitCodes.ok;
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    const message = cleanText(error.message, 4096);
    reporter.done({ outcome: 'refused', stop: null, message, next: error.next });
    return agentExitCodes.failed;
  } finally {
    gc.stop();
  }
}

/**
 * When memory runs out, this process goes first: never the supervisor, never the board's own
 * services.
 */
function volunteerForOomKiller(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // A container may forbid it; the run goes on as any other process would.
  }
}

/** An iteration that was ended by a cancel gives an error: it is the cancel that counts. */
async function untilStopped(measurement: Measurement, signal: AbortSignal) {
  try {
    return await measurement.run();
  } catch (error) {
    // It may have come while an iteration blocked this thread: it is told in the next turn.
    await turnOfTheEventLoop();
    if (signal.aborted) return 'cancelled';
    throw error;
  }
}

interface Context {
  readonly clock: Clock;
  readonly reporter: Reporter;
}

async function measure(
  job: WorkerJob,
  { clock, reporter }: Context,
  signal: AbortSignal,
): Promise<Omit<WorkerDone, 'kind'>> {
  if (job.cell.engine === 'trtexec') return measureWithTrtexec(job, { clock, reporter }, signal);
  const engine = openEngine(job);
  reporter.phase('runtime-loaded', { ortVersion: engine.version });
  const engines = new EngineWatch(engine.cachePath ?? null);
  const threads = new ThreadWatch();
  const session = threads.during(() => engine.open(job.cell, job.modelPath));
  reporter.phase('session-created', { engineBuilt: engines.hasBuilt() });
  const inputs = readInputs(job.cell.inputs, job.storePath);
  session.bind(inputs.tensors);
  signal.addEventListener('abort', () => session.terminate?.());
  const edges = new SteadyEdges(
    session,
    { threads, engines },
    { clock, reporter, rootPath: job.rootPath, ortLibrary: job.cell.ortLibrary },
  );
  const score = inputs.feeder ? new LabelScore(inputs.feeder) : null;
  const measurement = new Measurement(
    { session, origin_ns: clock.origin_ns, feeder: inputs.feeder, score },
    processLimits(job.cell, job.effort, job.leastMs),
    { clock, reporter, edges },
    signal,
  );
  const stop = await untilStopped(measurement, signal).catch((error: unknown) => {
    throw error instanceof EngineRefusal ? refusedEngines(error, engine.cachePath ?? null) : error;
  });
  edges.report(score);
  return { outcome: stop === 'cancelled' ? 'cancelled' : 'ok', stop, message: '' };
}
