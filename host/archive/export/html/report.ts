import type { CellShape } from '../../../analysis/cell-shapes.ts';
import type { CellResult } from '../../../analysis/result/cell-result.ts';
import type { Result } from '../../../analysis/result/result.ts';
import { compareRuns } from '../../compare-runs.ts';
import { activitySection } from './activity-section.ts';
import {
  boardSection,
  type CommandOf,
  environmentSection,
  methodsSection,
  rawSection,
} from './board-section.ts';
import { cellsSection, verdictChip } from './cells-section.ts';
import { compareSection } from './compare-section.ts';
import { distributionFigure } from './distribution-figure.ts';
import { html, Markup, nothing } from './markup.ts';
import { scalingSection } from './scaling-figure.ts';
import { style } from './style.ts';
import { timelineFigure } from './timeline-figure.ts';

/** How fine the pictures of a page are. */
export const pageShapes = { bins: 96, columns: 420 } as const;

interface ReportRun {
  readonly result: Result;
  readonly note: string | null;
  /** By cell id, at `pageShapes`. */
  readonly shapes: ReadonlyMap<string, CellShape>;
}

/**
 * A run as one file for a browser: no scripts, nothing loaded from elsewhere, printable. Other runs
 * that are given are compared with it, the first of them as the baseline of all.
 */
export function resultHtml(
  run: ReportRun,
  comparedWith: readonly Result[] = [],
  commandOf?: CommandOf,
): string {
  const { result, note, shapes } = run;
  const [baseline, ...others] = comparedWith;
  const cells = result.cells.filter(({ purpose }) => purpose === 'measure');
  const comparison =
    baseline === undefined ? nothing : compareSection(compareRuns(baseline, [...others, result]));
  const sections = [
    comparison,
    cellsSection(result, cells),
    shapesSection(cells, shapes),
    scalingSection(result, cells),
    activitySection(result, cells),
    boardSection(cells),
    noticesSection(result),
    environmentSection(result, commandOf),
    rawSection(cells),
  ];
  const title = titleOf(result, cells);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="orin-remote">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header><h1>${title}</h1><p class="facts">${factsOf(result)}</p><p>${chips(cells)}</p>${
    note === null ? nothing : html`<blockquote>${note}</blockquote>`
  }${contents(sections)}</header>
<main>${sections}</main>
${methodsSection(result)}
</body>
</html>
`;
  return page.text;
}

function titleOf({ context }: Result, cells: readonly CellResult[]): string {
  const names = [...new Set(cells.map(({ model_name }) => model_name))];
  const board = context.board?.model ?? context.board?.cpu_model ?? 'an unnamed board';
  return `${names.join(', ')} on ${board}`;
}

function factsOf({ run_id, created_utc, context, environment, run }: Result): string {
  const facts = [
    `run ${run_id}`,
    created_utc.slice(0, 16).replace('T', ' ').concat(' UTC'),
    context.board?.jetpack ? `JetPack ${context.board.jetpack}` : (context.board?.os ?? ''),
    environment['power.mode'] ?? '',
    environment['runtime.onnxruntime'] ? `ONNX Runtime ${environment['runtime.onnxruntime']}` : '',
    run.ended === 'completed' ? '' : `the run ended: ${run.ended}`,
  ];
  return facts.filter((fact) => fact !== '').join(' · ');
}

function chips(cells: readonly CellResult[]): Markup {
  const counts = new Map<CellResult['verdict']['kind'], number>();
  for (const { verdict } of cells) counts.set(verdict.kind, (counts.get(verdict.kind) ?? 0) + 1);
  return html`${[...counts].map(([kind, count]) => html`${verdictChip(kind, count)} `)}`;
}

/** Links to the sections that there are. */
function contents(sections: readonly Markup[]): Markup {
  const found = sections.flatMap(({ text }) =>
    [...text.matchAll(/<section id="([a-z]+)"><h2>([^<]*)/g)].map(([, id = '', name = '']) => ({
      id,
      name: new Markup(name),
    })),
  );
  return html`<nav aria-label="On this page">${found.map(({ id, name }) => html`<a href="#${id}">${name}</a> `)}</nav>`;
}

function shapesSection(
  cells: readonly CellResult[],
  shapes: ReadonlyMap<string, CellShape>,
): Markup {
  const figures = cells.flatMap((cell) => {
    const shape = shapes.get(cell.cell);
    if (shape === undefined || shape.processes.length === 0) return [];
    const pair = html`${distributionFigure(cell, shape)}${timelineFigure(cell, shape)}`;
    return [html`<h3>${cell.label}</h3><div class="figures">${pair}</div>`];
  });
  if (figures.length === 0) return nothing;
  return html`<section id="distributions"><h2>Distributions and time lines</h2>${figures}</section>`;
}

function noticesSection({ warnings, cells }: Result): Markup {
  const labels = new Map(cells.map(({ cell, label }) => [cell, label]));
  const notes = new Set(cells.flatMap(({ ci_note }) => ci_note ?? []));
  const lines = [
    ...[...notes].map((note) => html`<li>${note}</li>`),
    ...warnings.map(({ cell, text }) =>
      cell === null
        ? html`<li>${text}</li>`
        : html`<li><strong>${labels.get(cell) ?? cell}</strong>: ${text}</li>`,
    ),
  ];
  if (lines.length === 0) return nothing;
  return html`<section id="notes"><h2>What to know</h2><ul>${lines}</ul></section>`;
}
