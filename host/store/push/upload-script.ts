import { program } from '../../shell/program.ts';
import assemble from '../../shell/programs/assemble.sh';
import receive from '../../shell/programs/receive.sh';
import receiveBatch from '../../shell/programs/receive-batch.sh';
import storeFile from '../../shell/programs/store-file.sh';
import verified from '../../shell/programs/verified.sh';
import { type Packing, unpackCommand } from './packing.ts';
import { type Segment, segmentName } from './segments.ts';

export interface UploadTarget {
  /** The base directory on the board. */
  readonly base: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly packing: Packing;
  /** Bytes on the wire: of the packed file, or the file's own. */
  readonly wireBytes: number;
  /** Makes names that no other upload has. */
  readonly unique: string;
}

/** The path of a stored file, relative to the base directory. */
export function storePath(sha256: string): string {
  return `store/sha256/${sha256.slice(0, 2)}/${sha256}`;
}

/** Absolute path of a file in a board's store. */
export function storedPath(base: string, sha256: string): string {
  return `${base}/${storePath(sha256)}`;
}

/** Receives one segment from standard input: receive.sh. */
export function receiveScript(target: UploadTarget, segment: Segment): string {
  const { sha256, packing } = target;
  const bytes = segment.count === 1 ? 'whole' : segment.endByte - segment.startByte;
  const values = [...valuesOf(target), segmentName(sha256, packing, segment), bytes];
  return program([verified, storeFile, receive], values);
}

/** Puts received segments together: assemble.sh. */
export function assembleScript(target: UploadTarget): string {
  return program([verified, storeFile, assemble], valuesOf(target));
}

function valuesOf(target: UploadTarget): (string | number)[] {
  const { base, sha256, sizeBytes, packing, wireBytes, unique } = target;
  return [base, sha256, sizeBytes, unpackCommand[packing], wireBytes, unique];
}

/** One small file of a batch. */
export interface SmallFile {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Receives many small files as one stream, in the given order: receive-batch.sh. */
export function receiveBatchScript(
  base: string,
  unique: string,
  files: readonly SmallFile[],
): string {
  const list = files.map(({ sha256, sizeBytes }) => `${sha256}:${sizeBytes}`);
  return program(receiveBatch, [base, unique, ...list]);
}
