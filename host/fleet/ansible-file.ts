import * as z from 'zod';
import { mistakeAt, onLine, readListFile } from './file-error.ts';
import type { BoardList } from './fleet-file.ts';
import { expandRange } from './host-range.ts';
import { groupOf, type Inventory, inventoryBoards, type Variables } from './inventory.ts';
import { readYaml } from './yaml-file.ts';

/**
 * The boards of an Ansible inventory, INI or YAML. @throws OrinError `config` with file, line and
 * reason.
 */
export async function readInventory(path: string): Promise<BoardList> {
  return parseInventory(path, await readListFile(path));
}

/**
 * As `readInventory`, of a file's text; names that end in .yml or .yaml are YAML, others INI unless
 * they hold no section.
 */
export function parseInventory(path: string, text: string): BoardList {
  const isYaml = /\.ya?ml$/iu.test(path) || /^(?:---|[\w-]+:\s*(?:#.*)?$)/mu.test(text);
  const inventory = isYaml ? fromYaml(path, text) : fromIni(path, text);
  const boards = inventoryBoards(inventory);
  if (boards.length === 0) throw mistakeAt(path, null, 'it names no host');
  return { name: null, boards };
}

function fromIni(path: string, text: string): Inventory {
  const inventory: Inventory = new Map();
  let section = { name: 'ungrouped', kind: 'hosts' };
  for (const [index, raw] of text.split(/\r?\n/u).entries()) {
    const line = raw.replace(/(?:^|\s)[#;].*$/u, '').trim();
    if (line === '') continue;
    const header = /^\[([^\]:]+)(?::(\w+))?\]$/u.exec(line);
    if (header) {
      section = { name: header[1] ?? '', kind: header[2] ?? 'hosts' };
      groupOf(inventory, section.name);
      continue;
    }
    onLine(path, index + 1, () => takeLine(path, index + 1, inventory, section, line));
  }
  return inventory;
}

function takeLine(
  path: string,
  number: number,
  inventory: Inventory,
  section: { readonly name: string; readonly kind: string },
  line: string,
): void {
  const group = groupOf(inventory, section.name);
  switch (section.kind) {
    case 'hosts': {
      const [host = '', ...rest] = wordsOf(line);
      const vars = variables(path, number, rest);
      for (const each of expandRange(host)) {
        group.hosts.set(each, { ...group.hosts.get(each), ...vars });
      }
      return;
    }
    case 'vars':
      group.vars = { ...group.vars, ...variables(path, number, [line.replace(/\s*=\s*/u, '=')]) };
      return;
    case 'children':
      group.children.add(line);
      return;
    default:
      throw mistakeAt(path, number, `there is no section :${section.kind}`);
  }
}

/** Words parted by blanks, those in quotes kept together. */
function wordsOf(line: string): string[] {
  return line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/gu) ?? [];
}

function variables(path: string, line: number, words: readonly string[]): Variables {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at <= 0) throw mistakeAt(path, line, `"${word}" is no variable: name=value`);
      return [word.slice(0, at), word.slice(at + 1).replace(/^(["'])(.*)\1$/u, '$2')];
    }),
  );
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** Variables of other kinds are for playbooks, not for reaching a host. */
const yamlVariables = z
  .record(z.string(), z.unknown())
  .nullable()
  .transform((vars) =>
    Object.fromEntries(
      Object.entries(vars ?? {}).flatMap(([key, value]) => {
        const parsed = scalar.safeParse(value);
        return parsed.success ? [[key, parsed.data] as const] : [];
      }),
    ),
  );

interface YamlGroup {
  readonly hosts?: Readonly<Record<string, Variables>> | null | undefined;
  readonly vars?: Variables | undefined;
  readonly children?: Readonly<Record<string, YamlGroup | null>> | null | undefined;
}

const yamlGroup: z.ZodType<YamlGroup> = z.lazy(() =>
  z.strictObject({
    hosts: z.record(z.string(), yamlVariables).nullish(),
    vars: yamlVariables.optional(),
    children: z.record(z.string(), yamlGroup.nullable()).nullish(),
  }),
);

function fromYaml(path: string, text: string): Inventory {
  const inventory: Inventory = new Map();
  const file = readYaml(path, text, z.record(z.string(), yamlGroup.nullable()));
  const take = (name: string, source: YamlGroup | null, at: readonly string[]) => {
    const group = groupOf(inventory, name);
    group.vars = { ...group.vars, ...source?.vars };
    for (const [host, vars] of Object.entries(source?.hosts ?? {})) {
      const line = file.lineOf([...at, 'hosts', host]);
      for (const each of onLine(path, line, () => expandRange(host))) {
        group.hosts.set(each, { ...group.hosts.get(each), ...vars });
      }
    }
    for (const [child, inner] of Object.entries(source?.children ?? {})) {
      group.children.add(child);
      take(child, inner, [...at, 'children', child]);
    }
  };
  for (const [name, group] of Object.entries(file.value)) take(name, group, [name]);
  return inventory;
}
