import type { EventOf, JournalEvent } from '../../agent/contract/events.ts';
import type { Plan } from '../../agent/contract/plan.ts';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { type BoardFiles, noBoardFiles, withFiles } from './board-files.ts';
import { type CpuState, initialCpu, withReading } from './cpu-state.ts';
import { type DisturbanceWatch, initialWatch, watchReading } from './disturbance-watch.ts';
import { type IrqState, initialIrq, withCounted, withEdge } from './irq-state.ts';
import { type ProcessState, steadyOf } from './process-state.ts';
import { emptyTimeline, explain, extend, type Timeline } from './timeline.ts';

/** What a run tells of the board and of single iterations, for somebody who watches it. */
export interface RunDetail {
  readonly timeline: Timeline;
  readonly disturbances: DisturbanceWatch;
  readonly cpu: CpuState;
  readonly irq: IrqState;
  readonly board: BoardFiles;
}

export const noDetail: RunDetail = {
  timeline: emptyTimeline,
  disturbances: initialWatch,
  cpu: initialCpu,
  irq: initialIrq,
  board: noBoardFiles,
};

/** What is measured when an event comes. */
interface Measured {
  readonly plan: Plan;
  readonly process: ProcessState | null;
}

/** The detail after one more event; `measured` is of before it. */
export function withEvent(detail: RunDetail, event: JournalEvent, measured: Measured): RunDetail {
  switch (event.kind) {
    case 'iter':
      return withBatch(detail, event, measured.process);
    case 'tag':
      return { ...detail, timeline: explain(detail.timeline, event, 'gc') };
    case 'tele':
      return withTele(detail, event, measured);
    case 'edge':
      return { ...detail, irq: withEdge(detail.irq, event) };
    default:
      return detail;
  }
}

function withBatch(
  detail: RunDetail,
  event: EventOf<'iter'>,
  process: ProcessState | null,
): RunDetail {
  const steady_ns = process === null ? [] : steadyOf(process);
  const typical_ns = steady_ns.length === 0 ? null : median(steady_ns);
  const extended = extend(detail.timeline, { ...event, starts_ns: startsOf(event) }, typical_ns);
  return { ...detail, timeline: explained(extended, detail.disturbances) };
}

function startsOf({ t0_ns, dt_ns, gap_ns }: EventOf<'iter'>): number[] {
  let at = t0_ns;
  return dt_ns.map((duration, index) => {
    const start = at;
    at += duration + (gap_ns[index] ?? 0);
    return start;
  });
}

function withTele(
  detail: RunDetail,
  event: EventOf<'tele'>,
  { plan, process }: Measured,
): RunDetail {
  const board = withFiles(detail.board, event.files);
  const cell = plan.cells.find(({ id }) => id === process?.cell);
  const since_ns = process?.isEnded === false ? process.steadyFrom_ns : null;
  const steady = cell === undefined || since_ns === null ? null : { cell, since_ns };
  const disturbances = watchReading(detail.disturbances, event, board.jetson, steady);
  return {
    cpu: withReading(detail.cpu, event),
    irq: withCounted(detail.irq, event),
    board,
    disturbances,
    timeline: explained(detail.timeline, disturbances),
  };
}

function explained(timeline: Timeline, { spans }: DisturbanceWatch): Timeline {
  return spans.reduce((marked, span) => explain(marked, span, span.cause), timeline);
}
