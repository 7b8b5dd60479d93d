import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import type { GivenSettings } from '../plan/settings.ts';
import { matchesPattern } from '../reach/config/patterns.ts';
import { parseTargetName } from '../reach/config/target-name.ts';
import { mistakeAt, onLine, readListFile } from './file-error.ts';
import { type Expectation, type FleetBoard, plainBoard } from './fleet-board.ts';
import { expandRange } from './host-range.ts';
import { planOptions } from './plan-options.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

const name = z.string().min(1);
/** YAML reads `6.2` as a number; it is meant as it is written. */
const version = z.union([name, z.number()]).transform(String);

/** Bench options by their long names, as the file has them. */
const rawPlan = z.partialRecord(
  z.enum(planOptions),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
);
export type RawPlan = z.infer<typeof rawPlan>;

/** Makes settings of the options that a file gives a board; `base` is the directory of the file. */
export type PlanReader = (plan: RawPlan, board: string, base: string) => GivenSettings;

/** What may be said of all boards, of a group and of one board: the nearer one wins. */
const settings = {
  user: name.optional(),
  port: z.int().min(1).max(65_535).optional(),
  key: name.optional(),
  jump: name.optional(),
  tags: z.array(name).optional(),
  expect: z
    .strictObject({
      model: name.optional(),
      jetpack: version.optional(),
      'power-mode': version.optional(),
    })
    .optional(),
  plan: rawPlan.optional(),
};
const settingsSchema = z.strictObject(settings);
type Settings = z.infer<typeof settingsSchema>;

const boardEntry = z.union([
  name,
  z.strictObject({ host: name, name: name.optional(), ...settings }),
]);

/** The fleet file; docs/fleet.md describes it. */
const fleetFileSchema = z.strictObject({
  name: name.optional(),
  defaults: settingsSchema.optional(),
  boards: z.array(boardEntry).min(1),
  groups: z.record(name, z.strictObject({ boards: z.array(name).min(1), ...settings })).optional(),
});
type FleetFile = z.infer<typeof fleetFileSchema>;

/** A list of boards, by whatever file. */
export interface BoardList {
  readonly name: string | null;
  readonly boards: readonly FleetBoard[];
}

/** @throws OrinError `config` with file, line and reason. */
export async function readFleetFile(path: string, readPlan: PlanReader): Promise<BoardList> {
  return parseFleetFile(path, await readListFile(path), readPlan);
}

/** The boards of a fleet file's text. @throws OrinError `config` with file, line and reason. */
export function parseFleetFile(path: string, text: string, readPlan: PlanReader): BoardList {
  const file = readYaml(path, text, fleetFileSchema);
  const declared = file.value.boards.flatMap((entry, index) => declare(path, file, entry, index));
  refuseTwins(path, declared);
  const members = membersOf(path, file, declared);
  const { defaults = {}, groups = {} } = file.value;
  const boards = declared.map(({ board, own }) => {
    const inGroups = Object.keys(groups).filter((group) => members.get(group)?.has(board.name));
    const layers = [defaults, ...inGroups.map((group) => groups[group] ?? {}), own];
    const raw: RawPlan = Object.assign({}, ...layers.map((layer: Settings) => layer.plan ?? {}));
    const plan = readPlan(raw, board.name, dirname(resolve(path)));
    return { ...withSettings(board, layers, inGroups), plan };
  });
  return { name: file.value.name ?? null, boards };
}

interface Declared {
  readonly board: Pick<FleetBoard, 'name' | 'host'>;
  readonly own: Settings;
  readonly line: number | null;
}

function declare(
  path: string,
  file: YamlFile<FleetFile>,
  entry: FleetFile['boards'][number],
  index: number,
): Declared[] {
  const line = file.lineOf(['boards', index]);
  const { host, name: given, ...own } = typeof entry === 'string' ? { host: entry } : entry;
  const hosts = onLine(path, line, () => expandRange(host));
  const names = given === undefined ? hosts : onLine(path, line, () => expandRange(given));
  if (names.length !== hosts.length) {
    throw mistakeAt(path, line, `${names.length} names for ${hosts.length} hosts`);
  }
  for (const each of hosts) onLine(path, line, () => parseTargetName(each));
  return hosts.map((each, at) => ({
    board: { name: names[at] ?? each, host: each },
    own: own as Settings,
    line,
  }));
}

function refuseTwins(path: string, declared: readonly Declared[]): void {
  const lines = new Map<string, number | null>();
  for (const { board, line } of declared) {
    const before = lines.get(board.name);
    if (before !== undefined) {
      throw mistakeAt(path, line, `${board.name} is in the list already, in line ${before}`);
    }
    lines.set(board.name, line);
  }
}

/** Names of the boards of each group; a name that is no board is a slip of the pen. */
function membersOf(
  path: string,
  file: YamlFile<FleetFile>,
  declared: readonly Declared[],
): Map<string, Set<string>> {
  const members = new Map<string, Set<string>>();
  for (const [group, { boards }] of Object.entries(file.value.groups ?? {})) {
    const found = new Set<string>();
    for (const [index, term] of boards.entries()) {
      const line = file.lineOf(['groups', group, 'boards', index]);
      for (const pattern of onLine(path, line, () => expandRange(term))) {
        const matches = declared.filter(({ board }) => matchesPattern(board.name, pattern));
        if (matches.length === 0) throw mistakeAt(path, line, `no board is called ${pattern}`);
        for (const { board } of matches) found.add(board.name);
      }
    }
    members.set(group, found);
  }
  return members;
}

function withSettings(
  board: Pick<FleetBoard, 'name' | 'host'>,
  layers: readonly Settings[],
  groups: readonly string[],
): FleetBoard {
  const nearest = <K extends 'user' | 'port' | 'key' | 'jump'>(key: K) =>
    layers.findLast((layer) => layer[key] !== undefined)?.[key] ?? null;
  return plainBoard(board.host, {
    name: board.name,
    user: nearest('user'),
    port: nearest('port'),
    key: nearest('key'),
    jump: nearest('jump'),
    tags: [...new Set([...layers.flatMap(({ tags }) => tags ?? []), ...groups])],
    expect: expectationOf(layers),
  });
}

function expectationOf(layers: readonly Settings[]): Expectation {
  const expect = Object.assign({}, ...layers.map((layer) => layer.expect ?? {}));
  return {
    model: expect.model ?? null,
    jetpack: expect.jetpack ?? null,
    powerMode: expect['power-mode'] ?? null,
  };
}
