import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { TensorDtype } from '../../../agent/contract/plan.ts';
import { OrinError } from '../../errors.ts';
import { HEAD_BYTES, type NpyHeader, readHeader } from './npy-header.ts';
import { NpyProblem } from './npy-problem.ts';

/** The contents of a `.npy` file. */
export interface NpyArray {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  /** Little-endian and row-major; strings as a JSON array. */
  readonly bytes: Uint8Array;
}

const MAX_FILE_BYTES = 2 ** 31 - 1;
/** Of an array of strings: each takes an object here, and may have one character only. */
const MAX_STRINGS_BYTES = 2 ** 26;

/**
 * Reads an array saved by numpy.save (format versions 1 to 3, numpy.lib.format). Its size is held
 * against the file's before anything is read or made of its elements.
 * @throws OrinError `data-unreadable` for what is no such file, is cut, or holds what no model
 *   takes.
 */
export async function readNpy(path: string): Promise<NpyArray> {
  try {
    return await readFrom(path);
  } catch (cause) {
    throw new OrinError({
      code: 'data-unreadable',
      what: `cannot use ${path} as an input`,
      why: cause instanceof Error ? cause.message : String(cause),
      next:
        (cause instanceof NpyProblem ? cause.next : undefined) ??
        'give a file that numpy.save wrote: --input name=file.npy',
      cause,
    });
  }
}

async function readFrom(path: string): Promise<NpyArray> {
  // Without O_NONBLOCK the opening of a FIFO would wait for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw new NpyProblem('it is no regular file');
    if (facts.size > MAX_FILE_BYTES) throw new NpyProblem('it is larger than 2 GiB');
    const header = readHeader(await readAt(file, 0, Math.min(facts.size, HEAD_BYTES)));
    const dataBytes = facts.size - header.dataOffset;
    requireSize(header, dataBytes);
    return arrayOf(header, await readAt(file, header.dataOffset, dataBytes));
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new NpyProblem('it became shorter while it was read');
    filled += bytesRead;
  }
  return buffer;
}

/** Exact: products of dimensions may be beyond what a number holds. */
function requireSize({ shape, dtype, itemBytes }: NpyHeader, dataBytes: number): void {
  const elements = shape.reduce((product, dim) => product * BigInt(dim), 1n);
  const needed = elements * BigInt(itemBytes);
  if (needed !== BigInt(dataBytes)) {
    const text = shape.join('×') || 'scalar';
    throw new NpyProblem(`it has ${dataBytes} bytes of data, ${text} needs ${needed}`);
  }
  if (itemBytes === 0 && elements > 0n) {
    const next = 'give its strings a length: array.astype("<U1")';
    throw new NpyProblem(`it holds ${elements} strings of no characters`, next);
  }
  if (dtype === 'string' && dataBytes > MAX_STRINGS_BYTES) {
    throw new NpyProblem(`it holds ${dataBytes} bytes of strings, the limit is 64 MiB`);
  }
}

function arrayOf({ dtype, shape, itemBytes }: NpyHeader, data: Buffer): NpyArray {
  if (dtype === 'string') {
    const strings = readStrings(data, itemBytes);
    return { dtype, shape, bytes: Buffer.from(JSON.stringify(strings)) };
  }
  if (dtype === 'bool' && data.some((byte) => byte > 1)) {
    throw new NpyProblem('it is of booleans, and holds bytes other than 0 and 1');
  }
  return { dtype, shape, bytes: data };
}

function readStrings(data: Buffer, itemBytes: number): readonly string[] {
  const elements = itemBytes === 0 ? 0 : data.length / itemBytes;
  return Array.from({ length: elements }, (_, index) => {
    let text = '';
    for (let at = index * itemBytes; at < (index + 1) * itemBytes; at += 4) {
      const point = data.readUInt32LE(at);
      if (point > 0x10ffff) throw new NpyProblem('it holds characters outside Unicode');
      text += String.fromCodePoint(point);
    }
    // NumPy pads with zeros and takes trailing ones for padding.
    return text.replace(/\0+$/u, '');
  });
}
