import { type FleetBoard, plainBoard } from './fleet-board.ts';

/** Variables of an Ansible host or group. */
export type Variables = Readonly<Record<string, string>>;

/** A group of an Ansible inventory, whichever way it was written. */
export interface InventoryGroup {
  /** Hosts with ranges expanded, and their own variables. */
  readonly hosts: Map<string, Variables>;
  vars: Variables;
  readonly children: Set<string>;
}

export type Inventory = Map<string, InventoryGroup>;

export function groupOf(inventory: Inventory, name: string): InventoryGroup {
  const known = inventory.get(name);
  if (known) return known;
  const group = { hosts: new Map(), vars: {}, children: new Set<string>() };
  inventory.set(name, group);
  return group;
}

/** These two hold everybody, so they tell nobody apart. */
const impliedGroups = new Set(['all', 'ungrouped']);

/**
 * The boards of an Ansible inventory. Groups become tags. Of the variables those of the connection
 * are used: `ansible_host`, `_port`, `_user`, `_ssh_private_key_file`, and ProxyJump out of
 * `_ssh_common_args` and `_ssh_extra_args`; a child's stand over its parent's and a host's over
 * all.
 */
export function inventoryBoards(inventory: Inventory): readonly FleetBoard[] {
  const names = new Set([...inventory.values()].flatMap(({ hosts }) => [...hosts.keys()]));
  return [...names].map((name) => {
    const groups = groupsWith(inventory, name);
    const layers = groups.map((group) => inventory.get(group));
    const vars: Variables = Object.assign(
      {},
      inventory.get('all')?.vars,
      ...layers.map((group) => group?.vars ?? {}),
      ...layers.map((group) => group?.hosts.get(name) ?? {}),
      inventory.get('ungrouped')?.hosts.get(name),
      inventory.get('all')?.hosts.get(name),
    );
    return boardFrom(name, vars, groups);
  });
}

function boardFrom(name: string, vars: Variables, tags: readonly string[]): FleetBoard {
  const port = Number(vars.ansible_port ?? vars.ansible_ssh_port);
  const args = `${vars.ansible_ssh_common_args ?? ''} ${vars.ansible_ssh_extra_args ?? ''}`;
  return plainBoard(vars.ansible_host ?? vars.ansible_ssh_host ?? name, {
    name,
    user: vars.ansible_user ?? vars.ansible_ssh_user ?? null,
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : null,
    key: vars.ansible_ssh_private_key_file ?? null,
    jump: /(?:-J\s*|ProxyJump[=\s]+)"?([^\s"']+)/u.exec(args)?.[1] ?? null,
    tags: [...tags],
  });
}

/** Groups that hold a host, parents before their children. */
function groupsWith(inventory: Inventory, host: string): string[] {
  const depth = new Map<string, number>();
  const mark = (name: string, above: number, seen: ReadonlySet<string>) => {
    // A cycle of groups is a mistake that must not hang us.
    if (seen.has(name)) return;
    depth.set(name, Math.max(above, depth.get(name) ?? 0));
    for (const child of inventory.get(name)?.children ?? []) {
      mark(child, above + 1, new Set([...seen, name]));
    }
  };
  for (const name of inventory.keys()) mark(name, 0, new Set());
  return [...inventory.keys()]
    .filter((name) => !impliedGroups.has(name) && holds(inventory, name, host, new Set()))
    .sort((a, b) => (depth.get(a) ?? 0) - (depth.get(b) ?? 0));
}

function holds(
  inventory: Inventory,
  name: string,
  host: string,
  seen: ReadonlySet<string>,
): boolean {
  const group = inventory.get(name);
  if (group === undefined || seen.has(name)) return false;
  if (group.hosts.has(host)) return true;
  const below = new Set([...seen, name]);
  return [...group.children].some((child) => holds(inventory, child, host, below));
}
