import { readFile, stat } from 'node:fs/promises';
import type { TensorDtype } from '../../agent/protocol/plan.ts';
import { OrinError } from '../errors.ts';

/** The contents of a `.npy` file. */
export interface NpyArray {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  /** Little-endian and row-major; strings as a JSON array. */
  readonly bytes: Uint8Array;
}

const MAX_FILE_BYTES = 2 ** 31 - 1;
/** NumPy writes some hundred bytes; only structured types, which we refuse, need more. */
const MAX_HEADER_BYTES = 65_536;

/** NumPy's array-protocol type codes without their byte order. */
const dtypes: Readonly<Record<string, TensorDtype>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  b1: 'bool',
};

/**
 * Reads an array saved by numpy.save (format versions 1 to 3, numpy.lib.format).
 * @throws OrinError `data-unreadable` for what is no such file, is cut, or holds what no model takes.
 */
export async function readNpy(path: string): Promise<NpyArray> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw new NpyProblem('it is no regular file');
    if (facts.size > MAX_FILE_BYTES) throw new NpyProblem('it is larger than 2 GiB');
    return parseNpy(await readFile(path));
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

/** Why bytes are no array that we can use, and what would help. */
class NpyProblem extends Error {
  readonly next: string | undefined;

  constructor(why: string, next?: string) {
    super(why);
    this.next = next;
  }
}

function parseNpy(file: Buffer): NpyArray {
  if (file.subarray(0, 2).toString('latin1') === 'PK') {
    const next = 'save one array with numpy.save: numpy.save("x.npy", archive["x"])';
    throw new NpyProblem('it is a zip archive (.npz)', next);
  }
  if (file.subarray(0, 6).toString('latin1') !== '\u0093NUMPY') {
    throw new NpyProblem('it is no .npy file', 'save the array with numpy.save');
  }
  const { text, dataOffset } = readHeader(file);
  const header = parseHeader(text);
  const elements = header.shape.reduce((product, dim) => product * dim, 1);
  const data = file.subarray(dataOffset);
  const needed = elements * header.itemBytes;
  if (!Number.isSafeInteger(needed) || data.length !== needed) {
    const shape = header.shape.join('×') || 'scalar';
    throw new NpyProblem(`it has ${data.length} bytes of data, ${shape} needs ${needed}`);
  }
  if (header.dtype !== 'string') {
    return { dtype: header.dtype, shape: header.shape, bytes: data };
  }
  const strings = readStrings(data, elements, header.itemBytes);
  return { dtype: 'string', shape: header.shape, bytes: Buffer.from(JSON.stringify(strings)) };
}

function readHeader(file: Buffer): { readonly text: string; readonly dataOffset: number } {
  const major = file[6] ?? 0;
  if (major < 1 || major > 3)
    throw new NpyProblem(`it has format version ${major}, we read 1 to 3`);
  const headerOffset = major === 1 ? 10 : 12;
  if (file.length < headerOffset) throw new NpyProblem('it ends in its header');
  const length = major === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8);
  if (length > MAX_HEADER_BYTES) throw new NpyProblem(`its header has ${length} bytes`);
  const dataOffset = headerOffset + length;
  if (dataOffset > file.length) throw new NpyProblem('it ends in its header');
  return { text: file.subarray(headerOffset, dataOffset).toString('utf8'), dataOffset };
}

interface NpyHeader {
  readonly dtype: TensorDtype;
  readonly itemBytes: number;
  readonly shape: readonly number[];
}

/** The header is a Python dictionary literal: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } */
function parseHeader(text: string): NpyHeader {
  const descr = /'descr':\s*'([^']*)'/u.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/u.exec(text)?.[1];
  const dims = /'shape':\s*\(([\d\s,]*)\)/u.exec(text)?.[1];
  if (/'descr':\s*\[/u.test(text)) throw new NpyProblem('it is a structured array');
  if (descr === undefined || order === undefined || dims === undefined) {
    throw new NpyProblem('its header cannot be read');
  }
  const shape = dims
    .split(',')
    .filter((dim) => dim.trim() !== '')
    .map(Number);
  if (shape.some((dim) => !Number.isSafeInteger(dim))) throw new NpyProblem('its shape is broken');
  if (order === 'True' && shape.length > 1) {
    const next = 'save it row by row: numpy.save(path, numpy.ascontiguousarray(array))';
    throw new NpyProblem('it is in Fortran order, column by column', next);
  }
  return { ...parseType(descr), shape };
}

function parseType(descr: string): Pick<NpyHeader, 'dtype' | 'itemBytes'> {
  const [, order = '', code = ''] = /^([<>|=]?)(.*)$/u.exec(descr) ?? [];
  const characters = /^U(\d{1,7})$/u.exec(code)?.[1];
  const dtype = characters === undefined ? dtypes[code] : 'string';
  if (!dtype) {
    const next = 'convert it first: array.astype(numpy.float32)';
    throw new NpyProblem(`elements of type ${JSON.stringify(descr)} fit no model input`, next);
  }
  if (order === '>') {
    const next = 'save it little-endian: array.astype(array.dtype.newbyteorder("<"))';
    throw new NpyProblem('it is big-endian', next);
  }
  // Unicode strings take four bytes a character.
  const itemBytes = characters === undefined ? Number(code.slice(1)) : Number(characters) * 4;
  return { dtype, itemBytes };
}

function readStrings(data: Buffer, elements: number, itemBytes: number): readonly string[] {
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
