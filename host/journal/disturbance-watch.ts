import type { EventOf } from '../../agent/contract/events.ts';
import type { Cell } from '../../agent/contract/plan.ts';
import type { JetsonState } from '../telemetry/jetson-state.ts';
import {
  burstBound,
  busyClock,
  dropBound,
  isBurst,
  type Window,
} from '../telemetry/usual-range.ts';
import type { Cause } from './timeline.ts';

/** A window of telemetry that was not as it usually is while this cell runs. */
interface DisturbedSpan {
  readonly start_ns: number;
  readonly duration_ns: number;
  readonly cause: Extract<Cause, 'interrupts' | 'clock'>;
}

interface CellHistory {
  readonly windows: readonly Window[];
  readonly clocks: readonly number[];
}

/** What telemetry said while each cell was steady; bounded. */
export interface DisturbanceWatch {
  readonly last: { readonly t_ns: number; readonly intr: number } | null;
  readonly cells: ReadonlyMap<string, CellHistory>;
  /** The newest ones: iterations of their time may be told after them. */
  readonly spans: readonly DisturbedSpan[];
}

export const initialWatch: DisturbanceWatch = { last: null, cells: new Map(), spans: [] };

const MAX_HISTORY = 600;
const MAX_SPANS = 16;
const noHistory: CellHistory = { windows: [], clocks: [] };

/** The cell that is steady now, since when. */
interface SteadyCell {
  readonly cell: Cell;
  readonly since_ns: number;
}

/**
 * The watch after one more reading. Live, all interrupts of the board are counted, whatever the
 * telemetry: the result counts those of devices where it can.
 */
export function watchReading(
  watch: DisturbanceWatch,
  event: EventOf<'tele'>,
  jetson: JetsonState | null,
  steady: SteadyCell | null,
): DisturbanceWatch {
  if (event.idle !== undefined) return watch;
  const { t_ns, intr } = event;
  const next = { ...watch, last: { t_ns, intr } };
  const start_ns = watch.last?.t_ns ?? t_ns;
  if (steady === null || watch.last === null || start_ns < steady.since_ns || start_ns >= t_ns) {
    return next;
  }
  const { cell } = steady;
  const before = watch.cells.get(cell.id) ?? noHistory;
  const window = { start_ns, end_ns: t_ns, count: Math.max(0, intr - watch.last.intr) };
  const clock = jetson === null ? null : clockOf(jetson, cell);
  const history = {
    windows: [...before.windows, window].slice(-MAX_HISTORY),
    clocks: clock === null ? before.clocks : [...before.clocks, clock].slice(-MAX_HISTORY),
  };
  const duration_ns = t_ns - start_ns;
  const found = causesOf(history, window, clock).map((cause) => ({
    start_ns,
    duration_ns,
    cause,
  }));
  return {
    ...next,
    cells: new Map([...watch.cells, [cell.id, history]]),
    spans: [...watch.spans, ...found].slice(-MAX_SPANS),
  };
}

function causesOf(
  { windows, clocks }: CellHistory,
  window: Window,
  clock: number | null,
): DisturbedSpan['cause'][] {
  const burst = burstBound(windows);
  const drop = dropBound(clocks);
  return [
    ...(drop !== null && clock !== null && clock < drop ? (['clock'] as const) : []),
    ...(burst !== null && isBurst(window, burst) ? (['interrupts'] as const) : []),
  ];
}

function clockOf(jetson: JetsonState, { ep, threads }: Cell): number | null {
  return ep === 'cpu' ? busyClock(jetson, null, threads) : (jetson.gpu?.currentHz ?? null);
}
