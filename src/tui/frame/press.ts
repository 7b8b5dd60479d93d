import type { Key } from 'ink';

/** A key that was pressed, or text that was typed or pasted. */
export interface Press {
  /** `a`, `G`, `?`, `space`, `enter`, `escape`, `backspace`, `shift-tab`, `ctrl-c`, `up`, … */
  readonly name: string;
  /** What it adds to a text field; null for keys that write nothing. */
  readonly text: string | null;
}

/**
 * One name per key, whatever the terminal and Ink call it. On Ink 6 Backspace arrives as `delete`,
 * and Escape with `meta`.
 */
function pressOf(input: string, key: Key): Press {
  const named = namesOf(key).find(([, isPressed]) => isPressed);
  if (named !== undefined) return { name: named[0], text: null };
  if (key.ctrl) return { name: `ctrl-${input}`, text: null };
  return input === '' ? { name: '', text: null } : textPress(input);
}

/**
 * The keys of one read from the terminal, in their order. What is pressed faster than it is read,
 * or is held down, comes as one text: Enter, Tab and Backspace are found in it, and a repeated
 * letter is as many presses. Any other text stays whole: what is pasted is no row of commands.
 */
export function pressesOf(input: string, key: Key): readonly Press[] {
  const isNamed = key.ctrl || namesOf(key).some(([, isPressed]) => isPressed);
  if (isNamed || [...input].length < 2) return [pressOf(input, key)];
  return input.split(/([\r\n\t\u007f])/u).flatMap((piece): readonly Press[] => {
    const control = controls[piece];
    if (control !== undefined) return [{ name: control, text: null }];
    const letters = [...piece];
    const isHeld = new Set(letters).size === 1;
    if (isHeld) return letters.map((letter) => textPress(letter));
    return piece === '' ? [] : [textPress(piece)];
  });
}

const controls: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
};

function textPress(text: string): Press {
  return { name: text === ' ' ? 'space' : text, text };
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
