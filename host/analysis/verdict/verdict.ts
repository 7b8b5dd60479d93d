import type { Effort } from '../../../agent/contract/plan.ts';
import {
  type CellInterval,
  cellInterval,
  LEAST_PRECISE,
  processesNeeded,
} from '../../../agent/contract/statistics/between-processes.ts';
import { formatCount, formatDuration, formatPercent } from '../../quantities/format.ts';
import type { OutputAgreement, PlacementResult, Verdict } from '../result/cell-result.ts';
import { trendOverBlocks, twoModes } from '../statistics/process-structure.ts';
import type { SteadyClass } from '../statistics/steady-state.ts';
import { failureAdvice } from './failure-advice.ts';
import { isMisplaced, placementShareText, placementText, providerName } from './placement.ts';
import { misfitAdvice } from './process-exclusion.ts';

/** What the verdict on a cell rests on. */
export interface Evidence {
  /** Processes that began; of them those that count for the headline. */
  readonly begun: number;
  readonly counted: number;
  /** How processes failed, one sentence each; and the message of the last one. */
  readonly failures: readonly string[];
  readonly failureMessage: string;
  /** All that the last one said, for who looks for the cause. */
  readonly failureText: string;
  /** What the engine says to do about its refusal; empty where it says nothing. */
  readonly failureNext: string;
  /** Why processes that did not fail were left out. */
  readonly exclusions: readonly string[];
  /** The supervisor gave the cell up. */
  readonly isGivenUp: boolean;
  readonly runEnded: 'completed' | 'budget' | 'cancelled' | 'failed' | 'cut';
  readonly outputs: OutputAgreement;
  readonly placement: PlacementResult | null;
  /** Evidence of throttling, or null: over-current events, cooling, clocks below their cap. */
  readonly throttled: string | null;
  /** Classes of the processes that count. */
  readonly classes: readonly (SteadyClass | null)[];
  /** Medians of the processes that count, nanoseconds, and the block of each. */
  readonly medians: readonly number[];
  readonly blocks: readonly number[];
  readonly flaggedByContention: number;
  readonly effort: Effort;
}

/** More processes than this share without a steady state make the cell unstable. */
const UNSTEADY_SHARE = 0.25;

/** The verdict on a cell: the first rule that applies, worst first. */
export function verdictOf(evidence: Evidence): Verdict {
  const verdict =
    invalid(evidence) ?? throttled(evidence) ?? unstable(evidence) ?? wide(evidence) ?? valid();
  const ending = endings[evidence.runEnded];
  if (ending === null || verdict.kind === 'INVALID') return verdict;
  return { ...verdict, reason: `${verdict.reason}; ${ending}` };
}

const endings: Record<Evidence['runEnded'], string | null> = {
  completed: null,
  budget: null,
  cancelled: 'the run was cancelled, this is what was measured until then',
  failed: 'the run ended early, this is what was measured until then',
  cut: 'the journal was cut, this is what it holds',
};

const valid = (): Verdict => ({
  kind: 'VALID',
  reason: 'steady and as precise as asked',
  action: null,
});

function invalid(evidence: Evidence): Verdict | null {
  return (
    failed(evidence) ??
    misplaced(evidence.placement) ??
    wrongAnswers(evidence.outputs) ??
    unmeasured(evidence)
  );
}

function misplaced(placement: PlacementResult | null): Verdict | null {
  if (placement === null || !isMisplaced(placement)) return null;
  const asked = providerName(placement.asked);
  const share = placementShareText(placement);
  return {
    kind: 'INVALID',
    reason: `wrong provider: ${placementText(placement)}${share}`,
    action: `see which operators ${asked} does not take: orin-remote results show RUN --profile`,
  };
}

function failed(evidence: Evidence): Verdict | null {
  const { failures, counted, isGivenUp, begun } = evidence;
  const { failureMessage, failureText, failureNext } = evidence;
  const [first] = failures;
  if (first === undefined || (failures.length < 2 && counted > 0 && !isGivenUp)) return null;
  const last = failures.at(-1) ?? first;
  // What we ended says the same in both.
  const said = last.endsWith(failureMessage) ? '' : `: ${failureMessage}`;
  return {
    kind: 'INVALID',
    reason: `${failures.length} of ${begun} processes failed, the last ${last}${said}`,
    action: failureNext === '' ? failureAdvice(last, failureText) : failureNext,
  };
}

function wrongAnswers(outputs: OutputAgreement): Verdict | null {
  if (outputs.ok !== false) return null;
  const action =
    outputs.non_finite > 0
      ? 'give inputs that the model was made for: --input name=file.npy'
      : 'do not use this configuration: it computes something else';
  return { kind: 'INVALID', reason: outputs.reason ?? 'the outputs are wrong', action };
}

