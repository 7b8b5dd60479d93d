import type { Cell } from '../../contract/plan.ts';
import { EngineRefusal } from '../engine.ts';
import type { Trtexec } from './describe.ts';

/** `x:1x3x224x224`; a name with a colon stands between single quotes, a scalar is spelled out. */
export function shapesOf(cell: Cell): string {
  return cell.inputs
    .map(({ name, shape }) => `${quoted(name)}:${shape.length === 0 ? 'scalar' : shape.join('x')}`)
    .join(',');
}

/**
 * Flags that let TensorRT compute in the cell's precision. Throws `EngineRefusal` where it cannot
 * be told.
 */
export function precisionFlags({ flags, version }: Trtexec, cell: Cell): readonly string[] {
  const { precision, askedPrecision } = cell;
  const isHalf = precision === 'fp16' || precision === 'int8';
  const wanted = isHalf ? [`--${precision}`] : precision === 'fp32' ? ['--noTF32'] : [];
  // From 11 on it computes in the types that the model names, and flags for others are gone.
  const canBeTold = flags.has(isHalf ? `--${precision}` : '--fp16');
  if (canBeTold || askedPrecision === null) return known(flags, wanted);
  throw new EngineRefusal(
    `trtexec of TensorRT ${version} computes in the model's own types: ${askedPrecision} cannot be asked of it`,
    { next: `convert the model to ${precision === 'tf32' ? 'fp32' : precision} and measure that` },
  );
}

/** Builds an engine and saves it, without running it. */
export function buildArguments(
  { flags }: Trtexec,
  cell: Cell,
  files: { readonly model: string; readonly engine: string },
  precision: readonly string[],
): string[] {
  return [
    `--onnx=${files.model}`,
    `--saveEngine=${files.engine}`,
    ...precision,
    ...(flags.has('--skipInference') ? ['--skipInference'] : known(flags, ['--buildOnly'])),
    // Not known: said as well, and said no more where they are refused.
    ...(cell.inputs.length > 0 && cell.hasFreeShapes !== false
      ? [`--shapes=${shapesOf(cell)}`]
      : []),
  ];
}

export interface TimingFiles {
  readonly engine: string;
  readonly times: string;
  readonly outputs: string;
  /** Raw values of each input, by name. */
  readonly inputs: ReadonlyMap<string, string>;
}

export interface TimingLimits {
  readonly warmUpMs: number;
  readonly durationS: number;
  readonly minIterations: number;
}

/**
 * Runs a saved engine as every release from 8.4 on can: transfers on and one after the other,
 * waiting by spinning, no CUDA graph. TensorRT 11 changed the defaults of all but the first:
 * whatever is not the default is said.
 */
export function timingArguments(
  { flags }: Trtexec,
  files: TimingFiles,
  limits: TimingLimits,
  shapes: string | null,
): string[] {
  return [
    `--loadEngine=${files.engine}`,
    `--warmUp=${limits.warmUpMs}`,
    `--duration=${limits.durationS}`,
    `--iterations=${limits.minIterations}`,
    `--exportTimes=${files.times}`,
    `--exportOutput=${files.outputs}`,
    // Where spin wait can be turned off, it is on: asking for it would be a warning on every cell.
    ...(flags.has('--noSpinWait') ? [] : known(flags, ['--useSpinWait'])),
    ...known(flags, ['--exposeDMA', '--includeDataTransfers', '--noCudaGraph']),
    ...inputFlag(files.inputs),
    ...(shapes === null ? [] : [`--shapes=${shapes}`]),
  ];
}

/**
 * Runs a saved engine under trtexec's profiler; null where it has none. What it times of whole
 * queries is wrong then, and not asked for.
 */
export function layerArguments(
  { flags }: Trtexec,
  files: {
    readonly engine: string;
    readonly profile: string;
    readonly inputs: ReadonlyMap<string, string>;
  },
  shapes: string | null,
): string[] | null {
  if (!flags.has('--dumpProfile') || !flags.has('--exportProfile')) return null;
  return [
    `--loadEngine=${files.engine}`,
    '--dumpProfile',
    `--exportProfile=${files.profile}`,
    '--warmUp=200',
    '--duration=1',
    '--iterations=10',
    // A graph would be one layer.
    ...known(flags, ['--noCudaGraph']),
    ...inputFlag(files.inputs),
    ...(shapes === null ? [] : [`--shapes=${shapes}`]),
  ];
}

/** What lies inside each of its durations. */
export function timedStages({ flags }: Trtexec): string {
  return flags.has('--exposeDMA') ? 'h2d+compute+d2h' : 'h2d+compute+d2h, pipelined';
}

function inputFlag(files: ReadonlyMap<string, string>): string[] {
  const inputs = [...files].map(([name, path]) => `${quoted(name)}:${path}`);
  return inputs.length > 0 ? [`--loadInputs=${inputs.join(',')}`] : [];
}

function known(flags: ReadonlySet<string>, wanted: readonly string[]): string[] {
  return wanted.filter((flag) => flags.has(flag));
}

function quoted(name: string): string {
  return name.includes(':') ? `'${name}'` : name;
}
