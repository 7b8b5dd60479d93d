import { join } from 'node:path';
import type { WorkerJob } from '../channel/messages.ts';
import type { WrittenOf } from '../contract/events.ts';
import type { Cell, Plan } from '../contract/plan.ts';
import { scratchName } from '../contract/run-files.ts';
import { CellProcess, type CellProcessContext } from './cell-process.ts';
import { Cooldown } from './cooldown.ts';
import { measureIdle } from './idle-baseline.ts';
import { Pilots } from './pilots.ts';
import { provePlacement } from './profile-process.ts';
import { type CellEnd, Schedule } from './schedule.ts';
import { SteeredProcesses } from './steered-processes.ts';
import type { Steering } from './steering.ts';

export type RunReason = WrittenOf<'bye'>['reason'];

/** A plan made ready to run on this board. */
export interface PreparedPlan {
  readonly plan: Plan;
  /** Path of each model's `.onnx`, by model id. */
  readonly modelPaths: ReadonlyMap<string, string>;
  readonly storePath: string;
  readonly runDirectory: string;
  /** Told before each process whether it is watched; null without telemetry. */
  readonly watch: ((isOn: boolean) => void) | null;
  /** `/`, but in tests: what the board's /sys hangs below. */
  readonly rootPath: string;
  /** Null where no cell wants interrupts moved. */
  readonly steering: Steering | null;
}

/**
 * Runs the blocks of a plan, one fresh process per cell and block, one at a time. Resolves with why
 * it ended; aborting the signal ends it as cancelled, with all that was measured.
 */
export async function runPlan(
  prepared: PreparedPlan,
  context: CellProcessContext,
  signal: AbortSignal,
): Promise<RunReason> {
  return new PlanRun(prepared, context, signal).run();
}

class PlanRun {
  readonly #prepared: PreparedPlan;
  readonly #context: CellProcessContext;
  readonly #signal: AbortSignal;
  readonly #schedule: Schedule;
  readonly #pilots: Pilots;
  /** Cells whose placement was asked for, with or without an answer. */
  readonly #proved = new Set<string>();
  /** The budget is of measuring, not of waiting for the board, nor of building engines. */
  readonly #began_ns: number;
  #built_ns = 0;
  readonly #steered: SteeredProcesses;
  #processes: number;
  /** From the first process on, where the plan wants it. */
  #cooldown: Cooldown | null = null;

  constructor(prepared: PreparedPlan, context: CellProcessContext, signal: AbortSignal) {
    this.#prepared = prepared;
    this.#context = context;
    this.#signal = signal;
    this.#schedule = new Schedule(prepared.plan);
    this.#pilots = new Pilots(prepared.plan.effort);
    this.#steered = new SteeredProcesses(prepared.steering, prepared.rootPath, context);
    this.#began_ns = context.clock.now_ns();
    this.#processes = prepared.plan.firstProcess ?? 0;
  }

  async run(): Promise<RunReason> {
    const { idleMs = 0 } = this.#prepared.plan.effort;
    if (idleMs > 0) await measureIdle(idleMs, this.#context, this.#signal);
    const end = await this.#runBlocks();
    this.#leave(this.#schedule.endAll(end));
    if (end === 'cancelled' || end === 'budget') return end;
    return this.#schedule.allFailed ? 'failed' : 'completed';
  }

  async #runBlocks(): Promise<'max-blocks' | 'budget' | 'cancelled'> {
    for (const [block, ids] of this.#prepared.plan.order.entries()) {
      for (const id of ids) {
        if (this.#schedule.live(id) !== null) await this.#coolDown();
        if (this.#isBudgetGone()) return 'budget';
        await this.#runProcess(block, id);
        if (this.#signal.aborted) return 'cancelled';
      }
      this.#leave(this.#schedule.endBlock());
      if (this.#schedule.isDone) break;
    }
    return 'max-blocks';
  }

  /** Looked at before every process: a block of many cells can outlast the whole budget. */
  #isBudgetGone(): boolean {
    return this.#remainingMs() <= 0;
  }

  #remainingMs(): number {
    const { totalBudgetMs } = this.#prepared.plan.effort;
    if (totalBudgetMs === null) return Number.POSITIVE_INFINITY;
    const measuring_ns = this.#context.clock.now_ns() - this.#began_ns - this.#built_ns;
    return totalBudgetMs - measuring_ns / 1e6;
  }

  /** The first process finds the board as it is: that is what the later ones wait for. */
  async #coolDown(): Promise<void> {
    const { plan, rootPath } = this.#prepared;
    const rule = plan.effort.cooldown;
    if (rule === undefined) return;
    if (this.#cooldown === null) this.#cooldown = new Cooldown(rule, rootPath, this.#context);
    else await this.#cooldown.wait(this.#processes, this.#remainingMs(), this.#signal);
  }

  async #runProcess(block: number, id: string): Promise<void> {
    const cell = this.#schedule.live(id);
    if (cell === null || this.#signal.aborted) return;
    if (!(await this.#steered.prepare(cell))) return this.#leave(this.#schedule.failed(id, true));
    this.#prepared.watch?.(cell.isUnwatched !== true);
    const leastMs = this.#pilots.leastMs(cell);
    const job = { ...workerJob(cell, this.#prepared, this.#context), leastMs };
    const worker = new CellProcess(this.#processes, block, job, this.#context);
    this.#processes += 1;
    const isIntact = () => this.#steered.isIntact();
    const ran = await worker.run(this.#signal, isIntact);
    const { outcome, median_ns } = ran;
    const isAsMeant = !ran.isMovedBack && !ran.hasOtherCpus;
    this.#built_ns += ran.built_ns;
    await this.#steered.check();
    if (outcome === 'ok' && median_ns !== null && isAsMeant) {
      this.#schedule.succeeded(id, median_ns);
      this.#pilots.settled(cell, ran.settledMs);
      await this.#provePlacement(job);
    } else if (outcome !== 'cancelled')
      this.#leave(this.#schedule.failed(id, outcome === 'refused'));
  }

  /** Once per cell, after its first timed process: a model that runs not at all needs no proof. */
  async #provePlacement(job: WorkerJob): Promise<void> {
    const { cell, modelPath, modelHashes, storePath, runtimePath } = job;
    const isAsked = this.#prepared.plan.placement && cell.purpose === 'measure';
    if (!isAsked || this.#proved.has(cell.id)) return;
    if (this.#signal.aborted) return;
    this.#proved.add(cell.id);
    const profileJob = { cell, modelPath, modelHashes, storePath, runtimePath };
    await provePlacement(profileJob, this.#prepared.runDirectory, this.#context, this.#signal);
  }

  #leave(cells: readonly CellEnd[]): void {
    const { journal, clock } = this.#context;
    for (const cell of cells) journal.write({ kind: 'cell', t_ns: clock.now_ns(), ...cell });
  }
}

function workerJob(
  cell: Cell,
  prepared: PreparedPlan,
  context: CellProcessContext,
): Omit<WorkerJob, 'leastMs'> {
  const { plan, modelPaths, storePath, runDirectory, rootPath } = prepared;
  return {
    cell,
    effort: plan.effort,
    modelPath: modelPaths.get(cell.model) ?? join('models', cell.model),
    modelHashes:
      plan.models.find(({ id }) => id === cell.model)?.files.map(({ sha256 }) => sha256) ?? [],
    storePath,
    scratchPath: join(runDirectory, scratchName),
    runtimePath: context.runtime.path,
    origin_ns: String(context.clock.origin_ns),
    rootPath,
  };
}
