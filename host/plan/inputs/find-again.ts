import { basename } from 'node:path';
import type { CellInput, Plan } from '../../../agent/contract/plan.ts';
import { builtInModels } from '../../../models/built-in.ts';
import type { StoreFile } from '../../store/push/store-file.ts';
import { storeFileFrom } from '../../store/push/store-file-from.ts';
import { hashBytes } from '../../workstation/hash-file.ts';
import { rememberedHash, rememberedPaths } from '../../workstation/remembered-hash.ts';
import { runContext } from '../run-context.ts';
import type { BenchSettings } from '../settings.ts';
import { builtInFile } from './built-in-file.ts';
import { openCifar10 } from './cifar10.ts';
import { elementsOf, inputBytes, MAX_INPUT_BYTES } from './input-file.ts';
import { readNpy } from './npy.ts';
import { prefixOfNpy } from './npy-input.ts';
import { seededTensor } from './seeded.ts';

/**
 * Of the store files that a plan uses, those with these hashes whose very bytes this workstation
 * has or can make: built-in models, files that were pushed from here before, files of the names
 * that the command gave in the working directory, and seeded inputs drawn again. Nothing is offered
 * but what has the hash; what is not found is left out.
 */
export async function findAgain(
  plan: Plan,
  sha256s: ReadonlySet<string>,
  cacheDir: string,
  signal: AbortSignal,
): Promise<StoreFile[]> {
  const found = new Map<string, StoreFile>();
  const keep = (file: StoreFile | null) => file !== null && found.set(file.sha256, file);
  for (const { sha256, path } of plan.models.flatMap(({ files }) => files)) {
    signal.throwIfAborted();
    if (!sha256s.has(sha256) || found.has(sha256)) continue;
    keep((await builtIn(sha256, cacheDir)) ?? (await onDisk(sha256, path, cacheDir, signal)));
  }
  const { settings } = runContext.parse(plan.context);
  for (const input of largestOf(plan.cells.flatMap(({ inputs }) => inputs))) {
    signal.throwIfAborted();
    const { sha256 } = input.source;
    if (!sha256s.has(sha256) || found.has(sha256)) continue;
    keep(input.source.kind === 'fixed' ? await drawn(input, plan.seed, settings) : null);
    if (!found.has(sha256)) keep(await named(input, settings, signal));
  }
  return [...found.values()];
}

async function builtIn(sha256: string, cacheDir: string): Promise<StoreFile | null> {
  const known = builtInModels.find((model) => model.sha256 === sha256);
  if (known === undefined) return null;
  const { bytes, path } = await builtInFile(known.name, cacheDir);
  return {
    sha256,
    sizeBytes: bytes.length,
    name: `${known.name}.onnx`,
    source: path === null ? { kind: 'bytes', bytes } : { kind: 'path', path },
    isCompressible: false,
  };
}

/**
 * The plan may come from a board: of its paths only the names are looked for, and only where one
 * stands.
 */
async function onDisk(
  sha256: string,
  path: string,
  cacheDir: string,
  signal: AbortSignal,
): Promise<StoreFile | null> {
  for (const place of [...(await rememberedPaths(sha256, cacheDir)), basename(path)]) {
    const hashed = await rememberedHash(place, cacheDir, signal).catch(() => null);
    if (hashed?.sha256 !== sha256) continue;
    return await storeFileFrom(place, { isCompressible: false, name: path, cacheDir, signal });
  }
  return null;
}

/** Of the inputs that read the same file the one that reads most of it: all of it. */
function largestOf(inputs: readonly CellInput[]): readonly CellInput[] {
  const largest = new Map<string, CellInput>();
  for (const input of inputs) {
    const known = largest.get(input.source.sha256);
    if (known === undefined || elementsOf(input.shape) > elementsOf(known.shape)) {
      largest.set(input.source.sha256, input);
    }
  }
  return [...largest.values()];
}

/** Seeded values again; which distribution and range they had, their hash tells. */
async function drawn(
  input: CellInput,
  seed: number,
  settings: BenchSettings | null,
): Promise<StoreFile | null> {
  const { name, dtype } = input;
  const elements = elementsOf(input.shape);
  if (inputBytes(dtype, elements) > MAX_INPUT_BYTES) return null;
  const asked = settings?.ranges[name];
  for (const range of [...(asked ? [asked] : []), undefined]) {
    for (const distribution of ['uniform', 'normal'] as const) {
      const tensor = { input: name, dtype, elements, seed, distribution, range };
      const file = await fromBytes(input, () => seededTensor(tensor));
      if (file !== null) return file;
    }
  }
  return null;
}

/**
 * A file that the command named. A result keeps only its last part: it is found from the directory
 * that it stands in.
 */
async function named(
  input: CellInput,
  settings: BenchSettings | null,
  signal: AbortSignal,
): Promise<StoreFile | null> {
  const { name, dtype, shape, source } = input;
  if (source.kind === 'cifar10') {
    const place = basename(settings?.data?.path ?? '');
    const data = await openCifar10(place, signal).catch(() => null);
    return data?.file.sha256 === source.sha256 ? data.file : null;
  }
  const path = settings?.inputs[name];
  if (path === undefined) return null;
  return await fromBytes(input, async () =>
    prefixOfNpy(name, dtype, shape, await readNpy(basename(path))),
  );
}

/** What cannot be made, or is something else, is not what was meant. */
async function fromBytes(
  { name, source: { sha256 } }: CellInput,
  make: () => Uint8Array | Promise<Uint8Array>,
): Promise<StoreFile | null> {
  let bytes: Uint8Array;
  try {
    bytes = await make();
  } catch {
    return null;
  }
  if (hashBytes(bytes) !== sha256) return null;
  const source = { kind: 'bytes', bytes } as const;
  return {
    sha256,
    sizeBytes: bytes.length,
    name: `values of input ${name}`,
    source,
    isCompressible: false,
  };
}
