import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { Packing } from './packing.ts';
import type { StoreFile } from './store-file.ts';

/**
 * zstd 9 makes 37.9 MB of Node's 126.6 MB in 2.1 s on two cores; 3 takes 0.6 s but 4.4 MB more, 12
 * saves 1 % more for 4.6 s, 19 saves 13 % for 37 s. gzip 6 makes 45.7 MB in 2.4 s. The models go
 * out first, so that these two seconds are rarely seen, and only a file's first push pays them.
 */
const ZSTD_LEVEL = 9;
const GZIP_LEVEL = 6;
/** Pieces are packed in parallel; both formats allow several packed pieces one behind the other. */
const PIECE_BYTES = 16 * 1024 * 1024;
const PIECES_AT_ONCE = 4;
const UNUSED_MS = 60 * 24 * 3600 * 1000;

interface PackedCopy {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * Packs files once, for every push and every board of a program, and keeps the copies for the next
 * one.
 */
export interface Packer {
  /** Whether zstd can be made here: by Node from 22.15 on, else by the `zstd` program. */
  canMakeZstd(): Promise<boolean>;
  /** The packed copy of a file that lies on disk. */
  pack(file: StoreFile, packing: Exclude<Packing, 'raw'>): Promise<PackedCopy>;
}

type PackPiece = (piece: Buffer) => Promise<Buffer>;

/** Opens the workstation's cache of packed files, `<cacheDir>/packed`. */
export function openPacker(cacheDir: string): Packer {
  const directory = `${cacheDir}/packed`;
  const underWay = new Map<string, Promise<PackedCopy>>();
  let zstd: Promise<boolean> | undefined;
  const canMakeZstd = () => {
    zstd ??= nodeZstd() ? Promise.resolve(true) : hasZstdProgram();
    return zstd;
  };
  return {
    canMakeZstd,
    pack: (file, packing) => {
      const key = `${file.sha256}.${packing}`;
      const known = underWay.get(key);
      if (known !== undefined) return known;
      const copy = findOrPack(directory, key, file, packing);
      underWay.set(key, copy);
      // A failure is told to those who waited for it, and tried anew by the next.
      copy.catch(() => underWay.delete(key));
      return copy;
    },
  };
}

async function findOrPack(
  directory: string,
  key: string,
  file: StoreFile,
  packing: Exclude<Packing, 'raw'>,
): Promise<PackedCopy> {
  const path = `${directory}/${key}`;
  const found = await stat(path).catch(() => null);
  if (found && found.size > 0) {
    await utimes(path, new Date(), new Date()).catch(() => {});
    return { path, sizeBytes: found.size };
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Another program may pack the same file: whoever renames last wins, and both copies are whole.
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await packTo(temporary, file, packing);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await forgetUnused(directory);
  return { path, sizeBytes: (await stat(path)).size };
}

async function packTo(
  target: string,
  file: StoreFile,
  packing: Exclude<Packing, 'raw'>,
): Promise<void> {
  if (file.source.kind !== 'path') throw new Error('only files on disk are packed');
  const { path } = file.source;
  if (packing === 'gz') {
    const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);
    return packPieces(path, target, (piece) => gzip(piece, { level: GZIP_LEVEL }));
  }
  const zstd = nodeZstd();
  return zstd ? packPieces(path, target, zstd) : packWithProgram(path, target);
}

async function packPieces(from: string, to: string, pack: PackPiece): Promise<void> {
  const source = await open(from);
  const target = await open(to, 'wx', 0o600);
  try {
    const queue: Promise<Buffer>[] = [];
    for (let position = 0; ; position += PIECE_BYTES) {
      const piece = await readPiece(source, position);
      if (piece.length > 0) {
        const packed = pack(piece);
        packed.catch(() => {});
        queue.push(packed);
      }
      const isLast = piece.length < PIECE_BYTES;
      while (queue.length >= (isLast ? 1 : PIECES_AT_ONCE)) {
        await target.appendFile(await (queue.shift() ?? Buffer.alloc(0)));
      }
      if (isLast) return;
    }
  } finally {
    await source.close();
    await target.close();
  }
}

async function readPiece(source: FileHandle, position: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let length = 0;
  while (length < piece.length) {
    const { bytesRead } = await source.read(
      piece,
      length,
      piece.length - length,
      position + length,
    );
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return piece.subarray(0, length);
}

/** Node's own zstd, which the types of Node 20 do not know; null where it is missing. */
function nodeZstd(): PackPiece | null {
  const { zstdCompress, constants } = zlib as unknown as {
    readonly zstdCompress?: (
      piece: Buffer,
      options: { readonly params: Readonly<Record<number, number>> },
      done: (error: Error | null, packed: Buffer) => void,
    ) => void;
    readonly constants: { readonly ZSTD_c_compressionLevel?: number };
  };
  const level = constants.ZSTD_c_compressionLevel;
  if (!zstdCompress || level === undefined) return null;
  return (piece) =>
    new Promise((resolve, reject) => {
      zstdCompress(piece, { params: { [level]: ZSTD_LEVEL } }, (error, packed) =>
        error ? reject(error) : resolve(packed),
      );
    });
}

async function hasZstdProgram(): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('zstd', ['--version'], { stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

async function packWithProgram(from: string, to: string): Promise<void> {
  const child = spawn('zstd', ['-q', `-${ZSTD_LEVEL}`, '-T0', '-c', from], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`zstd ended with status ${code}`));
    });
  });
  await Promise.all([pipeline(child.stdout, createWriteStream(to, { mode: 0o600 })), ended]);
}

const ourName = /^[0-9a-f]{64}\.(?:gz|zst)(?:\.[0-9a-f]{12}\.tmp)?$/;

async function forgetUnused(directory: string): Promise<void> {
  for (const name of (await readdir(directory)).filter((one) => ourName.test(one))) {
    const path = `${directory}/${name}`;
    const known = await stat(path).catch(() => null);
    if (known && Date.now() - known.mtimeMs > UNUSED_MS) await rm(path, { force: true });
  }
}
