import { hostname } from 'node:os';
import type { BenchSettings, GivenSettings } from '../../host/plan/settings.ts';
import { thesisAxes } from '../../host/plan/thesis-axes.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { bench } from '../../host/run/bench.ts';
import type { BenchRequest } from '../../host/run/bench-request.ts';
import type { FollowRequest } from '../../host/run/follow-request.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import type { RunOutcome } from '../../host/run/run-outcome.ts';
import { accountName } from '../../host/workstation/account-name.ts';
import { measureOptions, settingsWith, shareableSettings } from '../options/bench-table.ts';
import { axesFrom, effortRequestFrom, inputsFrom, wishesForGpu } from '../options/bench-values.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import { givenUnder } from '../options/option-table.ts';
import { describePlan } from '../report/plan-table.ts';
import { print } from '../terminal/print.ts';
import { type RunSurroundings, type WatchOptions, watchRun, withAccess } from './watch-run.ts';

declare const __ORIN_REMOTE_VERSION__: string;

const DEFAULT_MODEL = 'resnet34-cifar10';
const thesisModels = ['resnet34-cifar10', 'resnet34-cifar10-nopool'];

/** `orin-remote bench <host>`: gives the exit code. */
export async function benchCommand(
  host: string,
  options: WatchOptions & GivenSettings,
): Promise<number> {
  const settings = settingsWith(givenUnder(measureOptions, options));
  const request = requestFrom(host, settings);
  return await watchRun(host, { ...options, ...settings }, ({ follow, progress }) => {
    const listener = (event: RunEvent) => {
      follow.listener(event);
      if (event.kind === 'planned' && settings.dry_run) {
        progress.close();
        print(describePlan(event.plan, event.estimateMs));
      }
    };
    const directories = directoriesFrom(environment);
    return bench({ ...follow, ...request, directories, listener });
  });
}

/** One benchmark for whoever shows it, answers its questions and decides when it ends. */
export async function measureBoard(
  host: string,
  settings: BenchSettings,
  connection: ConnectionSettings,
  surroundings: RunSurroundings,
): Promise<RunOutcome | null> {
  const request = requestFrom(host, settings);
  return await withAccess(host, connection, surroundings, ({ follow }) =>
    bench({ ...follow, ...request, directories: directoriesFrom(environment) }),
  );
}

/**
 * The thesis' experiment, where nothing else is said: both versions of its model, passes over its
 * 10,000 images.
 */
function withThesisDefaults(settings: BenchSettings): BenchSettings {
  return {
    ...settings,
    models: settings.models.length > 0 ? settings.models : thesisModels,
    images: settings.images ?? 10_000,
    // Its question is about interrupts; passes are long, and one look a second tells enough.
    telemetry: settings.telemetry ?? 'proc',
  };
}

export type BoardRequest = Omit<BenchRequest, keyof FollowRequest>;

/**
 * What `bench` of the engine needs of the settings. @throws OrinError `usage` for those that
 * exclude each other.
 */
export function requestFrom(host: string, asked: BenchSettings): BoardRequest {
  const settings = asked.preset === 'thesis' ? withThesisDefaults(asked) : asked;
  const isGpuOptional = wishesForGpu(settings);
  const axes = axesFrom(settings);
  return {
    models: settings.models.length > 0 ? settings.models : [DEFAULT_MODEL],
    allowsLinks: settings.allow_links,
    axes,
    ...(settings.preset === 'thesis' && {
      axesFor: (_link, facts) => Promise.resolve(thesisAxes(axes, facts)),
    }),
    isGpuWanted: settings.gpu === 'auto' || isGpuOptional,
    isGpuOptional,
    ortPackage: settings.ort_package,
    experiment: settings.preset,
    batches: settings.batches,
    // A demonstration shows the way within a minute; it is no measurement to publish.
    effort: effortRequestFrom(settings, host === 'demo' ? 'quick' : 'default'),
    inputs: inputsFrom(settings),
    telemetry: settings.telemetry,
    seed: settings.seed,
    keepBytes: settings.keep_bytes,
    isOffline: settings.offline,
    requiresLocked: settings.require_locked,
    waitMs: settings.wait_ms ?? 0,
    isDryRun: settings.dry_run,
    isDetached: settings.detach,
    settings: shareableSettings(asked),
    toolVersion: __ORIN_REMOTE_VERSION__,
    owner: `${accountName()}@${hostname()}`,
  };
}
