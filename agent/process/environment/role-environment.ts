import { dirname, isAbsolute } from 'node:path';
import type { Cell } from '../../contract/plan.ts';
import { precisionEnvironment } from '../../engine/precision-environment.ts';
import { pushedLibrary } from '../../engine/pushed-library.ts';
import type { Runtime } from '../runtime.ts';
import { roleSearchPath } from './search-path.ts';
import {
  forEngines,
  forEveryRole,
  forSupervisor,
  setForEveryRole,
  type Variables,
} from './variables.ts';

/** What every role sees: nothing of the account but what `variables.ts` lists. */
export function roleEnvironment(account: Variables): Record<string, string> {
  return {
    ...chosen(account, forEveryRole.names),
    PATH: roleSearchPath(account),
    ...setForEveryRole,
  };
}

/** What the supervisor sees. */
export function supervisorEnvironment(account: Variables): Record<string, string> {
  return { ...chosen(account, forSupervisor.names), ...roleEnvironment(account) };
}

/** What a process that computes this cell sees. */
export function cellEnvironment(
  { account, path }: Pick<Runtime, 'account' | 'path'>,
  cell: Cell,
): Record<string, string> {
  const passed = chosen(account, passedNames(account, cell));
  const libraries = libraryPath(passed.LD_LIBRARY_PATH, cell, path);
  return {
    ...passed,
    ...(libraries !== null && { LD_LIBRARY_PATH: libraries }),
    ...roleEnvironment(account),
    ...precisionEnvironment(cell),
  };
}

/** Names of the account's variables that reach this cell by rule, beyond those of every role. */
export function passedNames(account: Variables, cell: Cell): string[] {
  const names = forEngines.filter(({ isFor }) => isFor(cell)).flatMap(({ names }) => names);
  return names.filter((name) => account[name]).sort();
}

/** Names of the account's variables that some role of a run of these cells sees, sorted. */
export function keptNames(account: Variables, cells: readonly Cell[]): string[] {
  const byRule = cells.flatMap((cell) => passedNames(account, cell));
  const names = ['PATH', ...forEveryRole.names, ...forSupervisor.names, ...byRule];
  return [...new Set(names)].filter((name) => account[name]).sort();
}

/** Names of those that no role sees, sorted. */
export function droppedNames(account: Variables, cells: readonly Cell[]): string[] {
  const kept = keptNames(account, cells);
  return Object.keys(account)
    .filter((name) => !kept.includes(name))
    .sort();
}

function chosen(account: Variables, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = account[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/**
 * The account's directories behind the one of the engine's own library, so that none of them
 * replaces it: LD_LIBRARY_PATH counts before the RUNPATH by which onnxruntime-node finds its
 * library. An entry that is not absolute means the working directory.
 */
function libraryPath(
  given: string | undefined,
  { engine, ortLibrary }: Cell,
  runtimePath: string,
): string | null {
  if (given === undefined) return null;
  const own = engine === 'trtexec' ? [] : [dirname(ortLibrary ?? pushedLibrary(runtimePath))];
  return [...own, ...given.split(/[:;]/).filter(isAbsolute)].join(':');
}
