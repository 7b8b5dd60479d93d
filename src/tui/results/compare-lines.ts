import type { RunComparison } from '../../../host/archive/compare-runs.ts';
import { compareReport } from '../../report/compare-report.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { wrapText } from '../../terminal/wrap-text.ts';

/**
 * Runs side by side for a screen of so many columns, the first as the baseline; one comparison
 * below the other.
 */
export function compareLines(
  comparisons: readonly RunComparison[],
  columns: number,
  terminal: Terminal,
): string[] {
  const lines = comparisons.flatMap((comparison, at) => [
    ...(at === 0 ? [] : ['']),
    ...compareReport(comparison, { ...terminal, columns: () => columns }),
  ]);
  return wrapText(lines.join('\n'), columns).split('\n');
}
