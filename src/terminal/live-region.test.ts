import { PassThrough } from 'node:stream';
import headless from '@xterm/headless';
import { expect, test } from 'vitest';
import { LiveRegion } from './live-region.ts';
import { terminalOf } from './terminal.ts';

function stand(draw: () => readonly string[]) {
  const screen = new headless.Terminal({
    cols: 20,
    rows: 6,
    convertEol: true,
    allowProposedApi: true,
  });
  const stream = new PassThrough();
  const written: string[] = [];
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  const terminal = {
    ...terminalOf(stream as unknown as NodeJS.WriteStream, {}),
    columns: () => 20,
    isInteractive: true,
  };
  const region = new LiveRegion(terminal, draw);
  const rows = async () => {
    await new Promise<void>((resolve) => screen.write(written.splice(0).join(''), resolve));
    return Array.from(
      { length: screen.buffer.active.length },
      (_, row) => screen.buffer.active.getLine(row)?.translateToString(true) ?? '',
    ).filter((line) => line !== '');
  };
  return { region, rows, written };
}

test('what stays is above, the region is below and grows and shrinks, and closing leaves what stays', async () => {
  let lines = ['one', 'two', 'three'];
  const { region, rows } = stand(() => lines);
  region.printAbove('stays\nalso');
  expect(await rows()).toEqual(['stays', 'also', 'one', 'two', 'three']);
  lines = ['a line that is wider than the screen'];
  region.printAbove('third');
  expect(await rows()).toEqual(['stays', 'also', 'third', 'a line that is wide…']);
  region.close();
  expect(await rows()).toEqual(['stays', 'also', 'third']);
});

test('it never clears to the end of the screen, which tmux would keep in the scrollback', () => {
  const { region, written } = stand(() => ['one', 'two']);
  region.printAbove('stays');
  region.printAbove('stays');
  region.close();
  const codes = written.join('').split('\u001b[').slice(1);
  expect(codes.filter((code) => /^\d*J/.test(code))).toEqual([]);
});
