import type { RunListing } from '../../host/archive/saved-runs.ts';
import { counted } from '../words/quantities.ts';

/**
 * A run in one line:
 * `20261123-101500-3fa9c1  resnet34-cifar10  3 cells: 2 VALID, 1 WIDE  Jetson Orin Nano`.
 */
export function runSummary(run: RunListing): string {
  const verdicts = Object.entries(run.verdicts).map(([kind, count]) => `${count} ${kind}`);
  const board = run.board?.replace(/^NVIDIA /, '') ?? '';
  const what =
    run.state === 'saved'
      ? `${counted(run.cells, 'cell')}: ${verdicts.join(', ')}`
      : run.state === 'partial'
        ? 'not collected to its end'
        : 'unreadable';
  const ended = run.ended === null || run.ended === 'completed' ? '' : run.ended;
  return [run.runId, run.models.join(', '), what, ended, board].filter(Boolean).join('  ');
}
