import { randomBytes } from 'node:crypto';
import { openSource } from './byte-source.ts';
import { openExchange, ReaderGone } from './exchange.ts';
import { pump } from './pump.ts';
import type { SendPlace, SentFile } from './sending.ts';
import type { StoreFile } from './store-file.ts';
import { uploadError } from './upload-error.ts';
import { receiveBatchScript } from './upload-script.ts';

/** What one more channel and its round trips cost is worth this many bytes on a fast link. */
const SMALL_FILE_BYTES = 512 * 1024;
/** A cut loses a batch whole, and its list must fit one command line. */
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_FILES = 256;

/**
 * Splits files into batches of small ones and the large ones that each get a command of their own.
 */
export function batchesOf(files: readonly StoreFile[]): {
  readonly batches: readonly (readonly StoreFile[])[];
  readonly large: readonly StoreFile[];
} {
  const batches: StoreFile[][] = [];
  let bytes = 0;
  for (const file of files.filter(isSmall)) {
    const batch = batches.at(-1);
    if (!batch || batch.length >= BATCH_FILES || bytes + file.sizeBytes > BATCH_BYTES) {
      batches.push([file]);
      bytes = file.sizeBytes;
    } else {
      batch.push(file);
      bytes += file.sizeBytes;
    }
  }
  return { batches, large: files.filter((file) => !isSmall(file)) };
}

function isSmall(file: StoreFile): boolean {
  return file.sizeBytes <= SMALL_FILE_BYTES;
}

/**
 * Sends many small files through one command; all of them are stored or none.
 * @throws OrinError `no-space` or `push-failed`; what the link threw when it died; the signal's
 *   reason.
 */
export async function sendBatch(
  { link, base, signal, meter, limits }: SendPlace,
  files: readonly StoreFile[],
): Promise<SentFile[]> {
  const script = receiveBatchScript(base, randomBytes(6).toString('hex'), files);
  const exchange = await openExchange(link, script, {
    step: `sending ${files.length} small files to ${link.board}`,
    signal,
    ...(limits && { limits }),
  });
  try {
    for (const file of files) {
      const source = await openSource(file);
      try {
        const range = { startByte: 0, endByte: source.sizeBytes };
        await pump(source, range, exchange.write, (bytes) => meter.addSent(bytes));
      } finally {
        await source.close();
      }
    }
    exchange.end();
  } catch (error) {
    if (!(error instanceof ReaderGone)) {
      exchange.close();
      throw error;
    }
  }
  const answer = await exchange.answer(BATCH_BYTES);
  if (answer === 'stored') {
    return files.map(({ name, sha256, sizeBytes }) => ({
      name,
      sha256,
      sizeBytes,
      wireBytes: sizeBytes,
      packing: 'raw',
      resumedBytes: 0,
    }));
  }
  const { stderr } = await exchange.finish();
  const bad = files.find((file) => answer === `damaged ${file.sha256}`);
  throw uploadError(link, {
    name: bad?.name ?? `${files.length} small files`,
    sizeBytes: bad?.sizeBytes ?? files.reduce((sum, file) => sum + file.sizeBytes, 0),
    directory: base,
    stderr,
  });
}
