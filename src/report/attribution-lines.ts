import { sourcesText } from '../../host/analysis/activity/interrupt-attribution.ts';
import type { Result } from '../../host/analysis/result/result.ts';
import { formatNumber, formatPercent } from '../../host/quantities/format.ts';
import { type Column, textTable } from '../terminal/text-table.ts';
import { counted } from '../words/quantities.ts';

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

/** Effects that a person should see beside those that chance does not explain. */
const MAX_EFFECTS = 6;

/** What went with slow iterations, of each cell whose telemetry can tell. */
export function attributionLines(result: Result): string[] {
  return result.cells.flatMap(({ label, purpose, attribution }) => {
    if (purpose !== 'measure' || attribution === null) return [];
    const { effects, windows, window_s, excess_share, reason } = attribution;
    const scope = `${label}: ${formatPercent(excess_share)} of the time lies beyond the median of its process; ${counted(windows, 'window')} of ${formatNumber(window_s)} s`;
    if (reason !== null) return [`  ${label}: ${reason}`];
    const rows = effects
      .slice(0, MAX_EFFECTS)
      .map((effect) => [
        sourcesText(effect.sources),
        formatPercent(Math.min(1, effect.share_of_excess)),
        effect.p_holm.toPrecision(2),
        effect.p_holm < 0.05 ? 'goes with slow iterations' : 'no more than chance',
      ]);
    const columns = [left('source'), right('of that'), right('p'), left('')];
    return [`  ${scope}`, ...textTable(columns, rows)];
  });
}
