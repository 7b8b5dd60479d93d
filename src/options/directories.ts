import { chmodSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OrinError } from '../../host/errors.ts';

/** Where things lie on the workstation (XDG base directory specification). */
export interface Directories {
  /** Runtimes, packed copies and generated models: may be deleted at any time. */
  readonly cache: string;
  /** Finished runs. */
  readonly runs: string;
  /** Builds of onnxruntime-node that a person stored. */
  readonly builds: string;
  /** Fleet runs: what they were, and how each board stands. */
  readonly fleets: string;
  /** The fleet file that is used where none is named. */
  readonly fleetFile: string;
  /** The agent's one file, as built beside the program. */
  readonly agent: string;
}

export function directoriesFrom(
  environment: Readonly<Record<string, string | undefined>>,
): Directories {
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  const config = environment.XDG_CONFIG_HOME || join(homedir(), '.config');
  const data = environment.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  return {
    cache: join(cache, 'orin-remote'),
    runs: join(data, 'orin-remote', 'runs'),
    builds: join(data, 'orin-remote', 'builds'),
    fleets: join(data, 'orin-remote', 'fleets'),
    fleetFile: join(config, 'orin-remote', 'fleet.yaml'),
    agent: agentPath(),
  };
}

/**
 * Takes away what others can do in our directories that are there already, made under another umask
 * or by hand.
 * @throws OrinError `config` for one that belongs to another user, who could lay anything into it.
 */
export function makePrivate({ cache, runs }: Directories): void {
  const uid = process.getuid?.();
  if (uid === undefined) return;
  for (const path of [cache, dirname(runs)]) {
    const found = directoryAt(path);
    if (found === null) continue;
    // Root may act for somebody, with their home.
    if (found.uid !== uid && uid !== 0) throw ofAnother(path, found.uid);
    if (found.uid === uid && (found.mode & 0o077) !== 0) chmodSync(path, 0o700);
  }
}

/** Null where there is none, or nothing can be told of it: whoever writes there says why. */
function directoryAt(path: string): Stats | null {
  try {
    const found = statSync(path);
    return found.isDirectory() ? found : null;
  } catch {
    return null;
  }
}

function ofAnother(path: string, uid: number): OrinError {
  return new OrinError({
    code: 'config',
    what: `${path} cannot be used`,
    why: `it belongs to user ${uid}, who could change what we keep in it`,
    next: 'set XDG_CACHE_HOME and XDG_DATA_HOME to directories of your own',
  });
}

/**
 * Bundled chunks lie in dist/ or dist/chunks/, sources in src/options/: the agent is always in
 * dist/.
 */
function agentPath(): string {
  const here = fileURLToPath(import.meta.url);
  const dist = here.lastIndexOf('/dist/');
  if (dist >= 0) return join(here.slice(0, dist), 'dist', 'agent.cjs');
  return fileURLToPath(new URL('../../dist/agent.cjs', import.meta.url));
}
