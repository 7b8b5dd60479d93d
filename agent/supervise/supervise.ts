import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SamplerJob } from '../channel/messages.ts';
import { type BoardHolder, boardScope } from '../contract/board-lock.ts';
import { cleanLine } from '../contract/clean-text.ts';
import { type Plan, sampleEveryMs } from '../contract/plan.ts';
import { scratchName, segmentFile } from '../contract/run-files.ts';
import { Clock } from '../process/clock.ts';
import { dieWithParent } from '../process/die-with-parent.ts';
import { roleSearchPath } from '../process/environment/search-path.ts';
import { agentExitCodes } from '../process/exit-codes.ts';
import { type Runtime, rootPathOf } from '../process/runtime.ts';
import { hangLimits } from '../process/watchdog.ts';
import { linkInterface } from '../sample/link-interface.ts';
import { findProgram } from './find-program.ts';
import { helloEvent } from './hello.ts';
import { busySentence, type HoldAttempt, holdBoard } from './hold-board.ts';
import { Journal } from './journal.ts';
import { LibraryHashes } from './library-hashes.ts';
import { layOutModel, PreparationError } from './model-files.ts';
import { readPlan } from './read-plan.ts';
import { type RunReason, runPlan } from './run-plan.ts';
import { SamplerProcess } from './sampler-process.ts';
import { Steering } from './steering.ts';

export interface SuperviseOptions {
  /** `<base>/runs/<run-id>` */
  readonly runDirectory: string;
  /** 1, or which continuation of a cut run this is: see `plan.segment`. */
  readonly segment: number;
  /** How long to wait while another run holds the board. */
  readonly waitMs: number;
}

/**
 * Role `supervise`: executes `plan.json` of the run's directory and writes the journal beside it.
 * Nobody needs to listen; SIGTERM cancels, a hang-up is ignored. Resolves with the exit code; the
 * journal says the rest.
 */
export async function supervise(options: SuperviseOptions, runtime: Runtime): Promise<number> {
  const clock = new Clock();
  const stop = new AbortController();
  // On a full disk agent.log takes no more either; that must not be what ends the run.
  process.stderr.on('error', () => {});
  const journalPath = join(options.runDirectory, segmentFile('journal.ndjson', options.segment));
  if (existsSync(journalPath)) {
    process.stderr.write(`${journalPath} is there already: a journal is written once\n`);
    return agentExitCodes.usage;
  }
  const journal = openJournal(journalPath, clock, stop);
  if (journal === null) return agentExitCodes.journal;
  process.on('SIGHUP', () => {});
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  return new Supervisor(options, runtime, clock, journal).run(stop.signal);
}

/** Null when not even an empty journal can be written; agent.log says why. */
function openJournal(path: string, clock: Clock, stop: AbortController): Journal | null {
  try {
    const journal = new Journal(path, ({ message }) => {
      const text = `the journal cannot be written, the run ends: ${message}`;
      journal.write({ kind: 'error', t_ns: clock.now_ns(), code: 'journal-unwritable', text });
      process.stderr.write(`${text}\n`);
      stop.abort();
    });
    return journal;
  } catch (error) {
    process.stderr.write(`cannot write the journal: ${(error as Error).message}\n`);
    return null;
  }
}

class Supervisor {
  readonly #runDirectory: string;
  readonly #options: SuperviseOptions;
  readonly #basePath: string;
  readonly #runtime: Runtime;
  readonly #clock: Clock;
  readonly #journal: Journal;
  #samplerCpu_ns = 0;
  #steering: Steering | null = null;

  constructor(options: SuperviseOptions, runtime: Runtime, clock: Clock, journal: Journal) {
    this.#options = options;
    this.#runDirectory = options.runDirectory;
    this.#basePath = resolve(options.runDirectory, '../..');
    this.#runtime = runtime;
    this.#clock = clock;
    this.#journal = journal;
  }

