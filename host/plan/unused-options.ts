import { type ExecutionProvider, executionProviders } from '../../agent/contract/choices.ts';
import { providerNames } from '../../agent/contract/provider-names.ts';
import { OrinError } from '../errors.ts';
import type { Axes } from './axes.ts';

type Engines = Pick<Axes, 'targets' | 'epOptions' | 'ortLibrary'>;

/**
 * Refuses what a person gave and no cell would take: dropped in silence, a cell would be believed
 * to be measured with it.
 * @throws OrinError `usage`
 */
export function refuseUnused({ targets, epOptions, ortLibrary }: Engines): void {
  const isUsed = (ep: ExecutionProvider) =>
    targets.some((target) => target.engine !== 'trtexec' && target.ep === ep);
  const unused = executionProviders.find((ep) => epOptions[ep] !== undefined && !isUsed(ep));
  if (unused !== undefined)
    throw unusedOption(unused, Object.keys(epOptions[unused] ?? {}), targets);
  if (ortLibrary === null || targets.some(({ engine }) => engine === 'ort-capi')) return;
  const isOrt = targets.some(({ engine }) => engine === 'ort');
  throw new OrinError({
    code: 'usage',
    what: `--ort-lib ${ortLibrary}: nothing in the plan uses it`,
    why: isOrt
      ? 'it is for the engine ort-capi, and --engine names others'
      : 'trtexec does not run ONNX Runtime',
    next: isOrt
      ? 'add ort-capi to --engine, or leave --engine out'
      : 'add a provider to --ep: --ep trtexec,cuda',
  });
}

function unusedOption(
  ep: ExecutionProvider,
  names: readonly string[],
  targets: Axes['targets'],
): OrinError {
  const isTrtexec = ep === 'tensorrt' && targets.some(({ engine }) => engine === 'trtexec');
  return new OrinError({
    code: 'usage',
    what: `--ep-option ${ep}.${names[0]}: no cell of the plan runs ${providerNames[ep].name} under ONNX Runtime`,
    why: isTrtexec
      ? 'trtexec is a program of its own and takes no options of a provider'
      : 'an option is passed to its own provider alone',
    next: isTrtexec
      ? 'for trtexec say --precision fp16 or int8; for the provider add tensorrt to --ep'
      : `add ${ep} to --ep, or leave the option out`,
  });
}
