import type { CellShape } from '../../../host/analysis/cell-shapes.ts';
import type { SavedRun } from '../../../host/archive/saved-runs.ts';
import { cpuReport, interruptReport } from '../../report/activity-report.ts';
import { placementLines, trtexecLines } from '../../report/engine-lines.ts';
import { describeOperators } from '../../report/operator-table.ts';
import { resultReport } from '../../report/result-report.ts';
import { annotationLines, describeCells, environmentLines } from '../../report/run-detail.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { wrapText } from '../../terminal/wrap-text.ts';
import type { Canvas } from '../frame/view.ts';
import { distributionLines } from './distribution-lines.ts';
import type { Tab } from './tabbed-view.ts';

export interface RunPages {
  /** As it is now: a note may come to it. */
  readonly run: () => SavedRun;
  /**
   * Distributions, once they were read from the journal; until then why not. Asked for when they
   * are looked at.
   */
  readonly shapes: () => ReadonlyMap<string, CellShape> | string;
}

/** One run, page by page. */
export function runTabs({ run, shapes }: RunPages, terminal: Terminal): Tab[] {
  const page = (name: string, text: (run: SavedRun, terminal: Terminal) => string): Tab => ({
    name,
    lines: ({ size: { columns } }: Canvas) => {
      const sized = { ...terminal, columns: () => columns };
      return wrapText(text(run(), sized).trimEnd(), columns).split('\n');
    },
  });
  return [
    page('cells', (shown, sized) =>
      [...annotationLines(shown), resultReport(shown.result, 'board', sized)].join('\n'),
    ),
    {
      name: 'distributions',
      lines: ({ size, theme }) => {
        const found = shapes();
        if (typeof found === 'string') return [`  ${found}`];
        const cells = run().result.cells.filter(({ purpose }) => purpose === 'measure');
        return distributionLines(cells, found, size.columns, theme);
      },
    },
    page('cpu', cpuReport),
    page('interrupts', interruptReport),
    page('placement', placementPage),
    page('environment', (shown) => environmentLines(shown).join('\n')),
    page('processes', describeCells),
    page('notes', notesPage),
  ];
}

function placementPage({ result }: SavedRun, terminal: Terminal): string {
  const cells = result.cells.filter(({ purpose }) => purpose === 'measure');
  const lines = cells.flatMap((cell) => [
    terminal.colour.bold(`  ${cell.label}`),
    ...placementLines(cell),
    ...trtexecLines(cell),
  ]);
  return [...lines, describeOperators(result, terminal)].join('\n');
}

function notesPage(run: SavedRun, { colour }: Terminal): string {
  const labels = new Map(run.result.cells.map(({ cell, label }) => [cell, label]));
  const own = annotationLines(run);
  return [
    ...(own.length > 0 ? own : [colour.dim('  no note: n writes one')]),
    '',
    colour.bold('  what to know of the run'),
    ...(run.result.warnings.length === 0 ? ['  nothing'] : []),
    ...run.result.warnings.map(
      ({ cell, text }) => `  ! ${cell === null ? '' : `${labels.get(cell) ?? cell}: `}${text}`,
    ),
  ].join('\n');
}
