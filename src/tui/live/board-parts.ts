import type { BoardFiles } from '../../../host/journal/board-files.ts';
import { overCurrentEvents } from '../../../host/journal/board-files.ts';
import { modulePower } from '../../../host/telemetry/jetson-power.ts';

/** GPU, temperatures, power and throttling, as far as the board tells them. */
export function jetsonParts({ jetson, overCurrentAtStart }: BoardFiles): string[] {
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
