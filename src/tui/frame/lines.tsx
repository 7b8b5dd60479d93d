import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { clip, exactly } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { footerOf, type Place } from './keys.ts';
import type { Canvas, FinishedFrame } from './view.ts';

/** A part of the frame: exactly so many lines, each cut to its width. */
export function Lines(props: {
  readonly lines: readonly string[];
  readonly columns: number;
  readonly rows: number;
  readonly theme: Theme;
}): ReactNode {
  const { lines, columns, rows, theme } = props;
  if (rows <= 0 || columns <= 0) return null;
  const text = exactly(lines, rows).map((line) => clip(line, columns, theme));
  return (
    <Box width={columns} height={rows} flexShrink={0}>
      <Text wrap="truncate">{text.join('\n') || ' '}</Text>
    </Box>
  );
}

/** Parts of a frame, each exactly so many lines, one below the other; cut to the terminal. */
export function stacked(
  parts: readonly { readonly lines: readonly string[]; readonly rows: number }[],
  { size, theme }: Canvas,
): FinishedFrame {
  const all = parts.flatMap(({ lines, rows }) => exactly(lines, rows));
  return { lines: exactly(all, size.rows).map((line) => clip(line, size.columns, theme)) };
}

/** The whole terminal, never more. */
export function Frame(props: {
  readonly canvas: Canvas;
  readonly children?: ReactNode;
}): ReactNode {
  const { columns, rows } = props.canvas.size;
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      {props.children}
    </Box>
  );
}

/** The keys of a place in one line, as many as fit; the one that shows all of them goes last. */
export function footerLine(place: Place, columns: number, theme: Theme): string {
  const all = footerOf(place);
  const widthOf = ([shown, word]: (typeof all)[number]) => shown.length + word.length + 4;
  let room = columns + 2 - all.filter(isKept).reduce((sum, each) => sum + widthOf(each), 0);
  const shown = all.filter((each) => {
    if (isKept(each)) return true;
    room -= widthOf(each);
    return room >= 0;
  });
  return ` ${shown.map(([key, word]) => `${theme.title(key)} ${theme.dim(word)}`).join('   ')}`;
}

function isKept([shown]: readonly [string, string]): boolean {
  return shown === '?' || shown === 'q';
}