function unmeasured(evidence: Evidence): Verdict | null {
  const { counted, begun, exclusions, isGivenUp, runEnded } = evidence;
  if (counted > 0) return null;
  const ended = runEnded === 'completed' ? '' : ` (the run: ${runEnded})`;
  if (begun === 0 && isGivenUp) {
    return {
      kind: 'INVALID',
      reason: `could not be measured as it is meant to be${ended}`,
      action: 'see the warnings of the run, then measure it in a new one',
    };
  }
  if (begun === 0) {
    const action = afterEnding[runEnded] ?? 'run it again with more time: --budget 10m';
    return { kind: 'INVALID', reason: `not measured before the run ended${ended}`, action };
  }
  const why = exclusions[0] ?? 'no process came to an end';
  return {
    kind: 'INVALID',
    reason: `no process counts: ${why}${ended}`,
    action:
      misfitAdvice(exclusions) ??
      afterEnding[runEnded] ??
      'run it again with more time for each process: --thorough',
  };
}

/** What helps where it was not time that was short. */
const afterEnding: Partial<Record<Evidence['runEnded'], string>> = {
  cut: 'measure what is missing: orin-remote attach HOST RUN --resume',
  failed: 'mend what ended the run, then run it again',
  cancelled: 'run it again to its end',
};

function throttled({ throttled: evidence }: Evidence): Verdict | null {
  if (evidence === null) return null;
  return {
    kind: 'THROTTLED',
    reason: evidence,
    action: 'cool the board or take a lower power mode, then measure again',
  };
}

/**
 * What no interval describes: no steady state, a trend over the blocks, two modes. A wide spread is
 * none of these.
 */
function unstable(evidence: Evidence): Verdict | null {
  const { medians, blocks, classes, flaggedByContention } = evidence;
  const action =
    flaggedByContention > 0
      ? quietenBoard
      : 'lock the clocks on the board (on a Jetson: sudo jetson_clocks)';
  const span = spanText(medians);
  const unsteady = classes.filter((one) => one === 'no-steady-state').length;
  if (unsteady > UNSTEADY_SHARE * classes.length) {
    const processes = formatCount(classes.length, 'process', 'processes');
    const reason = `no steady state in ${unsteady} of ${processes}; ${span}`;
    return { kind: 'UNSTABLE', reason, action };
  }
  const trend = trendOverBlocks(medians.map((median, at) => ({ median, block: blocks[at] ?? at })));
  if (trend !== null) {
    const direction = trend > 0 ? 'slower' : 'faster';
    const reason = `became ${formatPercent(Math.abs(trend))} ${direction} from block to block; ${span}`;
    return { kind: 'UNSTABLE', reason, action };
  }
  const modes = twoModes(medians);
  if (modes === null) return null;
  const [low, high] = modes;
  const reason = `two modes: ${formatCount(low.length, 'process', 'processes')} near ${formatDuration(low[0] ?? 0)}, ${high.length} near ${formatDuration(high[0] ?? 0)}`;
  return { kind: 'UNSTABLE', reason, action };
}

function spanText(medians: readonly number[]): string {
  const low = formatDuration(Math.min(...medians));
  const high = formatDuration(Math.max(...medians));
  if (low !== high) return `process medians ${low} to ${high}`;
  return medians.length === 1 ? `median ${low}` : `process medians ${low}`;
}

/** Threads of the worker waited for a CPU: no statistics cure that. */
const quietenBoard = 'stop what else is running on the board';

function wide({ medians, effort, flaggedByContention }: Evidence): Verdict | null {
  const target = formatPercent(effort.precision);
  const found = cellInterval(medians, effort.precision);
  if (found === null) {
    return {
      kind: 'WIDE',
      reason: 'one process only: it says nothing of the next one',
      action: `measure more processes: --blocks ${LEAST_PRECISE}`,
    };
  }
  if (found.isPrecise) return null;
  const needed = processesNeeded(medians, effort.precision);
  // Hundreds of processes are no way to a narrow interval: what makes them differ is.
  const isWithinReach = needed <= MOST_BLOCKS && flaggedByContention === 0;
  const enough = isWithinReach ? `; about ${needed} processes would do` : '';
  return {
    kind: 'WIDE',
    reason: `${widthText(found, target)}${enough}`,
    action: wideAction(needed, flaggedByContention > 0),
  };
}

/** Wider than asked, or perhaps not, which so few processes cannot tell. */
function widthText({ halfWidth, limitHalfWidth, k }: CellInterval, target: string): string {
  if (formatPercent(halfWidth) !== target) return `±${formatPercent(halfWidth)}, target ${target}`;
  const processes = formatCount(k, 'process', 'processes');
  if (!Number.isFinite(limitHalfWidth)) {
    return `${processes} cannot show ±${target}, that takes ${LEAST_PRECISE} at least`;
  }
  return `${processes} do not show ±${target}: it may be ±${formatPercent(limitHalfWidth)}`;
}

/** More processes than this take longer than finding out what disturbs them. */
const MOST_BLOCKS = 100;

function wideAction(needed: number, isContended: boolean): string {
  if (isContended) return quietenBoard;
  if (needed > MOST_BLOCKS) return 'accept a wider interval: --target 2%';
  return `measure more processes: --blocks ${needed}`;
}

/** Standard deviation of the logarithms: the relative spread; null with fewer than two. */
export function relativeSd(medians: readonly number[]): number | null {
  if (medians.length < 2) return null;
  const logs = medians.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  return Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1));
}
