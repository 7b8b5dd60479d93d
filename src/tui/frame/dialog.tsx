import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { Press } from './press.ts';
import type { Canvas } from './view.ts';

/** A question with a few answers, each a key. */
interface ChoiceDialog {
  readonly kind: 'choice';
  readonly title: string;
  readonly text: string;
  readonly choices: readonly { readonly key: string; readonly word: string }[];
}

/** A question with a text for an answer; without `echo` only its length shows. */
interface TextDialog {
  readonly kind: 'text';
  readonly title: string;
  readonly text: string;
  readonly echo: boolean;
  /** What stands in the field before anything is typed. */
  readonly initial?: string;
}

export type Dialog = ChoiceDialog | TextDialog;

/** A dialog that is open, and what was typed so far. */
export interface OpenDialog {
  readonly dialog: Dialog;
  readonly typed: string;
}

/** What a press makes of a dialog: another state of it, or its answer; null is "no answer". */
export function pressDialog(
  open: OpenDialog,
  press: Press,
): { readonly open: OpenDialog } | { readonly answer: string | null } {
  if (press.name === 'escape') return { answer: null };
  if (open.dialog.kind === 'choice') {
    if (press.name === 'enter' && open.dialog.choices.length === 0) return { answer: null };
    const chosen = open.dialog.choices.find(({ key }) => key === press.name);
    return chosen === undefined ? { open } : { answer: chosen.key };
  }
  if (press.name === 'enter') return { answer: open.typed };
  if (press.name === 'backspace') {
    return { open: { ...open, typed: [...open.typed].slice(0, -1).join('') } };
  }
  return press.text === null ? { open } : { open: { ...open, typed: open.typed + press.text } };
}

/** The dialog in the middle of an otherwise empty frame. */
export function DialogBox(props: {
  readonly open: OpenDialog;
  readonly canvas: Canvas;
}): ReactNode {
  const { dialog, typed } = props.open;
  const { size, theme } = props.canvas;
  const isBordered = size.columns >= 40 && size.rows >= 8;
  return (
    <Box width={size.columns} height={size.rows} justifyContent="center" alignItems="center">
      <Box
        flexDirection="column"
        width={Math.min(76, size.columns)}
        paddingX={isBordered ? 2 : 0}
        overflow="hidden"
        {...(isBordered ? { borderStyle: theme.isUnicode ? 'round' : 'classic' } : {})}
      >
        <Text>{theme.title(dialog.title)}</Text>
        {size.rows >= 8 && <Text> </Text>}
        <Text>{dialog.text}</Text>
        {dialog.kind === 'text' && (
          <Text>
            {`${theme.glyphs.pointer} ${dialog.echo ? typed : '*'.repeat(typed.length)}${theme.glyphs.caret}`}
          </Text>
        )}
        {size.rows >= 8 && <Text> </Text>}
        <Text>{answers(dialog, theme)}</Text>
      </Box>
    </Box>
  );
}

function answers(dialog: Dialog, theme: Canvas['theme']): string {
  const pairs =
    dialog.kind === 'choice'
      ? dialog.choices.map(({ key, word }) => [key, word] as const)
      : [['Enter', 'answer'] as const];
  return [...pairs, ['Esc', dialog.kind === 'choice' ? 'back' : 'cancel'] as const]
    .map(([key, word]) => `${theme.title(key)} ${theme.dim(word)}`)
    .join('   ');
}
