import type { JetsonSnapshot } from '../../../agent/contract/board-files.ts';
import type { EventOf } from '../../../agent/contract/events.ts';
import { modulePower } from '../../../host/telemetry/jetson-power.ts';
import { type JetsonState, readJetsonState } from '../../../host/telemetry/jetson-state.ts';

/** What the board's own files said last; null where it tells nothing. */
export interface BoardState {
  readonly files: JetsonSnapshot;
  readonly jetson: JetsonState | null;
  /** Over-current events since boot at the first reading: only what is added since then is this run's. */
  readonly overCurrentAtStart: number;
}

export const initialBoard: BoardState = { files: {}, jetson: null, overCurrentAtStart: 0 };

/** The state after one more event: the first tells all files, later ones those that changed. */
export function reduceFiles(state: BoardState, { files }: EventOf<'tele'>): BoardState {
  if (files === undefined) return state;
  const all = { ...state.files, ...files };
  const jetson = readJetsonState(all);
  const isFirst = state.jetson === null;
  return {
    files: all,
    jetson,
    overCurrentAtStart: isFirst ? overCurrentEvents(jetson) : state.overCurrentAtStart,
  };
}

function overCurrentEvents({ overCurrent }: JetsonState): number {
  return overCurrent.reduce((sum, { events }) => sum + events, 0);
}

/** GPU, temperatures, power and throttling, as far as the board tells them. */
export function jetsonParts({ jetson, overCurrentAtStart }: BoardState): string[] {
  if (jetson === null) return [];
  const { gpu, temperatures, rails, overCurrent } = jetson;
  const parts: string[] = [];
  if (gpu !== null) {
    const load = gpu.loadPercent === null ? '' : ` ${Math.round(gpu.loadPercent)} %`;
    const clock = gpu.currentHz === null ? '' : ` ${Math.round(gpu.currentHz / 1e6)} MHz`;
    parts.push(`gpu${load}${clock}`);
  }
  const hottest = temperatures.reduce<(typeof temperatures)[number] | null>(
    (most, zone) => (most === null || zone.celsius > most.celsius ? zone : most),
    null,
  );
  if (hottest !== null) parts.push(`${hottest.zone} ${Math.round(hottest.celsius)} °C`);
  const power = modulePower(rails);
  if (power !== null) parts.push(`${(power.mW / 1000).toFixed(1)} W`);
  if (overCurrent.length > 0) {
    const events = overCurrentEvents(jetson) - overCurrentAtStart;
    parts.push(events > 0 ? `OVER-CURRENT ${events}×` : 'over-current none');
  }
  return parts;
}
