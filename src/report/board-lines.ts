import type { CellResult } from '../../host/analysis/result/cell-result.ts';
import { formatNumber } from '../../host/quantities/format.ts';

/** Zones that a line shows; result.json has them all. */
const MAX_ZONES = 4;

/** What the board said of itself while a cell ran: heat, clocks, over-current events, energy. */
export function boardLines(cell: CellResult): string[] {
  const { board, energy } = cell;
  if (board === null && energy === null) return [];
  const lines =
    board === null ? [] : [...temperatureLine(board), ...clockLine(board), ...oc(board)];
  const energyText = energyLine(cell);
  if (energy !== null) lines.push(`  energy       ${energyText?.trim() ?? energy.reason ?? 'n/a'}`);
  if (energy !== null) lines.push(`               ${energy.note}`);
  return lines;
}

/**
 * `6 threads: 0.412 J per item (0.405 to 0.42), 0.3 J above idle; VDD_IN 8.1 W`; null without a
 * figure.
 */
export function energyLine({ label, energy }: CellResult): string | null {
  if (energy === null || energy.per_item_j === null) return null;
  const joules = (value: number) => `${formatNumber(value)} J`;
  const range =
    energy.lo_j === null || energy.hi_j === null
      ? ''
      : ` (${formatNumber(energy.lo_j)} to ${joules(energy.hi_j)})`;
  const net =
    energy.net_per_item_j === null ? '' : `, ${joules(energy.net_per_item_j)} of it above idle`;
  const power = energy.mean_w === null ? '' : `; ${energy.rail} ${formatNumber(energy.mean_w)} W`;
  return `  ${label}: ${joules(energy.per_item_j)} per item${range}${net}${power}`;
}

type Board = NonNullable<CellResult['board']>;

function temperatureLine({ temperatures }: Board): string[] {
  if (temperatures.length === 0) return [];
  const hottest = [...temperatures].sort((a, b) => b.max_c - a.max_c).slice(0, MAX_ZONES);
  const texts = hottest.map(
    ({ zone, start_c, end_c, max_c }) => `${zone} ${start_c} → ${end_c} °C (max ${max_c})`,
  );
  return [`  temperature  ${texts.join(', ')}`];
}

function clockLine({ cpu_clock, gpu_clock, is_locked, power_mode }: Board): string[] {
  const parts = [
    power_mode === null ? null : `power mode ${power_mode}`,
    clockText('CPU', cpu_clock, is_locked.cpu),
    clockText('GPU', gpu_clock, is_locked.gpu),
  ].filter((part) => part !== null);
  return parts.length === 0 ? [] : [`  clocks       ${parts.join('; ')}`];
}

function clockText(
  name: string,
  clock: Board['cpu_clock'],
  isLocked: boolean | null,
): string | null {
  if (clock === null || clock.current_hz.min === null || clock.current_hz.max === null) return null;
  const mega = (hz: number) => Math.round(hz / 1e6);
  const { min, max } = clock.current_hz;
  const seen = min === max ? `${mega(max)} MHz` : `${mega(min)} to ${mega(max)} MHz`;
  const lock = isLocked === null ? '' : isLocked ? ', locked' : ', free to move';
  return `${name} ${seen}${lock}`;
}

function oc({ over_current }: Board): string[] {
  const seen = over_current.filter(({ events }) => events > 0);
  if (seen.length === 0) return [];
  const texts = seen.map(
    ({ alarm, events, per_s }) => `oc${alarm} ${events} (${formatNumber(per_s)}/s)`,
  );
  return [`  over-current ${texts.join(', ')}`];
}
