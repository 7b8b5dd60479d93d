/**
 * The floors of the house, lowest first: a room imports only from rooms above it in its list, types
 * included. `npx tsx floors.ts` writes floors.json, which biome.json extends; `test/floors.test.ts`
 * plants a breach in each room.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

export const floors: Readonly<Record<string, readonly string[]>> = {
  models: [],
  agent: [
    'contract',
    'proc',
    'channel',
    'engine',
    'process',
    'sample',
    'profile',
    'trial',
    'work',
    'supervise',
  ],
  host: [
    'workstation',
    'quantities',
    'link',
    'reach/config',
    'reach/trust',
    'reach/ssh2',
    'reach/openssh',
    'reach/demo',
    'reach',
    'shell',
    'telemetry',
    'journal',
    'board',
    'store',
    'plan',
    'analysis',
    'archive',
    'run',
    'irq',
    'fleet',
  ],
  src: ['words', 'terminal', 'options', 'report', 'tui', 'commands'],
};

/** Of the linter's rule noRestrictedImports. */
interface Pattern {
  readonly group: readonly string[];
  readonly message: string;
}

/** What no room of a building may import: other buildings, and packages that belong to others. */
const walls: Readonly<Record<string, Pattern>> = {
  'agent/contract': {
    group: ['node:*', '../**', '!zod/mini'],
    message: 'what both ends share stands alone',
  },
  agent: {
    group: ['**/host/**', '**/src/**', '**/models/**'],
    message: 'the agent runs alone on the board',
  },
  models: {
    group: ['**/host/**', '**/src/**', '**/agent/**', '!**/agent/contract/float16.ts'],
    message: 'models knows nothing of boards or screens',
  },
  host: {
    group: [
      '**/src/**',
      'ink',
      'react',
      'chalk',
      'commander',
      '**/agent/**',
      '!**/agent/contract/**',
    ],
    message: 'host knows no user interface, and of the agent only the contract',
  },
  src: {
    group: ['ssh2', 'onnxruntime-node', '**/agent/**', '!**/agent/contract/**'],
    message: 'what a person touches reaches boards only through host',
  },
};

/** The rule of one place; tests beside the code may look up. */
function rule(place: string, patterns: readonly Pattern[]): unknown {
  const noRestrictedImports = { level: 'error', options: { patterns } };
  const includes = [place, '!**/*.test.ts', '!**/*.test.tsx'];
  return { includes, linter: { rules: { style: { noRestrictedImports } } } };
}

/** Every import of a room has its last name as a folder, whatever stands before it. */
const importsOf = (room: string) => `**/${room.split('/').at(-1)}/**`;

/** A room with rooms inside is its own files alone: those inside have their own rule. */
const filesOf = (rooms: readonly string[], place: string) =>
  rooms.some((room) => room.startsWith(`${place}/`)) ? `*.ts` : `**`;

/** The overrides of biome.json that keep the floors, as text of floors.json. */
export function floorsJson(): string {
  const overrides: unknown[] = [];
  for (const [building, rooms] of Object.entries(floors)) {
    const wall = walls[building];
    if (wall === undefined) continue;
    overrides.push(rule(`${building}/**`, [wall]));
    for (const [index, room] of rooms.entries()) {
      const above = rooms.slice(index + 1).map(importsOf);
      const own = walls[`${building}/${room}`] ?? wall;
      const message = `${building}/${room} stands below this room`;
      const patterns = above.length === 0 ? [own] : [own, { group: above, message }];
      overrides.push(rule(`${building}/${room}/${filesOf(rooms, room)}`, patterns));
    }
  }
  const schema = './node_modules/@biomejs/biome/configuration_schema.json';
  return `${JSON.stringify({ $schema: schema, overrides }, null, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = new URL('floors.json', import.meta.url);
  writeFileSync(path, floorsJson());
}
