import { createElement } from 'react';
import { expect, onTestFinished, test } from 'vitest';
import { keys } from '../../../test/support/fake-stdin.ts';
import { openStand } from '../../../test/support/screen-stand.ts';
import { Frame, Lines } from './lines.tsx';
import type { View } from './view.ts';

/** A view that shows the keys that it heard. */
function recorder(isTyping = false): View & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    place: () => 'live',
    isTyping: () => isTyping,
    press: ({ name }) => heard.push(name),
    render: (canvas) => {
      const { size, theme } = canvas;
      const lines = [`${size.columns}x${size.rows}`, heard.join(' ')];
      const content = createElement(Lines, { lines, columns: size.columns, rows: 2, theme });
      return createElement(Frame, { canvas }, content);
    },
  };
}

function stand(view: View, options: Parameters<typeof openStand>[1] = {}) {
  const opened = openStand(view, options);
  onTestFinished(() => opened.host.close());
  return opened;
}

test('a key reaches the view under one name, and the frame follows at once', async () => {
  const view = recorder();
  const { stdin, terminal } = stand(view);
  await stdin.press('a', keys.backspace, keys.escape, keys.enter, keys.tab, keys.shiftTab, ' ');
  await stdin.press(keys.up, 'G');
  const names = 'a backspace escape enter tab shift-tab space up G';
  expect(view.heard.join(' ')).toBe(names);
  expect((await terminal.lines())[1]).toBe(names);
});

test('keys that come in one piece are all heard; text that was pasted stays whole', async () => {
  const view = recorder();
  const { stdin } = stand(view);
  await stdin.press('\r\r', 'jjj', 'user@orin.local\r', 'a\u007f\t');
  const names = 'enter enter j j j user@orin.local enter a backspace tab';
  expect(view.heard.join(' ')).toBe(names);
});

test('a resize draws for the new size', async () => {
  const { terminal } = stand(recorder());
  expect((await terminal.lines())[0]).toBe('80x24');
  terminal.resize(33, 7);
  expect((await terminal.lines())[0]).toBe('33x7');
});

test('? shows the keys of the place; Escape closes that and is not heard below', async () => {
  const view = recorder();
  const { stdin, terminal } = stand(view);
  await stdin.press('?');
  expect(await terminal.text()).toContain('stop the run; what was measured is kept');
  await stdin.press('x', keys.escape, 'y');
  expect(view.heard).toEqual(['y']);
});

test('while text is typed, ? is text', async () => {
  const view = recorder(true);
  const { stdin } = stand(view);
  await stdin.press('?');
  expect(view.heard).toEqual(['?']);
});

test('a passphrase is asked for in a dialog and never shown', async () => {
  const view = recorder();
  const { stdin, terminal, host } = stand(view);
  const text = 'Passphrase of /home/me/.ssh/id_ed25519:';
  const answer = host.ask({ kind: 'passphrase', text, echo: false });
  await stdin.press('s3cre', 'x', keys.backspace, 't');
  expect(await terminal.text()).toContain(text);
  expect(await terminal.text()).toContain('******');
  await stdin.press(keys.enter);
  expect(await answer).toBe('s3cret');
  expect(terminal.written).not.toMatch(/s3cre/);
  expect(view.heard).toEqual([]);
});

test('Escape gives no answer, and neither does a signal that fires', async () => {
  const { stdin, host } = stand(recorder());
  const question = { kind: 'host-key', text: 'Trust it?', echo: true } as const;
  const dismissed = host.ask(question);
  await stdin.press('y', keys.escape);
  expect(await dismissed).toBeNull();
  const controller = new AbortController();
  const aborted = host.ask(question, controller.signal);
  controller.abort();
  expect(await aborted).toBeNull();
});

test('a choice takes only the keys that it offers', async () => {
  const { stdin, host } = stand(recorder());
  const choices = [{ key: 's', word: 'stop' }];
  const answer = host.open({ kind: 'choice', title: 'Stop?', text: '', choices });
  await stdin.press('q', keys.enter, 's');
  expect(await answer).toBe('s');
});

test('Ctrl-C is an interruption, also above a dialog', async () => {
  const { stdin, host, interrupts } = stand(recorder());
  void host.ask({ kind: 'password', text: 'Password:', echo: false });
  await stdin.press(keys.ctrlC);
  expect(interrupts()).toBe(1);
});

test('Ctrl-Z gives the terminal back until the job goes on', async () => {
  let resume = () => {};
  const suspend = () =>
    new Promise<void>((resolve) => {
      resume = resolve;
    });
  const { stdin, terminal } = stand(recorder(), { suspend });
  await stdin.press(keys.ctrlZ);
  expect(await terminal.isAlternate()).toBe(false);
  expect(stdin.isRaw).toBe(false);
  resume();
  await stdin.press('a');
  expect(await terminal.isAlternate()).toBe(true);
  expect(stdin.isRaw).toBe(true);
  expect((await terminal.lines())[1]).toBe('a');
});

test('a view that draws its lines itself, and what Ink lays out above it, take turns', async () => {
  const heard: string[] = [];
  const { stdin, terminal, host } = stand({
    ...recorder(),
    press: ({ name }) => heard.push(name),
    render: ({ size }) => ({ lines: [`finished ${size.columns}x${size.rows}`, heard.join(' ')] }),
  });
  await stdin.press('a');
  expect(await terminal.lines()).toEqual(['finished 80x24', 'a', ...Array(22).fill('')]);
  const answer = host.ask({ kind: 'password', text: 'Password:', echo: false });
  await stdin.press('x');
  expect(await terminal.text()).toContain('Password:');
  expect(await terminal.text()).not.toContain('finished');
  terminal.resize(60, 10);
  expect(await terminal.text()).toContain('Password:');
  await stdin.press(keys.enter);
  expect(await answer).toBe('x');
  expect(await terminal.lines()).toEqual(['finished 60x10', 'a', ...Array(8).fill('')]);
  await stdin.press('b');
  expect((await terminal.lines())[1]).toBe('a b');
  host.show(recorder());
  await stdin.press('c');
  expect((await terminal.lines()).slice(0, 2)).toEqual(['60x10', 'c']);
});

test('closing gives the terminal and the keyboard back, and answers what is open', async () => {
  const { stdin, terminal, host } = openStand(recorder());
  const asked = host.ask({ kind: 'password', text: 'Password:', echo: false });
  host.close();
  expect(await asked).toBeNull();
  expect(await terminal.isAlternate()).toBe(false);
  expect(stdin.isRaw).toBe(false);
});