  async run(signal: AbortSignal): Promise<number> {
    const read = readPlan(this.#runDirectory, this.#options.segment);
    if (!read.ok) return this.#refuse(read.code, read.problem, agentExitCodes.usage);
    const { plan } = read;
    this.#journal.write(helloEvent(plan, this.#runtime, this.#clock));
    this.#journal.flush();
    try {
      this.#steering = this.#openSteering(plan);
    } catch (error) {
      return this.#refuse('preparation', (error as Error).message, agentExitCodes.failed);
    }
    const hold = await this.#hold(plan, signal).catch((error: Error) => error);
    if (hold instanceof Error) {
      const text = `cannot take the board's lock: ${hold.message}`;
      return this.#refuse('preparation', text, agentExitCodes.failed);
    }
    if (hold.state === 'cancelled') return this.#bye('cancelled');
    if (hold.state === 'busy') {
      const text = busySentence(hold.holder, Date.now());
      return this.#refuse('board-busy', text, agentExitCodes.busy);
    }
    try {
      return await this.#runLocked(plan, signal);
    } finally {
      for (const name of ['models', 'profile', scratchName]) {
        rmSync(join(this.#runDirectory, name), { recursive: true, force: true });
      }
      rmSync(join(this.#runDirectory, 'pid'), { force: true });
      hold.release();
    }
  }

  /**
   * At once, even where the board has to be waited for: the guardian does not wait for ever. Nobody
   * starts one for a run that goes on after it was cut: what it can measure without is measured.
   */
  #openSteering({ cells, order }: Plan): Steering | null {
    const due = new Set(order.flat());
    if (!cells.some(({ id, isSteered }) => isSteered && due.has(id))) return null;
    if (this.#options.segment === 1) return Steering.open(this.#basePath);
    // A guardian that waits there now waits for another run.
    this.#warn('irq-not-moved', 'a run that was cut goes on without interrupts being moved');
    return null;
  }

  async #runLocked(plan: Plan, signal: AbortSignal): Promise<number> {
    let sampler: SamplerProcess | null = null;
    try {
      const storePath = join(this.#basePath, 'store', 'sha256');
      const modelPaths = this.#prepare(plan, storePath);
      sampler = this.#startSampler(plan);
      const context = {
        journal: this.#journal,
        clock: this.#clock,
        runtime: this.#runtime,
        dieWithParent: dieWithParent('KILL'),
        hangLimits,
        libraries: new LibraryHashes(),
      };
      const watched = sampler;
      const watch = watched && ((isOn: boolean) => watched.watch(isOn));
      const reason = await runPlan(
        {
          plan,
          modelPaths,
          storePath,
          runDirectory: this.#runDirectory,
          watch,
          rootPath: rootPathOf(this.#runtime),
          steering: this.#steering,
        },
        context,
        signal,
      );
      this.#samplerCpu_ns = (await sampler?.stop()) ?? 0;
      return this.#bye(reason);
    } catch (error) {
      await sampler?.stop();
      if (error instanceof PreparationError) {
        return this.#refuse('preparation', error.message, agentExitCodes.failed);
      }
      this.#refuse('agent-bug', String(error), agentExitCodes.bug);
      throw error;
    }
  }

  /** Writes the pid and lays out the models; gives the path of each model's `.onnx`. */
  #prepare(plan: Plan, storePath: string): ReadonlyMap<string, string> {
    try {
      writeFileSync(join(this.#runDirectory, 'pid'), `${process.pid}\n`);
      return new Map(
        plan.models.map((model) => {
          const directory = join(this.#runDirectory, 'models', model.id);
          return [model.id, layOutModel(model, directory, storePath)];
        }),
      );
    } catch (error) {
      if (error instanceof PreparationError) throw error;
      const { message } = error as Error;
      throw new PreparationError(`cannot prepare the run on the board: ${message}`);
    }
  }

  #startSampler(plan: Plan): SamplerProcess | null {
    if (plan.telemetry === 'off') return null;
    const job: SamplerJob = {
      origin_ns: String(this.#clock.origin_ns),
      runDirectory: this.#runDirectory,
      segment: this.#options.segment,
      mode: this.#telemetryMode(plan),
      everyMs: sampleEveryMs(plan),
      isBySource: plan.telemetry === 'proc' || plan.telemetry === 'full',
      link: linkInterface(this.#runtime.account),
      rootPath: rootPathOf(this.#runtime),
      dieWithParent: dieWithParent('INT'),
    };
    const context = { journal: this.#journal, clock: this.#clock, runtime: this.#runtime };
    return new SamplerProcess(job, context);
  }

  #telemetryMode(plan: Plan): SamplerJob['mode'] {
    if (plan.telemetry !== 'mpstat') return 'proc';
    if (findProgram('mpstat', roleSearchPath(this.#runtime.account))) return 'mpstat';
    this.#warn('no-mpstat', 'mpstat is not installed: telemetry is read from /proc instead');
    return 'proc';
  }

  async #hold(plan: Plan, signal: AbortSignal): Promise<HoldAttempt> {
    const request = {
      lockPath: join(this.#basePath, 'lock'),
      scope: boardScope(this.#runtime.account.ORIN_REMOTE_LOCK),
      owner: plan.owner,
      runId: plan.runId,
      waitMs: this.#options.waitMs,
    };
    const tell = (holder: BoardHolder) =>
      this.#warn('waiting', `waiting for the board: ${busySentence(holder, Date.now())}`);
    const hold = await holdBoard(request, tell, signal);
    if (hold.state === 'held' && hold.stale) {
      const { owner, runId, startedUtc } = hold.stale;
      const text = `took over the lock of run ${runId} (${owner}, ${startedUtc}), which has ended`;
      this.#warn('stale-lock', cleanLine(text, 1000));
    }
    return hold;
  }

  #warn(code: string, text: string): void {
    this.#journal.write({ kind: 'warn', t_ns: this.#clock.now_ns(), code, text });
  }

  /** The run cannot go on: said in the journal and in agent.log. */
  #refuse(code: string, text: string, exitCode: number): number {
    process.stderr.write(`${text}\n`);
    this.#journal.write({
      kind: 'error',
      t_ns: this.#clock.now_ns(),
      code,
      text: text.slice(0, 4096),
    });
    this.#bye('failed');
    return exitCode;
  }

  #bye(end: RunReason): number {
    const reason = this.#journal.failure ? 'failed' : end;
    const { user, system } = process.cpuUsage();
    const wall_ns = this.#clock.now_ns();
    this.#journal.close({
      t_ns: wall_ns,
      reason,
      overhead: {
        supervisorCpu_ns: (user + system) * 1000,
        samplerCpu_ns: this.#samplerCpu_ns,
        wall_ns,
      },
    });
    if (this.#journal.failure) return agentExitCodes.journal;
    if (reason === 'cancelled') return agentExitCodes.cancelled;
    return reason === 'failed' ? agentExitCodes.failed : agentExitCodes.ok;
  }
}
