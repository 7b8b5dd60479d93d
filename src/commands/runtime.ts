import { findGpuMeans } from '../../host/board/gpu-means.ts';
import { exitCodes } from '../../host/errors.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import {
  addBuild,
  listBuilds,
  removeBuild,
  type StoredBuild,
} from '../../host/store/runtime/build-store.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { describeGpuMeans } from '../report/gpu-means.ts';
import { buildLine, describeBuilds, plainBuild } from '../report/stored-builds.ts';
import { jsonText, print, printAside } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { interruptible } from './interruption.ts';
import { withBoard } from './with-board.ts';

/**
 * `orin-remote runtime list [host]`: builds that are stored here, and what the board has by itself
 * for its GPU.
 */
export async function listRuntimesCommand(
  host: string | undefined,
  options: ConnectionSettings & { readonly json: boolean } & DisplaySettings,
): Promise<number> {
  const builds = await listBuilds(directoriesFrom(environment).builds);
  const terminal = terminalOf(process.stdout, environment, options);
  if (host === undefined) {
    const text = options.json
      ? asJson({ builds: builds.map(plainBuild) })
      : describeBuilds(builds, terminal);
    print(text);
    return exitCodes.ok;
  }
  return await withBoard(host, options, async ({ name, link, probe, signal }) => {
    const means = await findGpuMeans(link, signal);
    const there = ({ librarySha256 }: StoredBuild) => probe.store.has(librarySha256);
    const plain = builds.map((build) => ({ ...plainBuild(build), on_board: there(build) }));
    const text = options.json
      ? asJson({ ...means, builds: plain })
      : `${describeGpuMeans(name, means, terminal)}${describeBuilds(builds, terminal, { there, platform: probe.facts.platform })}`;
    print(text);
    return exitCodes.ok;
  });
}

/** `orin-remote runtime add <dir|tgz>` */
export async function addRuntimeCommand(
  path: string,
  options: { readonly name: string | null; readonly json: boolean },
): Promise<number> {
  const interruption = interruptible(() => printAside('stopping\n'));
  try {
    const build = await addBuild({
      path,
      name: options.name,
      directories: directoriesFrom(environment),
      signal: interruption.signal,
    });
    if (build.providers.length === 0) {
      printAside('! it has no provider libraries: CUDA and TensorRT will not open\n');
    }
    print(
      options.json
        ? asJson(plainBuild(build))
        : `stored ${buildLine(build)}\nused on every ${build.platform} board from now on; prove it: orin-remote runtime check HOST\n`,
    );
    return exitCodes.ok;
  } finally {
    interruption.dispose();
  }
}

/** `orin-remote runtime remove <name>` */
export async function removeRuntimeCommand(name: string): Promise<number> {
  for (const build of await removeBuild(directoriesFrom(environment).builds, name)) {
    print(`removed ${buildLine(build)}\n`);
  }
  return exitCodes.ok;
}

function asJson(value: unknown): string {
  return jsonText(value);
}
