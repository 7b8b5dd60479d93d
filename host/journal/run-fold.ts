import type { EventOf, JournalEvent } from '../../agent/contract/events.ts';
import type { Plan } from '../../agent/contract/plan.ts';
import { begunProcess, endedProcess, withIterations } from './process-state.ts';
import type { RunDepth } from './run-depth.ts';
import { withEvent } from './run-detail.ts';
import {
  type CellState,
  type Cooldown,
  cellOf,
  initialRun,
  type RunChange,
  type RunState,
  type RunStep,
} from './run-state.ts';

/** Turns the events of a run into its state, one after the other. */
export class RunFold {
  readonly #depth: RunDepth;
  #run: RunState;

  constructor(plan: Plan, depth: RunDepth) {
    this.#depth = depth;
    this.#run = initialRun(plan, depth);
  }

  /** Takes the next event; gives the state after it. */
  add(event: JournalEvent): RunStep {
    const before = this.#run;
    const { run, change } = stepOf(before, event, this.#depth);
    this.#run = {
      ...run,
      // Events are written in the order in which they became known, not of their times.
      last_ns: Math.max(before.last_ns, event.t_ns),
      detail: before.detail === null ? null : withEvent(before.detail, event, before),
    };
    return { run: this.#run, change };
  }
}

const other: RunChange = { kind: 'other' };

function stepOf(run: RunState, event: JournalEvent, depth: RunDepth): RunStep {
  switch (event.kind) {
    case 'process':
      return {
        run: {
          ...run,
          coolingDown: null,
          process: begunProcess(event, depth),
          firstProcess_ns: run.firstProcess_ns ?? event.t_ns,
        },
        change: { kind: 'process-began' },
      };
    case 'phase':
      return { run: withPhase(run, event), change: other };
    case 'iter':
      return { run: withBatch(run, event, depth), change: { kind: 'iterations' } };
    case 'process-end':
      return withEnd(run, event);
    case 'trtexec': {
      const { isCached, duration_ns } = event.build;
      const built_ns = run.built_ns + (isCached ? 0 : duration_ns);
      return { run: { ...run, built_ns }, change: other };
    }
    case 'cell': {
      const ended = (cell: CellState) => ({ ...cell, ended: event.reason });
      return { run: withCell(run, event.cell, ended), change: { kind: 'cell-ended' } };
    }
    case 'tele':
      return withReading(run, event);
    case 'warn':
    case 'error': {
      const isError = event.kind === 'error';
      return { run, change: { kind: 'notice', isError, text: event.text } };
    }
    case 'bye':
      return { run: { ...run, isOver: true }, change: { kind: 'ended' } };
    default:
      return { run, change: other };
  }
}

function withPhase(run: RunState, { phase, t_ns }: EventOf<'phase'>): RunState {
  if (phase !== 'steady' || run.process === null) return run;
  return { ...run, process: { ...run.process, steadyFrom_ns: t_ns } };
}

function withBatch(run: RunState, event: EventOf<'iter'>, depth: RunDepth): RunState {
  const seconds = depth.seconds === 0 ? run.seconds : withSecond(run, event, depth.seconds);
  if (run.process?.process !== event.process) return { ...run, seconds };
  return { ...run, seconds, process: withIterations(run.process, event) };
}

function withSecond(
  { seconds }: RunState,
  { t0_ns, dt_ns }: EventOf<'iter'>,
  most: number,
): RunState['seconds'] {
  const at = Math.floor(t0_ns / 1e9);
  const last = seconds.at(-1);
  const isSame = last?.at === at;
  const max_ns = dt_ns.reduce((slowest, each) => Math.max(slowest, each), isSame ? last.max_ns : 0);
  const before = isSame ? seconds.slice(0, -1) : seconds;
  return [...before, { at, max_ns }].slice(-most);
}

function withEnd(run: RunState, event: EventOf<'process-end'>): RunStep {
  const ended = endedProcess(run.process, event);
  const { cell, outcome, steady, isCounted } = ended;
  const change = { kind: 'process-ended' as const, ended };
  const counted = { ...run, processesDone: run.processesDone + 1 };
  if (run.process === null || cell === null) return { run: counted, change };
  const over = { ...counted, process: { ...run.process, isEnded: true } };
  if (outcome === 'cancelled' || (outcome === 'ok' && (!isCounted || steady === null))) {
    return { run: over, change };
  }
  const withOutcome = (before: CellState): CellState =>
    outcome === 'ok' && steady !== null
      ? { ...before, medians_ns: [...before.medians_ns, steady.median_ns] }
      : { ...before, failed: before.failed + 1 };
  return { run: withCell(over, cell, withOutcome), change };
}

function withReading(run: RunState, event: EventOf<'tele'>): RunStep {
  const read = { ...run, readings: run.readings.with(event) };
  const { cooldown } = event;
  if (cooldown === undefined) return { run: read, change: { kind: 'reading' } };
  const told: Cooldown = {
    state: cooldown.state,
    celsius: cooldown.milliC / 1000,
    limitC: cooldown.limitMilliC / 1000,
    waitedMs: cooldown.waitedMs,
  };
  const { celsius, limitC } = told;
  const coolingDown = told.state === 'waiting' ? { celsius, limitC } : null;
  return { run: { ...read, coolingDown }, change: { kind: 'cooldown', cooldown: told } };
}

function withCell(run: RunState, id: string, change: (cell: CellState) => CellState): RunState {
  return { ...run, cells: new Map([...run.cells, [id, change(cellOf(run, id))]]) };
}
