import type { Plan } from '../../../agent/contract/plan.ts';
import { median } from '../../../agent/contract/statistics/quantile.ts';
import {
  type RunningEstimate,
  runningEstimate,
} from '../../../host/analysis/statistics/running-estimate.ts';
import { type BoardState, initialState } from '../../../host/fleet/board-state.ts';
import type { FleetBoard } from '../../../host/fleet/fleet-board.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import type { BoardFigures } from '../../../host/journal/board-readings.ts';
import { type ProcessState, steadyOf } from '../../../host/journal/process-state.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import { processUnderWay } from '../../report/progress/progress-state.ts';

/** What of a board stands in the grid for one cell. */
export interface Headline extends RunningEstimate {
  /** Of the process under way alone: none has ended yet. */
  readonly isFirst: boolean;
}

const MAX_NOTES = 20;
/** A first process' running median is looked at once a second: figures that jump are not read. */
const RUNNING_MS = 1_000;

interface KnownEstimate {
  readonly medians_ns: readonly number[];
  readonly estimate: RunningEstimate | null;
}

interface RunningMedian {
  readonly process: number;
  readonly atMs: number;
  readonly median_ns: number | null;
}

const noFigures: BoardFigures = { celsius: null, watts: null, busyPercent: null };

/** One board of a fleet run as it is watched: of one small size, however long its run. */
export class WatchedBoard {
  readonly name: string;
  readonly tags: readonly string[];
  readonly #beganMs: number;
  #startedMs: number;
  #state: BoardState;
  #sinceMs: number;
  #bytesPerSecond = 0;
  #cellKeys: ReadonlyMap<string, string> = new Map();
  /** Half-width that the plan asks for, as a share. */
  #precision = 0;
  #title: string | null = null;
  /** Estimates as they were computed last, with the medians that they are of. */
  readonly #estimates = new Map<string, KnownEstimate>();
  #running: RunningMedian | null = null;
  /** What a view of this board alone is told first: all but its journal, which lies on the disk. */
  #head: readonly RunEvent[] = [];

  constructor({ name, tags }: Pick<FleetBoard, 'name' | 'tags'>, nowMs: number) {
    this.name = name;
    this.tags = tags;
    this.#beganMs = nowMs;
    this.#startedMs = nowMs;
    this.#sinceMs = nowMs;
    this.#state = initialState(name);
  }

  get state(): BoardState {
    return this.#state;
  }

  /** When it entered the phase that it is in. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  get beganMs(): number {
    return this.#beganMs;
  }

  /** When its run began to be followed. */
  get startedMs(): number {
    return this.#startedMs;
  }

