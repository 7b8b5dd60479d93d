import { join } from 'node:path';
import { findGpuMeans } from '../../host/board/gpu-means.ts';
import { exitCodes } from '../../host/errors.ts';
import type { EngineTarget } from '../../host/plan/engine-target.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { bench } from '../../host/run/bench.ts';
import {
  CHECK_MODEL,
  type EngineCheck,
  readChecks,
  targetsToCheck,
} from '../../host/run/check-engines.ts';
import { chooseBuild } from '../../host/run/choose-build.ts';
import { makePrivateDirectory } from '../../host/workstation/private-directory.ts';
import { settingsWith } from '../options/bench-table.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { describeChecks } from '../report/engine-checks.ts';
import { noProgress, showProgress } from '../report/progress/progress.ts';
import { jsonText, print } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { requestFrom } from './bench.ts';
import { accessTo } from './connection.ts';
import { interruptible } from './interruption.ts';
import { terminalPrompter } from './terminal-prompter.ts';

/**
 * `orin-remote runtime check <host>`: one run of a small model through every engine and provider,
 * as a benchmark would make it, and of each what it came to. 0 when a provider of the GPU is
 * proved, 4 when none is. Nothing is kept of the run.
 */
export async function checkRuntimesCommand(host: string, options: CheckOptions): Promise<number> {
  const stderr = terminalOf(process.stderr, environment, options);
  const progress = options.quiet ? noProgress : showProgress(host, stderr);
  const interruption = interruptible(() => progress.note('stopping'));
  const prompter = terminalPrompter(options.batch_mode, progress);
  const access = await accessTo(host, options, { prompter, note: (text) => progress.note(text) });
  const directory = await makePrivateDirectory('check');
  const runs = join(directory.path, 'runs');
  try {
    const { signal } = interruption;
    const checks = await check(host, options, { access, progress, runs, signal });
    progress.close();
    const text = options.json
      ? jsonText({ board: host, checks })
      : describeChecks(host, checks, terminalOf(process.stdout, environment, options));
    print(text);
    return interruption.exitCode() ?? exitCodeOf(checks);
  } finally {
    progress.close();
    await access.close();
    interruption.dispose();
    await directory.remove();
  }
}

type CheckOptions = ConnectionSettings &
  DisplaySettings & {
    readonly ort_package: string | null;
    readonly offline: boolean;
    readonly json: boolean;
    readonly quiet: boolean;
  };

interface Surroundings {
  readonly access: Awaited<ReturnType<typeof accessTo>>;
  readonly progress: ReturnType<typeof showProgress>;
  /** Where the run lies for as long as it is looked at. */
  readonly runs: string;
  readonly signal: AbortSignal;
}

async function check(
  host: string,
  options: CheckOptions,
  { access, progress, runs, signal }: Surroundings,
): Promise<readonly EngineCheck[]> {
  const directories = { ...directoriesFrom(environment), runs };
  const asked = settingsWith({
    ort_package: options.ort_package,
    offline: options.offline,
    models: [CHECK_MODEL],
    threads: [1],
    telemetry: 'off',
  });
  const settings = requestFrom(host, asked);
  const request = { board: access.name, ortPackage: settings.ortPackage, directories, signal };
  let targets: readonly EngineTarget[] = [];
  const outcome = await bench({
    ...settings,
    ...request,
    connect: (linkSignal) => access.connect(linkSignal),
    listener: (event) => progress.listen(event),
    // Of this run nothing is left on the board: it is stopped, never left going.
    leave: new AbortController().signal,
    effort: { preset: 'quick', isTrial: true },
    axesFor: async (link, facts) => {
      const means = await findGpuMeans(link, signal);
      targets = targetsToCheck(means, await chooseBuild(request, facts));
      return { ...settings.axes, targets };
    },
  });
  return outcome?.kind === 'saved' ? readChecks(outcome.result, targets) : [];
}

function exitCodeOf(checks: readonly EngineCheck[]): number {
  const isProved = checks.some(({ ep, state }) => ep !== 'cpu' && state === 'proved');
  return isProved ? exitCodes.ok : exitCodes.boardFailed;
}
