import { isSettled } from '../../../host/fleet/board-state.ts';
import { clip } from '../../terminal/text.ts';
import { counted } from '../../words/quantities.ts';
import { footerLine, stacked } from '../frame/lines.tsx';
import type { Canvas, FinishedFrame } from '../frame/view.ts';
import { cardLines } from './cards.ts';
import { detailLines } from './detail.ts';
import { countsLine, gridRule, titleLine } from './fleet-header.ts';
import { type FleetLayout, fleetLayout } from './fleet-layout.ts';
import { canRetry } from './fleet-model.ts';
import { type GridPicture, gridCell } from './grid-picture.ts';
import { tableLines } from './table.ts';
import { longestName, tileLines } from './tiles.ts';

/** The grid's parts for a terminal of this size. */
export function layoutOf({ boards, choices }: GridPicture, size: Canvas['size']): FleetLayout {
  return fleetLayout(size, {
    boards: boards.length,
    nameColumns: longestName(boards),
    density: choices.density,
  });
}

/** The grid of a fleet run, as lines. */
export function fleetFrame(picture: GridPicture, canvas: Canvas): FinishedFrame {
  const { size, theme, nowMs } = canvas;
  const layout = layoutOf(picture, size);
  const look = { theme, nowMs, columns: size.columns };
  const cell = gridCell(picture, nowMs);
  const at = picture.shown.findIndex(({ name }) => name === picture.choices.at);
  // Whole pages, so that nothing moves while the pointer does.
  const from = Math.floor(Math.max(0, at) / layout.page) * layout.page;
  const page = picture.shown.slice(from, from + layout.page);
  const window = { from, to: from + page.length };
  const bodies = { cards: cardLines, table: tableLines, tiles: tileLines };
  const body =
    page.length === 0
      ? ['', theme.dim('   no board fits the filter')]
      : bodies[layout.density](picture, page, layout, cell, look);
  const selected = picture.shown[Math.max(0, at)];
  const detail = selected === undefined ? [] : detailLines(selected, cell, look);
  return stacked(
    [
      { lines: [titleLine(picture, look)], rows: layout.title },
      { lines: [countsLine(picture, look)], rows: layout.counts },
      { lines: [gridRule(picture, window, layout, cell, look)], rows: layout.rule },
      { lines: body, rows: layout.body },
      { lines: detail, rows: layout.detail },
      { lines: [closingLine(picture, canvas)], rows: layout.footer },
    ],
    canvas,
  );
}

/**
 * The keys; for a moment, why the last one did nothing; when all is over, what can still be done.
 */
function closingLine({ boards, choices }: GridPicture, { size, theme }: Canvas): string {
  const text = choices.problem ?? endText(boards.map(({ state }) => state));
  if (text === null) return footerLine('fleet', size.columns, theme);
  return clip(` ${theme.note(theme.glyphs.note)} ${text}`, size.columns, theme);
}

function endText(states: readonly GridPicture['boards'][number]['state'][]): string | null {
  if (!states.every(isSettled)) return null;
  const toRetry = states.filter(canRetry).length;
  if (toRetry === 0) return null;
  return `${counted(toRetry, 'board')} gave no result: x measures the selected one again, X all, Enter opens, q ends`;
}
