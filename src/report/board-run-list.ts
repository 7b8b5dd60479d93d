import { formatBytes } from '../../host/quantities/bytes.ts';
import type { BoardRun } from '../../host/run/board-runs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { textTable } from '../terminal/text-table.ts';
import { counted, formatElapsed } from '../words/quantities.ts';

/** The runs on a board, newest first, for people. */
export function describeBoardRuns(
  board: string,
  runs: readonly BoardRun[],
  terminal: Terminal,
): string {
  if (runs.length === 0) return `no runs on ${board}: all that were measured have been collected\n`;
  const [head = '', ...body] = textTable(
    [
      { title: 'run', align: 'left' },
      { title: 'state', align: 'left' },
      { title: 'progress', align: 'left' },
      { title: 'started', align: 'right' },
      { title: 'journal', align: 'right', dropOrder: 1 },
      { title: 'owner', align: 'left' },
    ],
    runs.map((run) => [
      run.runId,
      run.state,
      processesText(run),
      `${formatElapsed(run.ageS * 1000)} ago`,
      formatBytes(run.journalBytes),
      run.owner ?? 'unknown',
    ]),
    terminal.columns(),
  );
  const hint = `  to follow or collect one: orin-remote attach ${board} RUN`;
  const lines = [terminal.colour.dim(head), ...body, '', hint];
  return `${plainText(lines.join('\n'), terminal.isUnicode)}\n`;
}

/** `12 of at most 48 processes` */
export function processesText({ processesDone, processesAtMost }: BoardRun): string {
  if (processesAtMost === null) return counted(processesDone, 'process', 'processes');
  return `${processesDone} of at most ${counted(processesAtMost, 'process', 'processes')}`;
}

/** A run as `--json` prints it. */
export function plainRun(run: BoardRun): BoardRun {
  const { runId, state, owner, ageS, processesDone, processesAtMost, journalBytes } = run;
  return { runId, state, owner, ageS, processesDone, processesAtMost, journalBytes };
}
