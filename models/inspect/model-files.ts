import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelFile } from '../facts.ts';
import { ModelError } from '../model-error.ts';
import { dataTypeBytes } from '../onnx/data-types.ts';
import { EXTERNAL_LOCATION, type TensorProto } from '../onnx/messages.ts';
import { allTensors } from './graph-walk.ts';
import { dimsOf, elementsOf } from './node-view.ts';
import type { ReadModel } from './read-model.ts';

/**
 * All files of a model: the `.onnx` first, then its external data, each checked to exist and to be
 * as long as its tensors need. Locations that are absolute or leave the model's directory are
 * refused, as they could name any file of this machine; so are links out of it, which a downloaded
 * model may hold, unless a person allows them: model hubs keep their caches as links. Throws
 * ModelError `external-data-missing` or `model-unsupported`.
 */
export async function listModelFiles(
  read: ReadModel,
  allowsLinks: boolean,
): Promise<readonly ModelFile[]> {
  const main = { path: read.name, location: read.location, sizeBytes: read.sizeBytes };
  const needs = externalNeeds(read);
  if (needs.size === 0) return [main];
  if (read.location === null) {
    throw new ModelError({
      code: 'external-data-missing',
      what: `${read.name} keeps weights outside the bytes given`,
    });
  }
  const directory = path.dirname(read.location);
  const files: ModelFile[] = [main];
  for (const [location, need] of [...needs].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const file = path.join(directory, location);
    const sizeBytes = await checkFile(read, file, need);
    if (!allowsLinks) await refuseLinkOut(read, directory, location);
    files.push({ path: location, location: file, sizeBytes });
  }
  return files;
}

async function refuseLinkOut(read: ReadModel, directory: string, location: string): Promise<void> {
  const [home, file] = await Promise.all([
    realpath(directory),
    realpath(path.join(directory, location)),
  ]);
  const way = path.relative(home, file);
  if (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way)) return;
  throw new ModelError({
    code: 'model-unsupported',
    what: `the external data of ${read.name} cannot be used`,
    why: `${location} is a link out of the model's directory, to ${file}`,
    next: 'where that is as it should be, as in the cache of a model hub: --allow-links',
  });
}

interface Need {
  /** A tensor that needs the most of the file. */
  readonly tensor: string;
  readonly bytes: number;
}

function externalNeeds(read: ReadModel): ReadonlyMap<string, Need> {
  const needs = new Map<string, Need>();
  for (const tensor of allTensors(read.model)) {
    if (tensor.dataLocation !== EXTERNAL_LOCATION) continue;
    const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
    const location = safeLocation(read, tensor, entries.get('location') ?? '');
    // Without a length, the tensor says itself how long it is.
    const size = dataTypeBytes(tensor.dataType, elementsOf(dimsOf(tensor)));
    const bytes =
      byteCount(read, tensor, entries.get('offset') ?? '0', 'offset') +
      byteCount(read, tensor, entries.get('length') ?? String(size), 'length');
    const known = needs.get(location);
    if (!known || bytes > known.bytes) needs.set(location, { tensor: tensor.name, bytes });
  }
  return needs;
}

function unsupported(read: ReadModel, tensor: TensorProto, why: string): ModelError {
  return new ModelError({
    code: 'model-unsupported',
    what: `the external data of ${read.name} cannot be used`,
    why: `tensor ${JSON.stringify(tensor.name)}: ${why}`,
    next: 'save the model again with its data beside it (onnx.save_model, save_as_external_data)',
  });
}

function safeLocation(read: ReadModel, tensor: TensorProto, location: string): string {
  const shown = JSON.stringify(location);
  if (location === '') throw unsupported(read, tensor, 'no location given');
  if (/[\p{Cc}\\]/u.test(location)) {
    throw unsupported(read, tensor, `location ${shown} holds a control character or a backslash`);
  }
  const isAbsolute = path.posix.isAbsolute(location) || path.win32.isAbsolute(location);
  if (isAbsolute || /^[a-z]:/iu.test(location)) {
    throw unsupported(read, tensor, `location ${shown} is absolute`);
  }
  const parts = location.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..')) {
    throw unsupported(read, tensor, `location ${shown} leaves the model's directory`);
  }
  const relative = parts.join('/');
  if (relative === read.name) throw unsupported(read, tensor, 'it points at the model file itself');
  return relative;
}

function byteCount(
  read: ReadModel,
  tensor: TensorProto,
  text: string,
  key: 'offset' | 'length',
): number {
  const value = /^\d{1,16}$/u.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw unsupported(read, tensor, `${key} ${JSON.stringify(text)} is no byte count`);
}

async function checkFile(read: ReadModel, file: string, need: Need): Promise<number> {
  const missing = (why: string, cause?: unknown) =>
    new ModelError({
      code: 'external-data-missing',
      what: `${read.name} needs ${file}`,
      why,
      next: 'put the data file beside the model, under that very name',
      cause,
    });
  const facts = await stat(file).catch((cause: unknown) => {
    throw missing(cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (!facts.isFile()) throw missing('it is no regular file');
  if (facts.size < need.bytes) {
    const tensor = JSON.stringify(need.tensor);
    throw missing(`it has ${facts.size} bytes, tensor ${tensor} needs ${need.bytes}`);
  }
  return facts.size;
}
