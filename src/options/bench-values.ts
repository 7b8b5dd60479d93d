import { OrinError } from '../../host/errors.ts';
import type { Axes } from '../../host/plan/axes.ts';
import type { EffortRequest } from '../../host/plan/effort.ts';
import { engineTargets } from '../../host/plan/engine-target.ts';
import type { InputRequest } from '../../host/plan/inputs/cell-inputs.ts';
import type { BenchSettings } from '../../host/plan/settings.ts';
import { refuseUnused } from '../../host/plan/unused-options.ts';

/** The dimensions of the plan as the settings say them. @throws OrinError `usage` */
export function axesFrom(settings: BenchSettings): Axes {
  return {
    ...engineAxesFrom(settings),
    threads: settings.threads,
    affinities: settings.affinities,
    graphOptimizations: settings.optimizations,
    spinning: settings.spinning,
    interOpThreads: settings.inter_op_threads,
    sessionConfig: settings.session,
    include: settings.include.map((filter) => new Map(Object.entries(filter))),
    exclude: settings.exclude.map((filter) => new Map(Object.entries(filter))),
    checksTelemetry: settings.check_telemetry,
    oversubscribe: settings.oversubscribe,
  };
}

type EngineAxes = Pick<Axes, 'targets' | 'precisions' | 'epOptions' | 'ortLibrary'>;

/** @throws OrinError `usage` */
function engineAxesFrom(settings: BenchSettings): EngineAxes {
  const { ort_library: ortLibrary, providers, ep_options: epOptions } = settings;
  const engines = settings.engines ?? [ortLibrary === null ? 'ort' : 'ort-capi'];
  const computed = settings.precisions.filter((each) => typeof each === 'string');
  const axes = {
    targets: engineTargets(providers, engines),
    precisions: computed.length === 0 ? [null] : [...new Set(computed)],
    epOptions,
    ortLibrary,
  };
  // What the board has decides on further targets: only then is it known what would be left unused.
  if (settings.gpu !== 'auto' && !wishesForGpu(settings)) refuseUnused(axes);
  return axes;
}

/**
 * The thesis has GPU rows where the board has a way to them; who names a provider has chosen
 * already.
 */
export function wishesForGpu({ preset, gpu, providers }: BenchSettings): boolean {
  return preset === 'thesis' && gpu === null && String(providers) === 'cpu';
}

/** @throws OrinError `usage` */
export function effortRequestFrom(
  settings: BenchSettings,
  fallback: EffortRequest['preset'],
): EffortRequest {
  const { quick, thorough, blocks, budget_ms: budgetMs, cooldown_ms: cooldownMs } = settings;
  if (quick && thorough) {
    throw new OrinError({
      code: 'usage',
      what: '--quick and --thorough exclude each other',
      next: 'use one',
    });
  }
  const target = targetFrom(settings);
  return {
    preset: quick ? 'quick' : thorough ? 'thorough' : fallback,
    ...(blocks !== null && { blocks }),
    ...(budgetMs !== null && { budgetMs }),
    ...(target !== null && { precision: target }),
    ...(cooldownMs !== null && { cooldownMs }),
    ...(settings.images !== null && { imagesPerPass: settings.images }),
  };
}

/** Half-width of the interval to stop at; null: the preset's. @throws OrinError `usage` */
function targetFrom({ precisions, target }: BenchSettings): number | null {
  const shares = precisions.filter((each) => typeof each === 'number');
  const targets = [...(target === null ? [] : [target]), ...shares];
  if (targets.length <= 1) return targets[0] ?? null;
  throw new OrinError({
    code: 'usage',
    what: 'the width of the interval to stop at is given twice',
    next: 'give it once: --target 1%',
  });
}

/** What to feed the models. */
export function inputsFrom(settings: BenchSettings): Omit<InputRequest, 'batches' | 'signal'> {
  return {
    batchAxes: settings.batch_axes,
    shapes: settings.shapes,
    ranges: settings.ranges,
    distribution: settings.distribution,
    files: settings.inputs,
    data: settings.data,
    seed: settings.seed,
  };
}
