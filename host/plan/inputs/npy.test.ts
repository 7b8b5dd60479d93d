import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNpy } from './npy.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'orin-remote-npy-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** As numpy.lib.format writes it: magic, version, header padded to 64 bytes, data. */
function npy(header: string, data: Uint8Array, major = 1): Buffer {
  const lengthBytes = major === 1 ? 2 : 4;
  const unpadded = 8 + lengthBytes + header.length + 1;
  const text = `${header}${' '.repeat((64 - (unpadded % 64)) % 64)}\n`;
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(text.length, 0, lengthBytes);
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), major, 0]);
  return Buffer.concat([magic, length, Buffer.from(text), data]);
}

function headerOf(descr: string, shape: readonly number[], order = 'False'): string {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  return `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${dims}), }`;
}

async function read(bytes: Uint8Array) {
  const file = path.join(directory, 'x.npy');
  await writeFile(file, bytes);
  return readNpy(file);
}

test('a file that NumPy wrote', async () => {
  // numpy.save of numpy.array([[1.5, -2], [3, 4]], dtype='<f4'), NumPy 2.4.
  const base64 =
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwAAA' +
    'QEAAAIBA';
  const array = await read(Buffer.from(base64, 'base64'));
  expect(array).toMatchObject({ dtype: 'float32', shape: [2, 2] });
  const bytes = Buffer.from(array.bytes);
  expect([0, 4, 8, 12].map((at) => bytes.readFloatLE(at))).toEqual([1.5, -2, 3, 4]);
});

test('every type, shape and version comes back as it was written', async () => {
  const types = fc.constantFrom(
    ...([
      ['<f2', 'float16', 2],
      ['<f4', 'float32', 4],
      ['<f8', 'float64', 8],
      ['|i1', 'int8', 1],
      ['|u1', 'uint8', 1],
      ['<i2', 'int16', 2],
      ['<u2', 'uint16', 2],
      ['<i4', 'int32', 4],
      ['<u4', 'uint32', 4],
      ['<i8', 'int64', 8],
      ['<u8', 'uint64', 8],
      ['|b1', 'bool', 1],
    ] as const),
  );
  const shapes = fc.array(fc.nat(5), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(types, shapes, fc.integer({ min: 1, max: 3 }), async (type, shape, major) => {
      const [descr, dtype, itemBytes] = type;
      const elements = shape.reduce((product, dim) => product * dim, 1);
      const most = dtype === 'bool' ? 1 : 255;
      const data = Uint8Array.from({ length: elements * itemBytes }, (_, i) => i & most);
      const array = await read(npy(headerOf(descr, shape), data, major));
      expect(array).toMatchObject({ dtype, shape });
      expect(Buffer.compare(array.bytes, data)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('a file that NumPy wrote under Python 2, whose long integers end in L', async () => {
  // numpy.save of numpy.arange(12, dtype='<f4').reshape(3, 4), its shape a tuple of longs.
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 4L), }";
  const data = new Uint8Array(Float32Array.from({ length: 12 }, (_, i) => i).buffer);
  const array = await read(npy(header, data));
  expect(array).toMatchObject({ dtype: 'float32', shape: [3, 4] });
  expect(Buffer.compare(array.bytes, data)).toBe(0);
});

test('an array without elements', async () => {
  expect(await read(npy(headerOf('<U0', [0, 4]), new Uint8Array()))).toMatchObject({
    dtype: 'string',
    shape: [0, 4],
    bytes: Buffer.from('[]'),
  });
});

test('a FIFO is refused, not waited for', async () => {
  const fifo = path.join(directory, 'fifo.npy');
  execFileSync('mkfifo', [fifo]);
  await expect(readNpy(fifo)).rejects.toMatchObject({ why: 'it is no regular file' });
});

test('Unicode strings come as JSON', async () => {
  const points = ['grüß', 'a😀', ''].flatMap((text) => {
    const characters = [...text].map((character) => character.codePointAt(0) ?? 0);
    return [...characters, 0, 0, 0, 0].slice(0, 4);
  });
  const data = new Uint8Array(Uint32Array.from(points).buffer);
  const array = await read(npy(headerOf('<U4', [3]), data));
  expect(array).toMatchObject({ dtype: 'string', shape: [3] });
  expect(JSON.parse(Buffer.from(array.bytes).toString())).toEqual(['grüß', 'a😀', '']);
});

const four = new Uint8Array(16);
test.each([
  ['big-endian', npy(headerOf('>f4', [4]), four), 'big-endian'],
  ['Fortran order', npy(headerOf('<f4', [2, 2], 'True'), four), 'Fortran order'],
  ['objects', npy(headerOf('|O', [2]), four), 'fit no model input'],
  ['complex', npy(headerOf('<c8', [2]), four), 'fit no model input'],
  ['a structured type', npy("{'descr': [('a', '<f4')], 'shape': (4,), }", four), 'structured'],
  ['too few bytes', npy(headerOf('<f4', [5]), four), 'it has 16 bytes of data, 5 needs 20'],
  ['too many bytes', npy(headerOf('<f4', [3]), four), '3 needs 12'],
  ['a huge shape', npy(headerOf('<f4', [2 ** 40, 2 ** 40]), four), 'needs'],
  ['a size beyond numbers', npy(headerOf('<f4', [2 ** 50, 2 ** 50, 2 ** 50]), four), 'needs 5708'],
  ['strings without bytes', npy(headerOf('<U0', [4_000_000_000]), new Uint8Array()), '4000000000'],
  [
    'strings past all bounds',
    npy(headerOf('<U1', [2 ** 24 + 1]), new Uint8Array(2 ** 26 + 4)),
    '64 MiB',
  ],
  ['no booleans', npy(headerOf('|b1', [4]), Uint8Array.of(0, 1, 2, 0)), 'other than 0 and 1'],
  ['bytes', npy(headerOf('|S4', [4]), four), 'fit no model input'],
  ['65 dimensions', npy(headerOf('|u1', new Array<number>(65).fill(2)), four), '65 dimensions'],
  ['a negative dimension', npy(headerOf('<f4', [-4]), four), 'the shape (-4,)'],
  ['no type', npy("{'fortran_order': False, 'shape': (4,), }", four), 'no descr'],
  ['a newer version', npy(headerOf('<f4', [4]), four, 4), 'format version 4'],
  ['a zip', Buffer.from('PK\u0003\u0004'), 'npz'],
  ['text', Buffer.from('1,2,3,4'), 'no .npy file'],
  ['nothing', Buffer.alloc(0), 'no .npy file'],
  ['half a header', npy(headerOf('<f4', [4]), four).subarray(0, 40), 'ends in its header'],
])('%s is refused with the reason', async (_, bytes, why) => {
  await expect(read(bytes)).rejects.toMatchObject({
    code: 'data-unreadable',
    why: expect.stringContaining(why),
  });
});

test('one dimension has no order: Fortran is taken', async () => {
  expect(await read(npy(headerOf('<f4', [4], 'True'), four))).toMatchObject({ shape: [4] });
});

test('no bytes make it fail in any other way', async () => {
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY')]);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
      const outcome = await read(Buffer.concat([start, noise])).catch((error) => error);
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'data-unreadable' });
    }),
  );
});
