import type { RunListing } from '../../host/archive/saved-runs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { clip } from '../terminal/text.ts';
import { headedTable } from '../terminal/text-table.ts';
import { themeFor } from '../terminal/theme.ts';

const MAX_NOTE = 40;

/** The runs of this machine, newest first, for people. */
export function describeRuns(runs: readonly RunListing[], terminal: Terminal): string {
  if (runs.length === 0) return 'no runs yet: orin-remote bench <host>, or bench demo\n';
  const theme = themeFor(terminal);
  const rows = runs.map((run) => [
    `${run.runId}${run.baselineOf?.length ? ' (baseline)' : ''}`,
    stateText(run),
    run.models.join(', '),
    run.cells > 0 ? String(run.cells) : '',
    Object.entries(run.verdicts)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', '),
    run.board?.replace(/^NVIDIA /, '') ?? '',
    clip(run.note ?? '', MAX_NOTE, theme),
  ]);
  const table = headedTable(
    [
      { title: 'run', align: 'left' },
      { title: 'ended', align: 'left' },
      { title: 'model', align: 'left' },
      { title: 'cells', align: 'right' },
      { title: 'verdicts', align: 'left' },
      { title: 'board', align: 'left' },
      { title: 'note', align: 'left', dropOrder: 0 },
    ],
    rows,
    terminal,
  );
  return `${table.join('\n')}\n`;
}

function stateText(run: RunListing): string {
  if (run.state === 'saved') return run.ended ?? '';
  return run.state === 'partial' ? 'partial (not saved yet)' : 'unreadable';
}
