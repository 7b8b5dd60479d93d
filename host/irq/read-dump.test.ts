import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyseDump } from './analyse-dump.ts';
import { findingsOf } from './findings.ts';
import { inputFindings } from './input-findings.ts';
import { readDump } from './read-dump.ts';

const path = (name: string) =>
  new URL(`../../test/fixtures/proc/${name}`, import.meta.url).pathname;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'orin-dump-'));
});
afterAll(() => rm(home, { recursive: true }));

async function readingOf(bytes: string | Uint8Array) {
  const file = join(home, 'interrupts.txt');
  await writeFile(file, bytes);
  return readDump(file);
}

/** What a terminal of `width` columns makes of a text. */
function wrapped(text: string, width: number): string {
  const parts = text
    .split('\n')
    .flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']);
  return parts.join('\n');
}

describe('what is no dump is refused', () => {
  test('with the way to make one', async () => {
    await expect(readDump(path('replay/A/0/uptime'))).rejects.toMatchObject({
      code: 'data-unreadable',
      next: expect.stringContaining('cat /proc/interrupts'),
    });
    await expect(readDump('/nowhere/interrupts')).rejects.toMatchObject({
      code: 'data-unreadable',
    });
  });

  test('with its fault: zero bytes, a header that is not whole', async () => {
    await expect(readingOf(Buffer.from([67, 80, 85, 48, 10, 0, 0, 10]))).rejects.toMatchObject({
      message: expect.stringContaining('is no text'),
    });
    await expect(readingOf('   CPU0 CPU1 CP\n 1: 2 3 x\n')).rejects.toMatchObject({
      why: expect.stringContaining('line of CPU names is not whole'),
    });
  });
});

describe('the same table', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  test.each<[string, (text: string) => string | Uint8Array]>([
    [
      'UTF-16 of PowerShell, with its mark',
      (text) => utf16(`\ufeff${text.replace(/\n/g, '\r\n')}`),
    ],
    ['UTF-16 without a mark', utf16],
    ['UTF-16, high bytes first', (text) => utf16(`\ufeff${text}`).swap16()],
    ['UTF-8 with a mark', (text) => `\ufeff${text}`],
    ['line ends of Windows', (text) => text.replace(/\n/g, '\r\n')],
    ['no prompt', (text) => text.split('\n').slice(1, -2).join('\n').concat('\n')],
  ])('%s', async (_name, encode) => {
    const plain = await readDump(path('dumps/whole.txt'));
    const text = await readFile(path('dumps/whole.txt'), 'utf8');
    const read = await readingOf(encode(text));
    expect(read.interrupts).toEqual({ ...plain.interrupts, problems: [] });
    expect(read.interrupts?.rows).toHaveLength(6);
  });

  test('wrapped by a terminal, with the blanks at the ends of lines or without them', async () => {
    for (const name of ['dumps/whole.txt', 'orin-interrupts.txt', 'orin-softirqs.txt']) {
      const text = await readFile(path(name), 'utf8');
      const plain = await readDump(path(name));
      for (const width of [60, 72, 80, 90, 98]) {
        const pasted = wrapped(text, width);
        for (const lines of [pasted, pasted.replace(/ +$/gm, '')]) {
          const read = await readingOf(lines);
          expect([name, width, read.interrupts]).toEqual([name, width, plain.interrupts]);
          expect([name, width, read.softirqs]).toEqual([name, width, plain.softirqs]);
        }
      }
    }
    const read = await readingOf(wrapped(await readFile(path('dumps/whole.txt'), 'utf8'), 80));
    expect(inputFindings('paste.txt', read).map(({ text }) => text)).toEqual([
      'The lines of paste.txt were wrapped at 80 columns; they were joined.',
    ]);
  });
});

describe('what could not be read is said', () => {
  const unreadOf = async (name: string) => {
    const { interrupts, softirqs } = await readDump(path(name));
    if (interrupts === null) throw new Error('no table');
    const analysis = analyseDump({ interrupts, softirqs, before: null });
    const [first] = findingsOf(analysis);
    return { analysis, first };
  };

  test('a damaged row, by its line of the file, before all other findings', async () => {
    const { analysis, first } = await unreadOf('dumps/damaged.txt');
    expect(analysis.unread).toEqual({
      count: 1,
      rows: [
        {
          dump: 'later',
          table: 'interrupts',
          line: 4,
          id: '300',
          text: expect.stringContaining('5O000'),
        },
      ],
    });
    expect(first?.text).toContain(
      '1 row could not be read: line 4: 300: 0 0 0 0 5O000 0 0 0 GICv3',
    );
    expect(first?.text).toContain('Its source is missing in all figures here.');
  });

  test('a row in which the file ends', async () => {
    const { first } = await unreadOf('dumps/cut.txt');
    expect(first?.text).toContain('1 row could not be read: line 7: IPI0: 1 1 1.');
    const file = await readDump(path('dumps/cut.txt'));
    expect(inputFindings('cut.txt', file)[0]?.text).toContain('ends without the end of a line');
  });

  test('a second table of the same kind', async () => {
    const text = await readFile(path('dumps/whole.txt'), 'utf8');
    const read = await readingOf(`${text}\n${text}`);
    expect(read.interrupts?.unread).toBe(0);
    expect(inputFindings('two.txt', read).map(({ text: said }) => said)).toEqual([
      'two.txt has more than one table of a kind: only the first of each was read.',
    ]);
  });

  test('errors without a CPU are not those of CPU 0 on a board with one', async () => {
    const { analysis } = await unreadOf('dumps/one-cpu.txt');
    expect(analysis.all).toMatchObject({ total: 5, perCpu: [5] });
    expect(analysis.sources.map(({ name, share }) => [name, share])).toEqual([['eth0', 1]]);
  });
});
