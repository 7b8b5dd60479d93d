import type { OptionValues } from 'commander';
import { type ExecutionProvider, executionProviders } from '../../agent/contract/choices.ts';
import { OrinError } from '../../host/errors.ts';
import type { Axes } from '../../host/plan/axes.ts';
import { engineTargets, epChoices, ortEngines } from '../../host/plan/engine-target.ts';
import { refuseUnused } from '../../host/plan/unused-options.ts';
import { choicesFrom, pairs } from './parse-values.ts';
import { precisionValues } from './precision-values.ts';

type EngineAxes = Pick<Axes, 'targets' | 'precisions' | 'epOptions' | 'ortLibrary'>;

/** @throws OrinError `usage` */
export function engineAxesFrom(options: OptionValues): EngineAxes {
  const ortLibrary = libraryFrom(options.ortLib);
  const byDefault = ortLibrary === null ? 'ort' : 'ort-capi';
  const engines = choicesFrom(options.engine ?? byDefault, '--engine', ortEngines);
  const axes = {
    targets: engineTargets(choicesFrom(options.ep, '--ep', epChoices), engines),
    precisions: precisionValues(options.precision, options.target).computed,
    epOptions: epOptionsFrom(options.epOption),
    ortLibrary,
  };
  // What the board has decides on further targets: only then is it known what would be left unused.
  if (options.gpu !== 'auto' && !wishesForGpu(options)) refuseUnused(axes);
  return axes;
}

/** The thesis has GPU rows where the board has a way to them; who names a provider has chosen already. */
export function wishesForGpu({ preset, gpu, ep }: OptionValues): boolean {
  return preset === 'thesis' && gpu === undefined && ep === 'cpu';
}

function libraryFrom(path: string | undefined): string | null {
  if (path === undefined) return null;
  if (/^\/[^\0]{1,1000}$/.test(path)) return path;
  throw new OrinError({
    code: 'usage',
    what: `--ort-lib ${path}: not an absolute path`,
    why: 'it is a file on the board',
    next: 'write it like --ort-lib /usr/local/lib/libonnxruntime.so',
  });
}

function epOptionsFrom(texts: readonly string[]): Axes['epOptions'] {
  const byProvider: Partial<Record<ExecutionProvider, Record<string, string>>> = {};
  for (const [key, value] of pairs(texts, '--ep-option')) {
    const [ep, name] = splitOnce(key);
    const provider = executionProviders.find((known) => known === ep);
    if (provider === undefined || name === '') {
      throw new OrinError({
        code: 'usage',
        what: `--ep-option ${key}=${value}: it does not begin with a provider and a dot`,
        why: `providers are ${executionProviders.join(', ')}`,
        next: 'write it like --ep-option cuda.cudnn_conv_algo_search=EXHAUSTIVE',
      });
    }
    byProvider[provider] = { ...byProvider[provider], [name]: value };
  }
  return byProvider;
}

function splitOnce(key: string): readonly [string, string] {
  const at = key.indexOf('.');
  return at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)];
}
