import type { EventOf, JournalEvent } from '../../../agent/contract/events.ts';
import type { Plan } from '../../../agent/contract/plan.ts';
import {
  type RunningEstimate,
  runningEstimate,
} from '../../../host/analysis/statistics/running-estimate.ts';
import { type BoardState, initialState } from '../../../host/fleet/board-state.ts';
import type { FleetBoard } from '../../../host/fleet/fleet-board.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import { BoardTelemetry } from './board-telemetry.ts';
import { ProcessSample } from './process-sample.ts';

/** What of a board stands in the grid for one cell. */
export interface Headline extends RunningEstimate {
  /** Of the process under way alone: none has ended yet. */
  readonly isFirst: boolean;
}

/** The slowest iteration in one second of the run. */
interface Second {
  readonly at: number;
  readonly max_ns: number;
}

interface CurrentProcess {
  readonly process: number;
  readonly key: string | null;
  readonly sample: ProcessSample;
  steadyFrom_ns: number | null;
}

const SECONDS = 60;
const MAX_NOTES = 20;
/** A first process' running median is looked at once a second: figures that jump are not read. */
const RUNNING_MS = 1_000;

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
  #medians_ns = new Map<string, readonly number[]>();
  #estimates = new Map<string, RunningEstimate | null>();
  #current: CurrentProcess | null = null;
  #running: { readonly atMs: number; readonly median_ns: number | null } | null = null;
  #seconds: readonly Second[] = [];
  #telemetry = new BoardTelemetry();
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
   * Cells that are measured, by keys that are the same for the same cell of another board (model's id, space, label);
   * in the plan's order.
   */
  get cells(): readonly string[] {
    return [...this.#cellKeys.values()];
  }

  /** Models and execution providers of the plan: `resnet34-cifar10 · CPU fp32`; null before it is made. */
  get title(): string | null {
    return this.#title;
  }

  /** Cell of the process under way. */
  get currentCell(): string | null {
    return this.#current?.key ?? null;
  }

  /** Warm-up is not over. */
  get isWarming(): boolean {
    return this.#current !== null && this.#current.steadyFrom_ns === null;
  }

  get telemetry(): BoardTelemetry {
    return this.#telemetry;
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
    const medians_ns = this.#medians_ns.get(key);
    if (medians_ns !== undefined) {
      const known = this.#estimates.get(key) ?? runningEstimate(medians_ns, this.#precision);
      this.#estimates.set(key, known);
      return known === null ? null : { ...known, isFirst: false };
    }
    if (this.#current?.key !== key) return null;
    const median_ns = this.#runningMedian(this.#current, nowMs);
    return median_ns === null ? null : { median_ns, halfWidth: null, processes: 1, isFirst: true };
  }

  /** The slowest iteration of each of the last seconds, the newest last; null where none was measured. */
  lastSeconds(count: number): (number | null)[] {
    const end = this.#seconds.at(-1)?.at ?? 0;
    const by = new Map(this.#seconds.map(({ at, max_ns }) => [at, max_ns]));
    return Array.from({ length: count }, (_, index) => by.get(end - count + 1 + index) ?? null);
  }

  #startAgain(): void {
    this.#bytesPerSecond = 0;
    this.#cellKeys = new Map();
    this.#medians_ns = new Map();
    this.#estimates = new Map();
    this.#current = null;
    this.#running = null;
    this.#seconds = [];
    this.#telemetry = new BoardTelemetry();
    this.#head = [];
  }

  #take(event: RunEvent): void {
    if (event.kind === 'journal') this.#takeJournal(event.event);
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

  #takeJournal(event: JournalEvent): void {
    switch (event.kind) {
      case 'process':
        this.#begin(event);
        break;
      case 'phase':
        if (event.phase === 'steady' && this.#current !== null) {
          this.#current.steadyFrom_ns = event.t_ns;
        }
        break;
      case 'iter':
        if (event.process === this.#current?.process) this.#current.sample.add(event);
        this.#extend(event);
        break;
      case 'tele':
        this.#telemetry.add(event);
        break;
      case 'process-end':
        this.#end(event);
        break;
      default:
    }
  }

  #begin({ process, cell }: EventOf<'process'>): void {
    const key = this.#cellKeys.get(cell) ?? null;
    this.#current = { process, key, sample: new ProcessSample(), steadyFrom_ns: null };
    this.#running = null;
  }

  #end({ process, outcome }: EventOf<'process-end'>): void {
    const current = this.#current;
    if (current === null || current.process !== process) return;
    this.#current = null;
    if (outcome !== 'ok' || current.key === null || current.steadyFrom_ns === null) return;
    const median_ns = current.sample.median(current.steadyFrom_ns);
    if (median_ns === null) return;
    const before = this.#medians_ns.get(current.key) ?? [];
    this.#medians_ns.set(current.key, [...before, median_ns]);
    this.#estimates.delete(current.key);
  }

  #runningMedian({ sample, steadyFrom_ns }: CurrentProcess, nowMs: number): number | null {
    if (steadyFrom_ns === null) return null;
    if (this.#running === null || nowMs - this.#running.atMs >= RUNNING_MS) {
      this.#running = { atMs: nowMs, median_ns: sample.median(steadyFrom_ns) };
    }
    return this.#running.median_ns;
  }

  #extend({ t0_ns, dt_ns }: EventOf<'iter'>): void {
    const at = Math.floor(t0_ns / 1e9);
    const last = this.#seconds.at(-1);
    const isSame = last?.at === at;
    const max_ns = dt_ns.reduce((most, each) => Math.max(most, each), isSame ? last.max_ns : 0);
    const before = isSame ? this.#seconds.slice(0, -1) : this.#seconds;
    this.#seconds = [...before, { at, max_ns }].slice(-SECONDS);
  }
}
