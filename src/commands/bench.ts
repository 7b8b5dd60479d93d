import { hostname } from 'node:os';
import { Command, type OptionValues } from 'commander';
import { telemetrySources } from '../../agent/contract/choices.ts';
import { thesisAxes } from '../../host/plan/thesis-axes.ts';
import { bench } from '../../host/run/bench.ts';
import type { BenchRequest } from '../../host/run/bench-request.ts';
import type { FollowRequest } from '../../host/run/follow-request.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import type { RunOutcome } from '../../host/run/run-outcome.ts';
import { accountName } from '../../host/workstation/account-name.ts';
import { addBenchOptions } from '../options/bench-options.ts';
import { axesFrom, effortRequestFrom } from '../options/bench-values.ts';
import { directoriesFrom } from '../options/directories.ts';
import { wishesForGpu } from '../options/engine-values.ts';
import { environment } from '../options/environment.ts';
import { inputsFrom } from '../options/input-values.ts';
import {
  choicesFrom,
  durationMs,
  sizeBytes,
  wholeNumber,
  wholeNumbers,
} from '../options/parse-values.ts';
import { shareableArguments } from '../options/shareable-arguments.ts';
import { describePlan } from '../report/plan-table.ts';
import { print } from '../terminal/print.ts';
import { formatFrom, type RunSurroundings, watchRun, withAccess } from './watch-run.ts';

declare const __ORIN_REMOTE_VERSION__: string;

const DEFAULT_MODEL = 'resnet34-cifar10';
const thesisModels = ['resnet34-cifar10', 'resnet34-cifar10-nopool'];

/** `orin-remote bench <host>`: gives the exit code. */
export async function benchCommand(host: string, options: OptionValues): Promise<number> {
  const settings = settingsFrom(host, options);
  return await watchRun(host, options, ({ follow, progress }) => {
    const listener = (event: RunEvent) => {
      follow.listener(event);
      if (event.kind === 'planned' && options.dryRun) {
        progress.close();
        print(describePlan(event.plan, event.estimateMs));
      }
    };
    const directories = directoriesFrom(environment);
    return bench({ ...follow, ...settings, directories, listener });
  });
}

/** One benchmark for whoever shows it, answers its questions and decides when it ends. */
export async function measureBoard(
  host: string,
  options: OptionValues,
  surroundings: RunSurroundings & { readonly argv: readonly string[] },
): Promise<RunOutcome | null> {
  const settings = settingsFrom(host, options, surroundings.argv);
  return await withAccess(host, options, surroundings, ({ follow }) =>
    bench({ ...follow, ...settings, directories: directoriesFrom(environment) }),
  );
}

/** The thesis' experiment, where nothing else is said: both versions of its model, passes over its 10,000 images. */
function withThesisDefaults(options: OptionValues): OptionValues {
  return {
    ...options,
    model: options.model.length > 0 ? options.model : thesisModels,
    images: options.images ?? '10000',
    // Its question is about interrupts; passes are long, and one look a second tells enough.
    telemetry: options.telemetry ?? 'proc',
  };
}

/** What `bench` takes where nothing is said, for commands that have few of its options. */
export function benchDefaults(): OptionValues {
  const command = new Command();
  addBenchOptions(command);
  return command.opts();
}

export type Settings = Omit<BenchRequest, keyof FollowRequest>;

/** All options are read before anything is connected, so that a typing error costs nothing. */
export function settingsFrom(
  host: string,
  given: OptionValues,
  argv: readonly string[] = process.argv.slice(2),
): Settings {
  const options = given.preset === 'thesis' ? withThesisDefaults(given) : given;
  formatFrom(options);
  const [telemetry] = options.telemetry
    ? choicesFrom(options.telemetry, '--telemetry', telemetrySources)
    : [];
  const seed = wholeNumber(options.seed, '--seed', 0);
  const isGpuOptional = wishesForGpu(options);
  const axes = axesFrom(options);
  return {
    models: options.model.length > 0 ? options.model : [DEFAULT_MODEL],
    allowsLinks: options.allowLinks === true,
    axes,
    ...(options.preset === 'thesis' && {
      axesFor: (_link, facts) => Promise.resolve(thesisAxes(axes, facts)),
    }),
    isGpuWanted: options.gpu === 'auto' || isGpuOptional,
    isGpuOptional,
    ortPackage: options.ort ?? null,
    experiment: options.preset === 'thesis' ? 'thesis' : null,
    batches: options.batch ? wholeNumbers(options.batch, '--batch') : null,
    // A demonstration shows the way within a minute; it is no measurement to publish.
    effort: effortRequestFrom(options, host === 'demo' ? 'quick' : 'default'),
    inputs: inputsFrom(options, seed),
    telemetry: telemetry ?? null,
    seed,
    keepBytes: sizeBytes(options.keep, '--keep'),
    isOffline: options.offline === true,
    requiresLocked: options.requireLocked === true,
    waitMs: options.wait ? durationMs(options.wait, '--wait') : 0,
    isDryRun: options.dryRun === true,
    isDetached: options.detach === true,
    tool: {
      version: __ORIN_REMOTE_VERSION__,
      argv: shareableArguments(argv, host),
    },
    owner: `${accountName()}@${hostname()}`,
  };
}
