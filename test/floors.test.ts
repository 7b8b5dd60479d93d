import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { floors, floorsJson } from '../floors.ts';

const root = join(import.meta.dirname, '..');

/** Each room with the next one above it, but where the upper one lies around the lower one. */
const breaches = Object.entries(floors).flatMap(([building, rooms]) =>
  rooms
    .map((room, index) => ({ building, room, above: rooms[index + 1] ?? room }))
    .filter(({ room, above }) => room !== above && !room.startsWith(`${above}/`)),
);
const planted = ({ building, room }: { building: string; room: string }) =>
  `${building}/${room}/planted.ts`;

describe('the floors of the house', () => {
  let house: string;
  let complaints: string;

  beforeAll(async () => {
    house = await mkdtemp(join(tmpdir(), 'orin-remote-floors-'));
    for (const name of ['biome.json', 'floors.json', 'print-only.grit'])
      await cp(join(root, name), join(house, name));
    const plant = async (path: string, text: string) => {
      await mkdir(dirname(join(house, path)), { recursive: true });
      await writeFile(join(house, path), text);
    };
    for (const breach of breaches) {
      const { room, above } = breach;
      const from = `${'../'.repeat(room.split('/').length)}${above}/x.ts`;
      await plant(planted(breach), `import type { X } from '${from}';\nexport type Y = X;\n`);
    }
    await plant('host/run/one.ts', "import type { B } from './two.ts';\nexport type A = B;\n");
    await plant('host/run/two.ts', "import type { A } from './one.ts';\nexport type B = A;\n");
    const biome = join(root, 'node_modules/.bin/biome');
    const output = await promisify(execFile)(biome, ['lint', '--max-diagnostics=none', '.'], {
      cwd: house,
      maxBuffer: 16_000_000,
    }).catch((error: { stdout: string; stderr: string }) => error);
    complaints = output.stdout + output.stderr;
  });
  afterAll(async () => await rm(house, { recursive: true }));

  test('the linter has the rules that the list of rooms gives', async () => {
    const written = JSON.parse(await readFile(join(root, 'floors.json'), 'utf8')) as unknown;
    expect(written).toEqual(JSON.parse(floorsJson()));
  });

  test.each(breaches)('$building/$room may not import from $above', (breach) => {
    const own = complaints.split('━━━').filter((text) => text.includes(planted(breach)));
    expect(own.join()).toContain('noRestrictedImports');
  });

  test('two files may not import types from each other', () => {
    expect(complaints).toMatch(/host\/run\/one\.ts.* lint\/suspicious\/noImportCycles/);
  });
});
