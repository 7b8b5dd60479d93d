import type { Probe } from '../../board/probe.ts';
import { type ByteSource, openPath, openSource } from './byte-source.ts';
import type { Packer } from './packer.ts';
import { choosePacking, type Packing } from './packing.ts';
import { channelCount } from './segments.ts';
import type { SendPlace, SentFile } from './sending.ts';
import type { StoreFile } from './store-file.ts';
import { sendFile, type UploadOutcome } from './upload.ts';
import { uploadError } from './upload-error.ts';

export interface LargeSend extends SendPlace {
  readonly probe: Probe;
  readonly packer: Packer;
}

/** The packing for a file here and now. */
export async function packingFor(
  { link, probe, packer, meter }: Omit<LargeSend, 'base' | 'signal'>,
  file: StoreFile,
): Promise<Packing> {
  return choosePacking({
    sizeBytes: file.sizeBytes,
    isCompressible: file.isCompressible && file.source.kind === 'path',
    isLoopback: link.isLoopback,
    boardTools: probe.facts.tools,
    canMakeZstd: file.isCompressible && (await packer.canMakeZstd()),
    bytesPerSecond: meter.bestBytesPerSecond,
  });
}

/**
 * Sends one large file, packed where that pays. What the board finds damaged is sent once more, as
 * it is: a packed copy on the workstation may be what was wrong.
 * @throws OrinError `no-space` or `push-failed`; what the link threw when it died; the signal's
 *   reason.
 */
export async function sendStoreFile(place: LargeSend, file: StoreFile): Promise<SentFile> {
  const packing = await packingFor(place, file);
  const first = await attempt(place, file, packing);
  if (first.outcome === 'stored') return first.sent;
  place.meter.takeBack(first.sent.wireBytes);
  const second = await attempt(place, file, 'raw');
  if (second.outcome === 'stored') return second.sent;
  throw uploadError(place.link, {
    name: file.name,
    sizeBytes: file.sizeBytes,
    directory: place.base,
    stderr: '',
  });
}

async function attempt(
  place: LargeSend,
  file: StoreFile,
  packing: Packing,
): Promise<{ readonly outcome: UploadOutcome; readonly sent: SentFile }> {
  const { link, probe, meter, signal } = place;
  const source = await sourceFor(place, file, packing);
  let wireBytes = 0;
  let resumedBytes = 0;
  try {
    meter.addTotal(source.sizeBytes - file.sizeBytes);
    meter.enter('sending', file.name);
    const upload = { name: file.name, sha256: file.sha256, sizeBytes: file.sizeBytes };
    const outcome = await sendFile(
      link,
      { ...upload, packing, source },
      {
        base: place.base,
        partials: probe.partials,
        channels: channelCount(source.sizeBytes, link.roundTripMs, meter.bestBytesPerSecond),
        signal,
        limits: place.limits,
        onSent: (bytes) => {
          wireBytes += bytes;
          meter.addSent(bytes);
        },
        onResumed: (bytes) => {
          resumedBytes += bytes;
          meter.addTotal(-bytes);
        },
      },
    );
    return { outcome, sent: { ...upload, wireBytes, packing, resumedBytes } };
  } finally {
    await source.close();
  }
}

async function sourceFor(
  { packer, meter, signal }: LargeSend,
  file: StoreFile,
  packing: Packing,
): Promise<ByteSource> {
  if (packing === 'raw') return openSource(file);
  meter.enter('packing', file.name);
  const copy = await packer.pack(file, packing);
  signal.throwIfAborted();
  return openPath(copy.path, copy.sizeBytes, file.name);
}
