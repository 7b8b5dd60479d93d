import { OrinError } from '../../host/errors.ts';
import { baselinesFor, readBaselines } from '../../host/results/baselines.ts';
import { compareRuns } from '../../host/results/compare-runs.ts';
import type { Result } from '../../host/results/result.ts';
import { openRun } from '../../host/results/saved-runs.ts';
import { changeText } from './compare-report.ts';
import { plainText } from './symbols.ts';
import type { Terminal } from './terminal.ts';
import { textTable } from './text-table.ts';

/** The end of a run's table: its cells against the lasting baseline of this board and model; empty without one. */
export async function baselineReport(
  runsDirectory: string,
  result: Result,
  terminal: Terminal,
): Promise<string> {
  try {
    const ids = baselinesFor(await readBaselines(runsDirectory), result);
    const parts: string[] = [];
    for (const id of ids) {
      const baseline = await openRun(runsDirectory, id);
      parts.push(...againstBaseline(baseline.result, result, terminal));
    }
    return parts.length === 0 ? '' : `${plainText(parts.join('\n'), terminal.isUnicode)}\n`;
  } catch (error) {
    if (!(error instanceof OrinError)) throw error;
    return `  ! not held against the baseline: ${error.message}\n`;
  }
}

function againstBaseline(baseline: Result, result: Result, terminal: Terminal): string[] {
  const { cells } = compareRuns(baseline, [result]);
  const rows = cells.flatMap(({ label, entries: [before, after] }) => {
    if (!before || !after?.change) return [];
    const { word, figures, reason } = changeText(after.change, terminal.colour);
    return [[label, figures, word, reason]];
  });
  const columns = ['cell', 'change, 95 % CI', '', ''].map((title) => ({
    title,
    align: 'left' as const,
  }));
  if (rows.length === 0) return [`  baseline ${baseline.run_id}: no cell is in both`];
  return [
    `  against the baseline ${baseline.run_id}`,
    ...textTable(columns, rows, terminal.columns()),
  ];
}
