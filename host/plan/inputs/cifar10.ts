import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { InputSource } from '../../../agent/contract/plan.ts';
import { OrinError } from '../../errors.ts';
import type { StoreFile } from '../../store/push/store-file.ts';
import { hashFile } from '../../workstation/hash-file.ts';

/** One label byte and 3 × 32 × 32 pixel bytes (https://www.cs.toronto.edu/~kriz/cifar.html). */
const RECORD_BYTES = 1 + 3 * 32 * 32;
const CLASSES = 10;

/**
 * Mean and standard deviation of each channel over all pixels of the 50,000 training images, pixels
 * in [0, 1]: the figures that training recipes normalize CIFAR-10 with. (Some recipes divide by
 * 0.2023, 0.1994, 0.2010, the mean of the deviations within single images.)
 */
const MEAN: [number, number, number] = [0.4914, 0.4822, 0.4465];
const STD: [number, number, number] = [0.247, 0.2435, 0.2616];

/** Images of CIFAR-10 in its binary version, with their labels. */
export interface Cifar10Data {
  readonly records: number;
  readonly source: Extract<InputSource, { kind: 'cifar10' }>;
  readonly file: StoreFile;
}

/** Where the file is in a directory: the archive as unpacked, or its parent. */
const places = ['test_batch.bin', 'cifar-10-batches-bin/test_batch.bin'] as const;

/**
 * Opens `test_batch.bin`, or the directory that holds it, and checks every record's label.
 * @throws OrinError `data-unreadable`
 */
export async function openCifar10(where: string, signal?: AbortSignal): Promise<Cifar10Data> {
  const file = await findFile(where);
  const sizeBytes = (await stat(file)).size;
  const records = sizeBytes / RECORD_BYTES;
  if (!Number.isInteger(records) || records === 0) {
    throw unreadable(
      file,
      `${sizeBytes} bytes are no whole number of ${RECORD_BYTES}-byte records`,
    );
  }
  await checkLabels(file, signal);
  const { sha256 } = await hashFile(file, signal);
  return {
    records,
    source: { kind: 'cifar10', sha256, records, mean: MEAN, std: STD },
    file: {
      sha256,
      sizeBytes,
      name: path.basename(file),
      source: { kind: 'path', path: path.resolve(file) },
      isCompressible: false,
    },
  };
}

async function findFile(where: string): Promise<string> {
  const candidates = [where, ...places.map((place) => path.join(where, place))];
  for (const candidate of candidates) {
    const facts = await stat(candidate).catch(() => undefined);
    if (facts?.isFile()) return candidate;
  }
  const exists = await stat(where).then(
    () => true,
    () => false,
  );
  throw unreadable(where, exists ? 'it holds no test_batch.bin' : 'there is nothing of that name');
}

async function checkLabels(file: string, signal: AbortSignal | undefined): Promise<void> {
  let position = 0;
  const chunks: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: 1024 * 1024 });
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    const first = (RECORD_BYTES - (position % RECORD_BYTES)) % RECORD_BYTES;
    for (let at = first; at < chunk.length; at += RECORD_BYTES) {
      const label = chunk[at] ?? 0;
      if (label < CLASSES) continue;
      const record = (position + at) / RECORD_BYTES;
      throw unreadable(file, `record ${record} has label ${label}, labels go from 0 to 9`);
    }
    position += chunk.length;
  }
}

function unreadable(where: string, why: string): OrinError {
  return new OrinError({
    code: 'data-unreadable',
    what: `${where} is not CIFAR-10 in its binary version`,
    why,
    next: 'unpack cifar-10-binary.tar.gz and give the directory: --data cifar10:cifar-10-batches-bin',
  });
}