  /** Of the push under way. */
  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  /**
   * Cells that are measured, by keys that are the same for the same cell of another board (model's
   * id, space, label); in the plan's order.
   */
  get cells(): readonly string[] {
    return [...this.#cellKeys.values()];
  }

  /**
   * Models and execution providers of the plan: `resnet34-cifar10 · CPU fp32`; null before it is
   * made.
   */
  get title(): string | null {
    return this.#title;
  }

  /** Cell of the process under way. */
  get currentCell(): string | null {
    const process = this.#underWay;
    return process === null ? null : (this.#cellKeys.get(process.cell) ?? null);
  }

  /** Warm-up is not over. */
  get isWarming(): boolean {
    return this.#underWay?.steadyFrom_ns === null;
  }

  /** What it tells of itself. */
  get figures(): BoardFigures {
    return this.#state.run?.readings.figures() ?? noFigures;
  }

  get head(): readonly RunEvent[] {
    return this.#head;
  }

  hear({ state, event }: FleetChange, nowMs: number): void {
    if (state.phase !== this.#state.phase) this.#sinceMs = nowMs;
    if (event?.kind === 'started' || event?.kind === 'attached') this.#startedMs = nowMs;
    if (event === null && state.phase === 'queued') this.#startAgain();
    this.#state = state;
    if (event !== null) this.#take(event);
  }

  /** Median and interval of a cell so far; null before anything of it was measured. */
  headline(key: string, nowMs: number): Headline | null {
    const medians_ns = this.#mediansOf(key);
    if (medians_ns.length > 0) {
      const estimate = this.#estimate(key, medians_ns);
      return estimate === null ? null : { ...estimate, isFirst: false };
    }
    const process = this.#underWay;
    if (process === null || this.currentCell !== key) return null;
    const median_ns = this.#runningMedian(process, nowMs);
    return median_ns === null ? null : { median_ns, halfWidth: null, processes: 1, isFirst: true };
  }

  /**
   * The slowest iteration of each of the last seconds, the newest last; null where none was
   * measured.
   */
  lastSeconds(count: number): (number | null)[] {
    const seconds = this.#state.run?.seconds ?? [];
    const end = seconds.at(-1)?.at ?? 0;
    const by = new Map(seconds.map(({ at, max_ns }) => [at, max_ns]));
    return Array.from({ length: count }, (_, index) => by.get(end - count + 1 + index) ?? null);
  }

  get #underWay(): ProcessState | null {
    return processUnderWay(this.#state);
  }

  #mediansOf(key: string): readonly number[] {
    const id = [...this.#cellKeys].find(([, known]) => known === key)?.[0];
    return (id === undefined ? undefined : this.#state.run?.cells.get(id)?.medians_ns) ?? [];
  }

  #estimate(key: string, medians_ns: readonly number[]): RunningEstimate | null {
    const known = this.#estimates.get(key);
    if (known?.medians_ns === medians_ns) return known.estimate;
    const estimate = runningEstimate(medians_ns, this.#precision);
    this.#estimates.set(key, { medians_ns, estimate });
    return estimate;
  }

  #startAgain(): void {
    this.#bytesPerSecond = 0;
    this.#cellKeys = new Map();
    this.#estimates.clear();
    this.#running = null;
    this.#head = [];
  }

  #take(event: RunEvent): void {
    if (event.kind === 'planned') this.#takePlan(event.plan);
    if (event.kind === 'push') this.#bytesPerSecond = event.progress.bytesPerSecond;
    if (event.kind !== 'journal' && event.kind !== 'finished') this.#remember(event);
  }

  /** Of what comes often the newest is enough. */
  #remember(event: RunEvent): void {
    const isRepeated = event.kind === 'push' || event.kind === 'preparing';
    const kept = isRepeated ? this.#head.filter(({ kind }) => kind !== event.kind) : this.#head;
    const notes = kept.filter(({ kind }) => kind === 'note');
    const oldest = notes.length >= MAX_NOTES ? notes[0] : undefined;
    this.#head = [...kept.filter((each) => each !== oldest), event];
  }

  #takePlan({ cells, models, effort }: Plan): void {
    this.#precision = effort.precision;
    const measured = cells.filter(({ purpose }) => purpose === 'measure');
    const names = new Map(models.map(({ id, name }) => [id, name]));
    this.#cellKeys = new Map(measured.map(({ id, model, label }) => [id, `${model} ${label}`]));
    const used = new Set(measured.map((cell) => names.get(cell.model) ?? cell.model));
    const kinds = new Set(measured.map(({ ep, precision }) => `${ep.toUpperCase()} ${precision}`));
    this.#title = `${[...used].join(', ')} · ${[...kinds].join(', ')}`;
  }

  #runningMedian(current: ProcessState, nowMs: number): number | null {
    const { process } = current;
    const isOld = this.#running === null || nowMs - this.#running.atMs >= RUNNING_MS;
    if (this.#running?.process !== process || isOld) {
      const steady_ns = steadyOf(current);
      // Before the first steady iteration it is looked again.
      if (steady_ns.length === 0) return null;
      this.#running = { process, atMs: nowMs, median_ns: median(steady_ns) };
    }
    return this.#running?.median_ns ?? null;
  }
}
