import type { Probe } from '../../board/probe.ts';
import { requireSpace } from '../../board/requirements.ts';
import type { Link } from '../../link/link.ts';
import { program } from '../../shell/program.ts';
import baseNames from '../../shell/programs/base-names.sh';
import removeGarbage from '../../shell/programs/remove-garbage.sh';
import { runScript } from '../../shell/run-script.ts';
import { storePath } from './upload-script.ts';

/** A script is one argument of a command, and Linux takes no argument of more than 128 KiB. */
const MAX_SCRIPT_BYTES = 96 * 1024;
/** Of names in one statement of it. */
const MAX_LIST_BYTES = 40 * 1024;

/** What a push is about to need on a board. */
export interface Need {
  /** Every file of the plan and the runtime, sent or present. */
  readonly sha256s: ReadonlySet<string>;
  readonly runtimeId: string | null;
  /** Of files that are not there yet. */
  readonly unpackedBytes: number;
  /** Of packed copies that lie beside them while they are unpacked. */
  readonly packedBytes: number;
}

interface Garbage {
  readonly runtimes: readonly string[];
  readonly sha256s: readonly string[];
  /** Paths of engines that TensorRT built: they can be built again. */
  readonly engines: readonly string[];
  readonly bytes: number;
}

const nothing: Garbage = { runtimes: [], sha256s: [], engines: [], bytes: 0 };

/**
 * The least recently used files that must go so that the store stays under `keepBytes` and the new
 * files find room; never what this plan, a run on the board or a living benchmark uses. Old
 * runtimes go first: they are hard links, which would keep the space of their files.
 */
function chooseGarbage(probe: Probe, need: Need, keepBytes: number): Garbage {
  const storeBytes = [...probe.store.values()].reduce((sum, size) => sum + size, 0);
  const engineBytes = [...probe.engines.values()].reduce(
    (sum, { sizeBytes }) => sum + sizeBytes,
    0,
  );
  const tooMany = storeBytes + engineBytes + need.unpackedBytes - keepBytes;
  const tooTight = (need.unpackedBytes + need.packedBytes) * 1.1 - probe.facts.base.freeBytes;
  const excessBytes = Math.max(tooMany, tooTight);
  if (excessBytes <= 0) return nothing;
  const isBusy = probe.facts.lock?.isAlive || probe.runs.some((run) => run.isAlive);
  if (isBusy) return nothing;

  const files = [...probe.store]
    .filter(([sha256]) => !need.sha256s.has(sha256) && !probe.referenced.has(sha256))
    .map(([name, sizeBytes]) => ({
      name,
      sizeBytes,
      usedUnixS: probe.lastUsedUnixS.get(name) ?? 0,
    }));
  const engineFiles = [...probe.engines].map(([name, engine]) => ({ name, ...engine }));
  const chosen: string[] = [];
  let bytes = 0;
  for (const { name, sizeBytes } of [...files, ...engineFiles].sort(
    (a, b) => a.usedUnixS - b.usedUnixS,
  )) {
    if (bytes >= excessBytes) break;
    chosen.push(name);
    bytes += sizeBytes;
  }
  const engines = chosen.filter((name) => probe.engines.has(name));
  const sha256s = chosen.filter((name) => !probe.engines.has(name));
  const runtimes = probe.runtimes.filter((id) => id !== need.runtimeId);
  return { runtimes: sha256s.length > 0 ? runtimes : [], sha256s, engines, bytes };
}

export interface RoomReport {
  readonly removed: { readonly files: number; readonly bytes: number };
}

/**
 * Makes room on the board, in no command at all where there is enough.
 * @throws OrinError `no-space` when even then the new files would not fit.
 */
export async function makeRoom(
  link: Link,
  probe: Probe,
  need: Need,
  keepBytes: number,
  signal: AbortSignal,
): Promise<RoomReport> {
  const garbage = chooseGarbage(probe, need, keepBytes);
  const removed =
    garbage.sha256s.length + garbage.engines.length > 0
      ? await collect(link, probe, garbage, signal)
      : { files: 0, bytes: 0 };
  const { facts } = probe;
  const freeBytes = facts.base.freeBytes + removed.bytes;
  const uncollected = probe.runs.filter((run) => !run.isAlive).map(({ id }) => id);
  requireSpace(link.board, { ...facts, base: { ...facts.base, freeBytes } }, need, uncollected);
  return { removed };
}

async function collect(
  link: Link,
  probe: Probe,
  garbage: Garbage,
  signal: AbortSignal,
): Promise<RoomReport['removed']> {
  const begin = program([baseNames, removeGarbage], [probe.facts.base.path]);
  let count = 0;
  let bytes = 0;
  for (const statements of portions(removals(garbage), MAX_SCRIPT_BYTES)) {
    const script = [begin, ...statements].join('; ');
    const step = `collect garbage on ${link.board}`;
    const { output } = await runScript(link, script, { step, signal });
    for (const [, name = ''] of output.matchAll(/^removed=([\w./-]{1,260})$/gm)) {
      count += 1;
      bytes += probe.store.get(name) ?? probe.engines.get(name)?.sizeBytes ?? 0;
    }
  }
  return { files: count, bytes };
}

/** Statements of a script, each of a bounded length; old runtimes first. */
function removals({ runtimes, sha256s, engines }: Garbage): string[] {
  const eachOf = (remove: string, names: readonly string[]) =>
    portions(names, MAX_LIST_BYTES).map((list) => `${remove} ${list.join(' ')}`);
  return [
    ...eachOf('remove_runtimes', runtimes),
    ...eachOf('remove_files', sha256s.map(storePath)),
    ...eachOf('remove_engines', engines),
  ];
}

/** All of them in order, in as many portions as it takes to keep each below so many bytes. */
function portions(texts: readonly string[], maxBytes: number): string[][] {
  const all: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text) + 2;
    size += bytes;
    if (size <= maxBytes) all.at(-1)?.push(text);
    else {
      all.push([text]);
      size = bytes;
    }
  }
  return all;
}
