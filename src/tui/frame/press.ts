import type { Key } from 'ink';

/** A key that was pressed, or text that was typed or pasted. */
export interface Press {
  /** `a`, `G`, `?`, `space`, `enter`, `escape`, `backspace`, `shift-tab`, `ctrl-c`, `up`, … */
  readonly name: string;
  /** What it adds to a text field; null for keys that write nothing. */
  readonly text: string | null;
}

/**
 * One name per key, whatever the terminal and Ink call it. On Ink 6 Backspace arrives as `delete`, and Escape
 * with `meta`.
 */
export function pressOf(input: string, key: Key): Press {
  const named = namesOf(key).find(([, isPressed]) => isPressed);
  if (named !== undefined) return { name: named[0], text: null };
  if (key.ctrl) return { name: `ctrl-${input}`, text: null };
  return { name: input === ' ' ? 'space' : input, text: input === '' ? null : input };
}

function namesOf(key: Key): readonly (readonly [string, boolean])[] {
  return [
    ['escape', key.escape],
    ['enter', key.return],
    ['shift-tab', key.tab && key.shift],
    ['tab', key.tab],
    ['backspace', key.backspace || key.delete],
    ['up', key.upArrow],
    ['down', key.downArrow],
    ['left', key.leftArrow],
    ['right', key.rightArrow],
    ['pageup', key.pageUp],
    ['pagedown', key.pageDown],
    ['home', key.home],
    ['end', key.end],
  ];
}
