import type { Probe } from '../../board/probe.ts';
import { OrinError } from '../../errors.ts';
import type { BoardLimits } from '../../link/board-limits.ts';
import type { Link } from '../../link/link.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { batchesOf, sendBatch } from './batch.ts';
import { findDamage, installRuntime, runtimeDirectory } from './install-runtime.ts';
import { type Meter, startMeter } from './meter.ts';
import type { Packer } from './packer.ts';
import type { PushProgress } from './progress.ts';
import { makeRoom } from './room.ts';
import { type LargeSend, packingFor, sendStoreFile } from './send-store-file.ts';
import type { SentFile } from './sending.ts';
import type { StoreFile } from './store-file.ts';

/** Damaged a second time, it is the board's disk. */
const MAX_INSTALLS = 3;

export interface PushOptions {
  /** Models, inputs and data that the board must hold. */
  readonly files: readonly StoreFile[];
  readonly runtime: Runtime;
  /** The store on the board is kept below this. */
  readonly keepBytes: number;
  /** Shared by all pushes of a program, so that a file is packed once for all boards. */
  readonly packer: Packer;
  readonly signal: AbortSignal;
  readonly limits?: BoardLimits | undefined;
  readonly onProgress: (progress: PushProgress) => void;
}

/** What a push did. */
export interface PushReport {
  /** Absolute path of the runtime on the board: bin/node, agent.cjs. */
  readonly runtimeDirectory: string;
  readonly sent: readonly SentFile[];
  /** Payload bytes on the wire. */
  readonly sentBytes: number;
  readonly present: { readonly files: number; readonly bytes: number };
  /** Garbage collected on the board. */
  readonly removed: { readonly files: number; readonly bytes: number };
  readonly elapsedMs: number;
}

/**
 * Brings a board to where it holds every file and the runtime: sends what the probe did not find,
 * verified by hash on the board, and nothing else. When all is there it runs no command at all.
 * @throws OrinError `no-space`, `push-failed`; what the link threw when it died; the signal's
 *   reason.
 */
export async function push(link: Link, probe: Probe, options: PushOptions): Promise<PushReport> {
  const { runtime } = options;
  const all = distinct([...options.files, ...runtime.files.map(({ file }) => file)]);
  const missing = missingOf(probe, all);
  const there = all.filter((file) => !missing.includes(file));
  const present = { files: there.length, bytes: totalBytes(there) };
  const meter = startMeter(present, options.onProgress);
  meter.enter('checking', '');

  const { removed } = await makeRoom(
    link,
    probe,
    {
      sha256s: new Set(all.map((file) => file.sha256)),
      runtimeId: runtime.id,
      unpackedBytes: totalBytes(missing),
      packedBytes: totalBytes(missing.filter((file) => file.isCompressible)) * 0.5,
    },
    options.keepBytes,
    options.signal,
  );
  const first = missing.length > 0 ? await sendAll(link, probe, missing, meter, options) : [];
  const sent = [...first, ...(await bringRuntime(link, probe, missing, meter, options))];
  meter.enter('done', '');
  return {
    runtimeDirectory: runtimeDirectory(probe.facts.base.path, runtime),
    sent,
    sentBytes: meter.sentBytes,
    present,
    removed,
    elapsedMs: meter.elapsedMs,
  };
}

/**
 * Installs the runtime where it is not there, and has the board verify it once in a boot before
 * anything of it is executed; what is damaged there is sent again. Gives what that was.
 * @throws OrinError `push-failed` when it is damaged again and again.
 */
