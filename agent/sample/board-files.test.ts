import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BoardFiles, expand } from './board-files.ts';

/** The /sys of an Orin Nano, laid out below a directory. */
const orin = JSON.parse(
  readFileSync(
    new URL('../../test/fixtures/jetson/sysfs-orin-nano-jp6.json', import.meta.url),
    'utf8',
  ),
) as Record<string, string | null>;

function layOut(files: Readonly<Record<string, string | null>>): string {
  const root = mkdtempSync(join(tmpdir(), 'orin-board-files-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    // A directory in its place can be opened and not be read, as a sensor that is switched off.
    if (text === null) mkdirSync(join(root, path));
    else writeFileSync(join(root, path), text);
  }
  return root;
}

test('all that is there first, then what changed; what cannot be read is null', () => {
  const root = layOut(orin);
  const files = new BoardFiles(root);
  const first = files.changes();
  expect(Object.keys(first).length).toBeGreaterThan(50);
  for (const [path, text] of Object.entries(first))
    expect([path, text]).toEqual([path, orin[path]]);
  expect(files.changes()).toEqual({});
  const temperature = Object.keys(first).find((path) => path.endsWith('thermal_zone0/temp')) ?? '';
  writeFileSync(join(root, temperature), '61500\n');
  expect(files.changes()).toEqual({ [temperature]: '61500\n' });
});

test('a machine without any of it says nothing', () => {
  expect(new BoardFiles(layOut({ '/etc/other': 'x' })).changes()).toEqual({});
});

test('a star stands for any part of one segment, numbers in order', () => {
  const root = layOut({
    '/s/zone10/temp': '',
    '/s/zone2/temp': '',
    '/s/zone2/type': '',
    '/s/x/temp': '',
  });
  expect(expand(root, '/s/zone*/temp')).toEqual(['/s/zone2/temp', '/s/zone10/temp']);
  expect(expand(root, '/s/zone*/t*e')).toEqual(['/s/zone2/type']);
  expect(expand(root, '/s/*/nothing')).toEqual([]);
});
