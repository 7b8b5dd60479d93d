import path from 'node:path';
import type { Cell, PlanModel } from '../../../agent/contract/plan.ts';
import { builtInModels, isBuiltIn, unknownModel } from '../../../models/built-in.ts';
import type { ModelFacts, ModelFile } from '../../../models/facts.ts';
import { inspectModel } from '../../../models/inspect/inspect-model.ts';
import { OrinError } from '../../errors.ts';
import type { StoreFile } from '../../store/push/store-file.ts';
import { storeFileFrom } from '../../store/push/store-file-from.ts';
import { isThere } from '../../workstation/is-there.ts';
import { withOrinErrors } from './as-orin-error.ts';
import { builtInFile } from './built-in-file.ts';
import { modelId } from './model-id.ts';
import { modelLabels } from './model-labels.ts';
import { type ModelSummary, summarizeModel } from './model-summary.ts';

/** A model ready to be planned and pushed. */
export interface LoadedModel {
  readonly facts: ModelFacts;
  readonly planModel: PlanModel;
  /** A built-in's name, or the absolute path of a file. */
  readonly place: string;
  readonly precision: Cell['precision'];
  /** Every file that the board needs of it. */
  readonly files: readonly StoreFile[];
  /** For the result file. */
  readonly summary: ModelSummary;
}

/**
 * Loads a built-in model by its name, or an `.onnx` file by its path. Built-in models are generated
 * once into `cacheDir`; `./null` means the file of that name.
 * @throws OrinError `model-unreadable`, `model-unsupported` or `external-data-missing`
 */
export async function loadModel(
  nameOrPath: string,
  cacheDir: string,
  signal?: AbortSignal,
  allowsLinks = false,
): Promise<LoadedModel> {
  signal?.throwIfAborted();
  return withOrinErrors(() =>
    isBuiltIn(nameOrPath)
      ? loadBuiltIn(nameOrPath, cacheDir)
      : loadFile(nameOrPath, cacheDir, signal ?? new AbortController().signal, allowsLinks),
  );
}

async function loadBuiltIn(name: string, cacheDir: string): Promise<LoadedModel> {
  const { bytes, sha256, path: cached } = await builtInFile(name, cacheDir);
  const facts = await inspectModel({ name, bytes });
  const main = `${name}.onnx`;
  const content = { main, files: [{ path: main, sha256, sizeBytes: bytes.length }] };
  const planModel: PlanModel = { id: modelId(content), name, ...content };
  const source = cached
    ? ({ kind: 'path', path: cached } as const)
    : ({ kind: 'bytes', bytes } as const);
  const precision = builtInModels.find((model) => model.name === name)?.precision ?? 'fp32';
  return {
    facts,
    planModel,
    place: name,
    precision,
    files: [{ sha256, sizeBytes: bytes.length, name: main, source, isCompressible: false }],
    summary: summarizeModel(facts, planModel, 'built-in'),
  };
}

async function loadFile(
  file: string,
  cacheDir: string,
  signal: AbortSignal,
  allowsLinks: boolean,
): Promise<LoadedModel> {
  // A plain word that is no file was probably meant to be one of ours.
  const isWord = !file.includes(path.sep) && !file.endsWith('.onnx');
  if (isWord && !(await isThere(file))) throw unknownModel(file);
  const facts = await inspectModel(file, {}, allowsLinks);
  signal.throwIfAborted();
  const files: StoreFile[] = [];
  for (const part of facts.files) files.push(await storeFileOf(part, cacheDir, signal));
  const content = {
    main: facts.name,
    files: facts.files.map((part, index) => ({
      path: part.path,
      sha256: files[index]?.sha256 ?? '',
      sizeBytes: files[index]?.sizeBytes ?? 0,
    })),
  };
  const [id, place] = [modelId(content), path.resolve(file)];
  const [name = ''] = modelLabels([{ id, place }]);
  // For people: the files keep their own names.
  const planModel: PlanModel = { id, name, ...content };
  return {
    facts,
    planModel,
    place,
    precision: precisionOf(facts),
    files,
    summary: summarizeModel(facts, planModel, 'file'),
  };
}

async function storeFileOf(
  part: ModelFile,
  cacheDir: string,
  signal: AbortSignal,
): Promise<StoreFile> {
  const location = part.location ?? part.path;
  try {
    const options = { name: part.path, cacheDir, signal, isCompressible: false };
    return await storeFileFrom(location, options);
  } catch (cause) {
    signal.throwIfAborted();
    throw new OrinError({
      code: 'model-unreadable',
      what: `cannot read ${location}`,
      why: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

/** By the type that most of the weights' bytes are in: what the cell is listed under. */
function precisionOf(facts: ModelFacts): Cell['precision'] {
  const dtype = facts.parameters.byDtype[0]?.dtype ?? 'float32';
  if (dtype === 'float16' || dtype === 'bfloat16') return 'fp16';
  return dtype === 'int8' || dtype === 'uint8' ? 'int8' : 'fp32';
}
