import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resultFromJournal } from '../../host/analysis/compute.ts';
import { runFiles, saveRun } from '../../host/archive/directory.ts';
import { readJournal } from '../../host/journal/journal.ts';
import { JournalBuilder, testCell, testPlan } from './journal-builder.ts';
import { blocks } from './journal-runs.ts';

/**
 * A run with cells at these levels (and of these models), saved as a finished one is; gives its
 * directory.
 */
export async function saveTestRun(
  runs: string,
  runId: string,
  levels: Readonly<Record<string, number>>,
  board = 'NVIDIA Jetson Orin Nano',
  models: Readonly<Record<string, string>> = {},
): Promise<string> {
  const cells = Object.keys(levels).map((id, index) =>
    testCell(id, {
      label: `cell ${id}`,
      threads: index + 1,
      ...(models[id] !== undefined && { model: models[id] }),
    }),
  );
  const plan = { ...testPlan(cells), runId, context: { board: { model: board } } };
  const bytes = blocks(new JournalBuilder(plan), levels, 6).bye().bytes();
  const incoming = join(runs, `.incoming-${runId}-1`);
  await mkdir(incoming, { recursive: true });
  await writeFile(join(incoming, runFiles.journal), bytes, { mode: 0o600 });
  const journal = readJournal(bytes);
  return (await saveRun(runs, incoming, resultFromJournal(journal), journal)).directory;
}
