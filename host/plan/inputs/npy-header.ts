import type { TensorDtype } from '../../../agent/contract/plan.ts';
import { NpyProblem } from './npy-problem.ts';

/** What a `.npy` file says of its array, before the array itself. */
export interface NpyHeader {
  readonly dtype: TensorDtype;
  /** Of one element; a multiple of 4 for Unicode strings. */
  readonly itemBytes: number;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly dataOffset: number;
}

/** NumPy writes some hundred bytes; only structured types, which we refuse, need more. */
const MAX_HEADER_BYTES = 65_536;
/** NumPy's own limit (NPY_MAXDIMS). */
const MAX_RANK = 64;
/** As many bytes of the front of a file hold every header that `readHeader` takes. */
export const HEAD_BYTES = 12 + MAX_HEADER_BYTES;

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
 * Reads the header of a file of format version 1 to 3 (numpy.lib.format) from the file's first
 * `HEAD_BYTES`.
 * @throws NpyProblem for what is no such file, is cut, or holds what no model takes.
 */
export function readHeader(head: Buffer): NpyHeader {
  if (head.subarray(0, 2).toString('latin1') === 'PK') {
    const next = 'save one array with numpy.save: numpy.save("x.npy", archive["x"])';
    throw new NpyProblem('it is a zip archive (.npz)', next);
  }
  if (head.subarray(0, 6).toString('latin1') !== '\u0093NUMPY') {
    throw new NpyProblem('it is no .npy file', 'save the array with numpy.save');
  }
  const major = head[6] ?? 0;
  if (major < 1 || major > 3)
    throw new NpyProblem(`it has format version ${major}, we read 1 to 3`);
  const headerOffset = major === 1 ? 10 : 12;
  if (head.length < headerOffset) throw new NpyProblem('it ends in its header');
  const length = major === 1 ? head.readUInt16LE(8) : head.readUInt32LE(8);
  if (length > MAX_HEADER_BYTES) throw new NpyProblem(`its header has ${length} bytes`);
  const dataOffset = headerOffset + length;
  if (dataOffset > head.length) throw new NpyProblem('it ends in its header');
  return { ...parseHeader(head.subarray(headerOffset, dataOffset).toString('utf8')), dataOffset };
}

/**
 * The header is a Python dictionary literal: {'descr': '<f4', 'fortran_order': False, 'shape': (2,
 * 3), }. Python 2 writes long integers as 3L, and numpy.load reads them.
 */
function parseHeader(text: string): Omit<NpyHeader, 'dataOffset'> {
  const descr = /['"]descr['"]:\s*['"]([^'"]*)['"]/u.exec(text)?.[1];
  const order = /['"]fortran_order['"]:\s*(True|False)/u.exec(text)?.[1];
  const dims = /['"]shape['"]:\s*\(([^()]*)\)/u.exec(text)?.[1];
  if (/['"]descr['"]:\s*\[/u.test(text)) throw new NpyProblem('it is a structured array');
  if (descr === undefined) throw new NpyProblem('its header names no descr, the type of elements');
  if (order === undefined) throw new NpyProblem('its header names no fortran_order');
  if (dims === undefined) throw new NpyProblem('its header names no shape');
  const shape = parseDims(dims);
  if (order === 'True' && shape.length > 1) {
    const next = 'save it row by row: numpy.save(path, numpy.ascontiguousarray(array))';
    throw new NpyProblem('it is in Fortran order, column by column', next);
  }
  return { ...parseType(descr), shape };
}

function parseDims(text: string): readonly number[] {
  const dims = text.split(',').map((dim) => dim.trim());
  // The comma at the end of (4,).
  if (dims.at(-1) === '') dims.pop();
  if (dims.length > MAX_RANK) {
    throw new NpyProblem(`its shape has ${dims.length} dimensions, NumPy takes ${MAX_RANK}`);
  }
  return dims.map((dim) => {
    const size = Number(/^(\d{1,20})L?$/u.exec(dim)?.[1]);
    if (!Number.isSafeInteger(size)) {
      throw new NpyProblem(`its header has the shape (${text.slice(0, 100)}), which is none`);
    }
    return size;
  });
}

function parseType(descr: string): Pick<NpyHeader, 'dtype' | 'itemBytes'> {
  const [, order = '', code = ''] = /^([<>|=]?)(.*)$/u.exec(descr) ?? [];
  const characters = /^U(\d{1,7})$/u.exec(code)?.[1];
  const dtype = characters === undefined ? dtypes[code] : 'string';
  if (!dtype) {
    const isBytes = /^S\d+$/u.test(code);
    const next = `convert it first: array.astype(${isBytes ? 'str' : 'numpy.float32'})`;
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
