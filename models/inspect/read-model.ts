import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ModelError } from '../model-error.ts';
import { decodeModel, toNumber } from '../onnx/codec.ts';
import { decodedBytes, mostDecodedBytes } from '../onnx/decoded-bytes.ts';
import type { GraphProto, ModelProto } from '../onnx/messages.ts';

/** A model on disk, or one in memory under a name. */
export type ModelSource = string | { readonly name: string; readonly bytes: Uint8Array };

export interface ReadModel {
  readonly name: string;
  /** Absolute path; null for a model in memory. */
  readonly location: string | null;
  readonly sizeBytes: number;
  readonly model: ModelProto;
  readonly graph: GraphProto;
}

/** protobuf's own limit; larger models keep their weights in external data files. */
const MAX_MODEL_BYTES = 2 ** 31 - 1;

interface Lookalike {
  readonly offset: number;
  readonly magic: string;
  readonly why: string;
  readonly next: string;
}

/** Files that people take for ONNX models, by their first bytes. */
const lookalikes: readonly Lookalike[] = [
  {
    offset: 0,
    magic: 'version https://git-lfs',
    why: 'it is a Git LFS pointer, not the file it stands for',
    next: 'run git lfs pull in its directory',
  },
  {
    offset: 4,
    magic: 'ORTM',
    why: 'it is in the ORT format, which holds a graph already optimized for one machine',
    next: 'give the .onnx file that it was made from',
  },
  {
    offset: 0,
    magic: 'PK\u0003\u0004',
    why: 'it is a zip archive: a PyTorch checkpoint or a packed model',
    next: 'export it with torch.onnx.export, or unpack it',
  },
  {
    offset: 4,
    magic: 'TFL3',
    why: 'it is a TensorFlow Lite model',
    next: 'convert it with tf2onnx',
  },
];

/**
 * Reads and checks the `.onnx` file itself. Throws ModelError `model-unreadable` or
 * `model-unsupported`.
 */
export async function readModel(source: ModelSource): Promise<ReadModel> {
  if (typeof source !== 'string') {
    const { name, bytes } = source;
    return { name, location: null, sizeBytes: bytes.length, ...parseModel(name, bytes) };
  }
  const name = path.basename(source);
  const bytes = await readBytes(source);
  return {
    name,
    location: path.resolve(source),
    sizeBytes: bytes.length,
    ...parseModel(source, bytes),
  };
}

async function readBytes(file: string): Promise<Uint8Array> {
  const unreadable = (why: string, cause?: unknown) =>
    new ModelError({
      code: 'model-unreadable',
      what: `cannot read model ${file}`,
      why,
      next: 'give the path of an .onnx file, or a name from: orin-remote model list',
      cause,
    });
  try {
    const facts = await stat(file);
    if (!facts.isFile())
      throw unreadable(facts.isDirectory() ? 'it is a directory' : 'it is no regular file');
    if (facts.size > MAX_MODEL_BYTES) throw unreadable('it is larger than 2 GiB, protobuf’s limit');
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw unreadable(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** A file of a few megabytes may stand for gigabytes of memory: two bytes make an empty node. */
function refuseTooLarge(where: string, bytes: Uint8Array): void {
  if (decodedBytes(bytes, mostDecodedBytes) <= mostDecodedBytes) return;
  throw new ModelError({
    code: 'model-unsupported',
    what: `${where} has more parts than any model`,
    why: `its nodes, attributes and shapes would take more than ${mostDecodedBytes / 1e9} GB of memory`,
    next: 'keep large constants as raw data or in external files, as onnx.save_model does',
  });
}

function parseModel(where: string, bytes: Uint8Array): Pick<ReadModel, 'model' | 'graph'> {
  const what = `${where} is not an ONNX model`;
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  const known = lookalikes.find(({ offset, magic }) => head.startsWith(magic, offset));
  if (known) {
    throw new ModelError({ code: 'model-unsupported', what, why: known.why, next: known.next });
  }
  const unreadable = (why: string, cause?: unknown) =>
    new ModelError({
      code: 'model-unreadable',
      what,
      why,
      next: 'export or download it again',
      cause,
    });
  if (bytes.length === 0) throw unreadable('the file is empty');
  let model: ModelProto;
  try {
    refuseTooLarge(where, bytes);
    model = decodeModel(bytes);
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    const isCut = cause instanceof RangeError && cause.message.startsWith('index out of range');
    throw unreadable(
      isCut ? 'it ends in the middle, or was never ONNX' : 'no valid protobuf',
      cause,
    );
  }
  const { graph } = model;
  if (!graph || toNumber(model.irVersion) < 1) throw unreadable('it holds no graph');
  if (graph.output.length === 0) throw unreadable('its graph has no outputs');
  if (model.opsetImport.length === 0) throw unreadable('it names no operator set');
  return { model, graph };
}
