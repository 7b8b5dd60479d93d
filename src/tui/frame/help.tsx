import type { ReactNode } from 'react';
import { padEnd, rule } from '../../terminal/text.ts';
import { helpOf, type Place } from './keys.ts';
import { Frame, Lines } from './lines.tsx';
import type { Canvas } from './view.ts';

/** The keys of a place, one a line. */
export function Help(props: { readonly place: Place; readonly canvas: Canvas }): ReactNode {
  const { place, canvas } = props;
  const { size, theme } = canvas;
  const lines = [
    rule('keys', size.columns, theme),
    ...helpOf(place).map(([shown, does]) => ` ${theme.title(padEnd(shown, 10, theme))} ${does}`),
    '',
    theme.dim(' Esc or ? closes this. The mouse is left to the terminal: text can be selected.'),
  ];
  return (
    <Frame canvas={canvas}>
      <Lines lines={lines} columns={size.columns} rows={size.rows} theme={theme} />
    </Frame>
  );
}
