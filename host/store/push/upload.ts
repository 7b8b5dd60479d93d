import { randomBytes } from 'node:crypto';
import type { PartialUpload } from '../../board/on-board.ts';
import type { BoardLimits } from '../../link/board-limits.ts';
import type { Link } from '../../link/link.ts';
import { type ByteSource, hashRange } from './byte-source.ts';
import { type Exchange, type ExchangeOptions, openExchange, ReaderGone } from './exchange.ts';
import type { Packing } from './packing.ts';
import { pump } from './pump.ts';
import { earlierCount, type Segment, segmentsOf } from './segments.ts';
import { isDiskError, uploadError } from './upload-error.ts';
import { assembleScript, receiveScript, type UploadTarget } from './upload-script.ts';

/** One file on its way to the store. */
export interface Upload {
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly packing: Packing;
  /** The bytes on the wire: of the packed copy, or of the file itself. */
  readonly source: ByteSource;
}

export interface UploadOptions {
  readonly base: string;
  readonly partials: readonly PartialUpload[];
  /** How many channels may share this file. */
  readonly channels: number;
  readonly signal: AbortSignal;
  readonly limits: BoardLimits | undefined;
  readonly onSent: (bytes: number) => void;
  /** Bytes that an earlier, cut upload had brought already. */
  readonly onResumed: (bytes: number) => void;
}

/** `damaged`: the board has thrown away what it got, because its hash was wrong. */
export type UploadOutcome = 'stored' | 'damaged';

interface Job {
  readonly link: Link;
  readonly upload: Upload;
  readonly options: UploadOptions;
  readonly target: UploadTarget;
}

/**
 * Sends one file over one or several channels and has the board verify and store it. What a cut
 * leaves on the board is gone on from, if its hash is that of our own beginning.
 * @throws OrinError `no-space` or `push-failed`; what the link threw when it died; the signal's
 *   reason.
 */
export async function sendFile(
  link: Link,
  upload: Upload,
  options: UploadOptions,
): Promise<UploadOutcome> {
  const { sha256, sizeBytes, packing, source } = upload;
  const unique = randomBytes(6).toString('hex');
  const target = { base: options.base, sha256, sizeBytes, packing, wireBytes: source.sizeBytes };
  const job = { link, upload, options, target: { ...target, unique } };
  const count = earlierCount(options.partials, sha256, packing) ?? options.channels;
  const segments = segmentsOf(source.sizeBytes, count);
  const [only] = segments;
  if (segments.length === 1 && only) {
    const answer = await sendSegment(job, only, options.signal);
    return answer === 'stored' || answer === 'present' ? 'stored' : 'damaged';
  }
  return sendStriped(job, segments);
}

async function sendStriped(job: Job, segments: readonly Segment[]): Promise<UploadOutcome> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.options.signal, stop.signal]);
  const opening = openExchange(job.link, assembleScript(job.target), exchangeOptions(job, signal));
  try {
    const [assembler, ...answers] = await Promise.all([
      opening,
      ...segments.map((segment) => sendSegment(job, segment, signal)),
    ]);
    if (answers.some((answer) => answer === 'present')) return 'stored';
    const names = answers.map((answer) => answer.slice('received '.length));
    await assembler.write(Buffer.from(`${names.join(' ')}\n`)).catch(ignoreGone);
    assembler.end();
    const outcome = await settle(job, assembler, await assembler.answer(workOf(job)));
    return outcome === 'damaged' ? outcome : 'stored';
  } finally {
    stop.abort(new ReaderGone());
  }
}

/**
 * Sends one range and returns the board's last word on it: `stored`, `present`, `damaged` or
 * `received …`.
 */
async function sendSegment(job: Job, segment: Segment, signal: AbortSignal): Promise<string> {
  const script = receiveScript(job.target, segment);
  const exchange = await openExchange(job.link, script, exchangeOptions(job, signal));
  try {
    const startByte = await agreeOnStart(job, segment, exchange);
    if (startByte === null) return await settle(job, exchange, 'present');
    const { source } = job.upload;
    await pump(source, { startByte, endByte: segment.endByte }, exchange.write, job.options.onSent);
    exchange.end();
  } catch (error) {
    // Whoever stopped reading has said why, or is about to.
    if (!(error instanceof ReaderGone)) {
      exchange.close();
      throw error;
    }
  }
  let answer = await exchange.answer(workOf(job));
  // Where nobody had waited for it.
  if (answer?.startsWith('have ')) answer = await exchange.answer(workOf(job));
  if (answer?.startsWith('received ')) return answer;
  return settle(job, exchange, answer);
}

/**
 * The first byte to send; null when the file is on the board by now. Where the probe saw nothing to
 * go on from, the header needs no answer of it.
 */
async function agreeOnStart(
  job: Job,
  segment: Segment,
  exchange: Exchange,
): Promise<number | null> {
  const { upload, options } = job;
  const mayResume = options.partials.some(
    (part) =>
      part.sha256 === upload.sha256 &&
      part.packing === upload.packing &&
      part.segments === segment.count &&
      part.segment === segment.index &&
      part.sizeBytes > 0,
  );
  if (!mayResume) {
    await exchange.write(header(0));
    return segment.startByte;
  }
  const answer = await exchange.answer(segment.endByte - segment.startByte);
  if (answer === 'present') return null;
  const have = /^have (\d{1,15}) ([0-9a-f]{64})$/.exec(answer ?? '');
  const haveBytes = Number(have?.[1] ?? 0);
  const isOurs =
    haveBytes > 0 &&
    haveBytes <= segment.endByte - segment.startByte &&
    have?.[2] === (await ourHash(job, segment, haveBytes));
  await exchange.write(header(isOurs ? haveBytes : 0));
  if (!isOurs) return segment.startByte;
  options.onResumed(haveBytes);
  return segment.startByte + haveBytes;
}

function ourHash({ upload, options }: Job, { startByte }: Segment, bytes: number): Promise<string> {
  return hashRange(upload.source, startByte, startByte + bytes, options.signal);
}

async function settle(
  { link, upload, options }: Job,
  exchange: Exchange,
  answer: string | null,
): Promise<UploadOutcome | 'present'> {
  // The write-back that the board started last may outlive its script; nobody waits for it.
  if (answer === 'stored' || answer === 'present') return answer;
  const { stderr } = await exchange.finish();
  // An unpacker that chokes stops the upload short of its end.
  const isUnreadable = answer?.startsWith('short ') && upload.packing !== 'raw';
  if ((answer === 'damaged' || isUnreadable) && !isDiskError(stderr)) return 'damaged';
  throw uploadError(link, {
    name: upload.name,
    sizeBytes: upload.sizeBytes,
    directory: options.base,
    stderr,
  });
}

/** The file is hashed there, and what is packed was read and written before. */
function workOf({ upload }: Job): number {
  return upload.sizeBytes + upload.source.sizeBytes;
}

function exchangeOptions(job: Job, signal: AbortSignal): ExchangeOptions {
  const { limits } = job.options;
  return { step: stepOf(job), signal, ...(limits && { limits }) };
}

function stepOf({ link, upload }: Job): string {
  return `sending ${upload.name} to ${link.board}`;
}

/** The line that says from which byte of the segment on we send. */
function header(bytes: number): Buffer {
  return Buffer.from(`${bytes}\n`);
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof ReaderGone)) throw error;
}
