import type { Effort } from '../../../agent/contract/plan.ts';
import type { Verdict } from '../../../host/analysis/result/cell-result.ts';
import { verdictOf } from '../../../host/analysis/verdict/verdict.ts';
import type { SimulatedCell } from './simulated-run.ts';

/** The verdict on a cell of which nothing but its processes is remarkable. */
export function simulatedVerdict(cell: SimulatedCell, effort: Effort): Verdict {
  const { processes } = cell;
  return verdictOf({
    begun: processes.length,
    counted: processes.length,
    failures: [],
    failureMessage: '',
    failureText: '',
    failureNext: '',
    placement: null,
    exclusions: [],
    isGivenUp: false,
    runEnded: 'completed',
    outputs: {
      reference: null,
      max_abs: null,
      rel_l2: null,
      top1_agreement: null,
      tolerance: { rel_l2: 1e-4, top1_agreement: null },
      non_finite: 0,
      ok: null,
      reason: null,
    },
    throttled: null,
    classes: processes.map(() => 'flat'),
    medians: processes.map(({ median }) => median),
    blocks: processes.map(({ block }) => block),
    flaggedByContention: 0,
    effort,
  });
}
