import type { CooldownEnd } from '../../journal/tele-data.ts';
import { formatCount } from '../../quantities/format.ts';
import type { Notice } from '../result/notice.ts';
import type { Result } from '../result/result.ts';

/**
 * What the waits between processes came to; nothing where the board was always cool enough, or
 * tells no temperature.
 */
export function cooldownSummary(
  ends: readonly CooldownEnd[],
): Pick<Result['run'], 'cooldown'> | Record<string, never> {
  const [first] = ends;
  if (first === undefined) return {};
  const unfinished = ends.filter(({ state }) => state !== 'reached');
  const cooldown = {
    waits: ends.length,
    unfinished: unfinished.length,
    waited_s: ends.reduce((sum, { waitedMs }) => sum + waitedMs, 0) / 1000,
    zone: first.zone,
    limit_c: first.limitMilliC / 1000,
    hottest_start_c:
      unfinished.length === 0
        ? null
        : unfinished.reduce((most, { milliC }) => Math.max(most, milliC), -Infinity) / 1000,
  };
  return { cooldown };
}

/** Said only where processes began on a board that was still warm. */
export function cooldownNotice(ends: readonly CooldownEnd[]): Notice[] {
  const { cooldown } = cooldownSummary(ends);
  if (cooldown === undefined || cooldown.hottest_start_c === null) return [];
  const { unfinished, waits, zone, limit_c, hottest_start_c } = cooldown;
  const text = `${formatCount(unfinished, 'process', 'processes')} of ${waits} that waited for the board to cool down to ${limit_c.toFixed(1)} °C began before it had, at up to ${hottest_start_c.toFixed(1)} °C (${zone}): a longer --cooldown or more airflow keeps heat out of the comparison`;
  return [{ code: 'cooldown-bound', text, cell: null }];
}
