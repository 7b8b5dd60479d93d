import type { ExecutionProvider } from '../../agent/contract/choices.ts';
import type { Cell } from '../../agent/contract/plan.ts';
import { OrinError } from '../errors.ts';
import type { EngineTarget } from './engine-target.ts';

export type Precision = Cell['precision'];
type CellPrecision = Pick<Cell, 'precision' | 'askedPrecision'>;
type EpOptions = Readonly<Partial<Record<ExecutionProvider, Readonly<Record<string, string>>>>>;

/**
 * What a cell computes in. NVIDIA's libraries take fp32 with the ten bits of TF32 wherever the GPU
 * has it, so that fp32 on such a GPU is to be asked for. `told` is what options of the provider
 * say; `asked` what the person did, null: as the model is.
 */
export function cellPrecision(
  { ep }: EngineTarget,
  model: Precision,
  told: Precision | null,
  asked: Precision | null,
): CellPrecision {
  const hasTf32 = model === 'fp32' && (ep === 'cuda' || ep === 'tensorrt');
  // Options reach the provider as they are: it need not be told a second time.
  if (told !== null) return { precision: told, askedPrecision: null };
  const own = hasTf32 ? 'tf32' : model;
  const isOwn = asked === null || asked === own || (asked === 'fp32' && hasTf32);
  return { precision: asked ?? own, askedPrecision: isOwn ? null : asked };
}

/**
 * Options by which a provider of NVIDIA's is told the precision: for each, what its being on or off
 * means for a model in fp32.
 */
const precisionOptions: readonly (readonly [
  ep: ExecutionProvider,
  key: string,
  on: Precision,
  off: Precision | null,
])[] = [
  ['tensorrt', 'trt_int8_enable', 'int8', null],
  ['tensorrt', 'trt_fp16_enable', 'fp16', null],
  ['cuda', 'use_tf32', 'tf32', 'fp32'],
];

/**
 * The precision that a target's options name for a model; null where they name none: one in fp16 or
 * int8 stays in that.
 * @throws OrinError `usage` when `--precision` says it as well, when they switch off what the model
 *   is in, or for a precision that cells have no name for.
 */
export function toldPrecision(
  { engine, ep }: EngineTarget,
  model: Precision,
  epOptions: EpOptions,
  precisions: readonly (Precision | null)[],
): Precision | null {
  if (engine === 'trtexec') return null;
  if (ep === 'tensorrt' && isOn(epOptions.tensorrt?.trt_bf16_enable)) throw noName();
  const [found] = precisionOptions.flatMap(([of, key, on, off]) => {
    const value = of === ep ? epOptions[ep]?.[key] : undefined;
    // Of models in other types the rest says nothing.
    const isSaid = value !== undefined && (model === 'fp32' || on === 'int8' || on === model);
    return isSaid ? [{ key, on, told: isOn(value) ? on : off }] : [];
  });
  if (found === undefined) return null;
  const { key, on, told } = found;
  if (precisions.some((asked) => asked !== null)) {
    throw contradiction(ep, key, `--precision says what ${ep} computes in, too`, 'leave one out');
  }
  if (told === null && on === model) {
    throw contradiction(
      ep,
      key,
      `the model is in ${model}`,
      'use --precision fp32, or leave it out',
    );
  }
  return told;
}

function contradiction(ep: ExecutionProvider, key: string, why: string, next: string): OrinError {
  return new OrinError({
    code: 'usage',
    what: `--ep-option ${ep}.${key}: it says a precision that is said already`,
    why,
    next,
  });
}

function isOn(value: string | undefined): boolean {
  return /^(1|true)$/i.test(value ?? '');
}

function noName(): OrinError {
  return new OrinError({
    code: 'usage',
    what: '--ep-option tensorrt.trt_bf16_enable: cells have no name for bf16',
    why: 'they would be called, and judged, as what they are not',
    next: 'use --precision fp16, or convert the model',
  });
}
