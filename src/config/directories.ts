import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** Bundled chunks lie in dist/ or dist/chunks/, sources in src/config/: the agent is always in dist/. */
function agentPath(): string {
  const here = fileURLToPath(import.meta.url);
  const dist = here.lastIndexOf('/dist/');
  if (dist >= 0) return join(here.slice(0, dist), 'dist', 'agent.cjs');
  return fileURLToPath(new URL('../../dist/agent.cjs', import.meta.url));
}
