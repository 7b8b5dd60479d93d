import { compareRuns } from '../../../host/results/compare-runs.ts';
import type { SavedRun } from '../../../host/results/saved-runs.ts';
import { compareReport } from '../../output/compare-report.ts';
import type { Terminal } from '../../output/terminal.ts';
import { wrapText } from '../../output/wrap-text.ts';

/** Runs side by side for a screen of so many columns, the first as the baseline. */
export function compareLines(
  [baseline, ...others]: readonly [SavedRun, ...SavedRun[]],
  columns: number,
  terminal: Terminal,
): string[] {
  const comparison = compareRuns(
    baseline.result,
    others.map(({ result }) => result),
  );
  const lines = compareReport(comparison, { ...terminal, columns: () => columns });
  return wrapText(lines.join('\n'), columns).split('\n');
}
