import type { Result } from '../../host/analysis/result/result.ts';
import { againstBaselines } from '../../host/archive/against-baselines.ts';
import { namesakes, readBaselines } from '../../host/archive/baselines.ts';
import type { RunComparison } from '../../host/archive/compare-runs.ts';
import { OrinError } from '../../host/errors.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { textTable } from '../terminal/text-table.ts';
import { changeText } from './compare-report.ts';

/**
 * The end of a run's table: its cells against the lasting baseline of this board and model; empty
 * without one.
 */
export async function baselineReport(
  runsDirectory: string,
  result: Result,
  terminal: Terminal,
): Promise<string> {
  try {
    const comparisons = await againstBaselines(runsDirectory, result);
    const others = namesakes(await readBaselines(runsDirectory), result);
    const parts = [
      ...comparisons.flatMap((comparison) => linesOf(comparison, terminal)),
      ...others.map(
        ({ modelName, runId }) =>
          `  ! ${modelName} is not held against the baseline ${runId}: that is of another file of this name`,
      ),
    ];
    return parts.length === 0 ? '' : `${plainText(parts.join('\n'), terminal.isUnicode)}\n`;
  } catch (error) {
    if (!(error instanceof OrinError)) throw error;
    return `  ! not held against the baseline: ${error.message}\n`;
  }
}

function linesOf({ results: [baseline], cells }: RunComparison, terminal: Terminal): string[] {
  const rows = cells.flatMap(({ label, entries: [before, after] }) => {
    if (!before || !after?.change) return [];
    const { word, figures, reason } = changeText(after.change, terminal.colour);
    return [[label, figures, word, reason]];
  });
  const columns = ['cell', 'change, 95 % CI', '', ''].map((title) => ({
    title,
    align: 'left' as const,
  }));
  if (rows.length === 0) return [`  baseline ${baseline?.run_id ?? ''}: no cell is in both`];
  return [
    `  against the baseline ${baseline?.run_id ?? ''}`,
    ...textTable(columns, rows, terminal.columns()),
  ];
}
