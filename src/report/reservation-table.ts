import type { BoardReservation } from '../../host/board/facts.ts';
import { groupFailures } from '../../host/fleet/board-failure.ts';
import type { BoardVisit } from '../../host/fleet/visit-boards.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { textTable } from '../terminal/text-table.ts';
import { formatElapsed } from '../words/quantities.ts';

/** Who has which board, for how much longer; boards that could not be asked below. */
export function describeReservations(
  visits: readonly BoardVisit<BoardReservation | null>[],
  terminal: Terminal,
): string {
  const { colour, isUnicode } = terminal;
  const glyphs = glyphsFor(isUnicode);
  const [head = '', ...body] = textTable(
    [
      { title: 'board', align: 'left' },
      { title: 'reserved by', align: 'left' },
      { title: 'for', align: 'right' },
      { title: 'note', align: 'left', dropOrder: 1 },
    ],
    visits
      .filter(({ failure }) => failure === null)
      .map(({ name, value }) =>
        value === null
          ? [name, 'nobody', '', '']
          : [name, value.owner, `${formatElapsed(value.remainingMs)} more`, value.note],
      ),
    terminal.columns(),
  );
  const failed = groupFailures(
    visits.flatMap(({ name, failure }) => (failure === null ? [] : [{ name, failure }])),
  ).map(({ boards, cause, failure }) => {
    const mark = colour.bold.red(failure.isUnreachable ? '?' : glyphs.failed);
    return `  ${mark} ${boards.join(', ')}   ${cause}`;
  });
  const lines = [...(body.length > 0 ? [colour.dim(head), ...body] : []), ...failed];
  return `${lines.map((line) => plainText(line, isUnicode)).join('\n')}\n`;
}