async function bringRuntime(
  link: Link,
  probe: Probe,
  sentBefore: readonly StoreFile[],
  meter: Meter,
  options: PushOptions,
): Promise<SentFile[]> {
  const { runtime, signal } = options;
  const base = probe.facts.base.path;
  let isMissing = needsInstall(probe, runtime, sentBefore);
  let existing: 'replace' | 'keep' = probe.runtimes.includes(runtime.id) ? 'replace' : 'keep';
  // One without files is on the board already, and verified: whoever goes on with a run has no
  // other.
  const isVerified = probe.verifiedRuntimes.has(runtime.id) || runtime.files.length === 0;
  if (!isMissing && isVerified) return [];
  const sent: SentFile[] = [];
  for (let attempt = 0; attempt < MAX_INSTALLS; attempt += 1) {
    if (isMissing) {
      meter.enter('installing', '');
      await installRuntime(link, base, runtime, existing, signal);
    }
    const damaged = await findDamage(link, base, runtime, signal);
    if (damaged === null) return sent;
    const files = runtime.files.map(({ file }) => file).filter(({ sha256 }) => damaged.has(sha256));
    if (files.length > 0)
      sent.push(...(await sendAll(link, probe, distinct(files), meter, options)));
    isMissing = true;
    existing = 'replace';
  }
  throw new OrinError({
    code: 'push-failed',
    what: `the runtime on ${link.board} is not what was sent, again and again`,
    why: `its files below ${base} have other hashes when they are read again`,
    next: 'check the disk of the board, or set ORIN_REMOTE_DIR on it to another one',
    board: link.board,
  });
}

/** Bytes that a push would send, before packing; 0 when all is there. */
export function missingBytes(probe: Probe, files: readonly StoreFile[], runtime: Runtime): number {
  return totalBytes(
    missingOf(probe, distinct([...files, ...runtime.files.map((one) => one.file)])),
  );
}

function missingOf(probe: Probe, files: readonly StoreFile[]): StoreFile[] {
  return files.filter((file) => probe.store.get(file.sha256) !== file.sizeBytes);
}

/**
 * A tree whose files had to be sent again links to their damaged predecessors and is built anew.
 */
function needsInstall(probe: Probe, runtime: Runtime, missing: readonly StoreFile[]): boolean {
  const sent = new Set(missing.map((file) => file.sha256));
  return (
    !probe.runtimes.includes(runtime.id) || runtime.files.some(({ file }) => sent.has(file.sha256))
  );
}

/**
 * Small files go in batches beside the large ones, whose order is: as they are first, packed ones
 * later. Packing starts at once and is mostly over by then.
 */
async function sendAll(
  link: Link,
  probe: Probe,
  missing: readonly StoreFile[],
  meter: Meter,
  options: PushOptions,
): Promise<SentFile[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const { batches, large } = batchesOf(missing);
  const { limits } = options;
  const place = { link, base: probe.facts.base.path, signal, meter, limits };
  meter.addTotal(totalBytes(missing));
  const sendBatches = async () => {
    const sent: SentFile[] = [];
    for (const batch of batches) sent.push(...(await sendBatch(place, batch)));
    return sent;
  };
  const sendLarge = async () => {
    const sent: SentFile[] = [];
    const largePlace = { ...place, probe, packer: options.packer };
    const ordered = [...large].sort((a, b) => Number(a.isCompressible) - Number(b.isCompressible));
    void startPacking(largePlace, ordered);
    for (const file of ordered) sent.push(await sendStoreFile(largePlace, file));
    return sent;
  };
  try {
    return (await Promise.all([sendBatches(), sendLarge()])).flat();
  } finally {
    stop.abort(new Error('the push is over'));
  }
}

/**
 * Starts packing what will be packed; whoever sends the file waits for it, and is told if it fails.
 */
async function startPacking(place: LargeSend, files: readonly StoreFile[]): Promise<void> {
  for (const file of files) {
    const packing = await packingFor(place, file);
    if (packing !== 'raw') await place.packer.pack(file, packing).catch(() => {});
  }
}

function distinct(files: readonly StoreFile[]): StoreFile[] {
  return [...new Map(files.map((file) => [file.sha256, file])).values()];
}

function totalBytes(files: readonly StoreFile[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0);
}
