import { costText, rateText, tooCostly } from '../results/telemetry-cost.ts';
import { bench } from './bench.ts';
import type { BenchRequest } from './bench-request.ts';
import type { RunOutcome } from './run-outcome.ts';

/**
 * One benchmark; where `--check-telemetry` found that telemetry certainly costs more than half a percent, once more with half
 * the rate of its readings. Both runs are saved; the second tells what the first found.
 * @throws OrinError as `bench` does.
 */
export async function benchChecked(
  request: BenchRequest,
  measure: typeof bench = bench,
): Promise<RunOutcome | null> {
  const first = await measure(request);
  const earlier = first?.kind === 'saved' ? tooCostly(first.result) : null;
  if (earlier === null || request.signal.aborted) return first;
  const text = `telemetry ${rateText(earlier.every_ms)} costs ${costText(earlier)}, above 0.5 %: once more with half its rate, ${rateText(2 * earlier.every_ms)} (saved ${earlier.run_id})`;
  request.listener({ kind: 'note', text });
  return await measure({ ...request, telemetryCheck: earlier });
}
