import type { PartialUpload } from '../../board/on-board.ts';
import type { Packing } from './packing.ts';

/** A contiguous range of what is sent, received by one channel into a file of its own. */
export interface Segment {
  readonly index: number;
  readonly count: number;
  readonly startByte: number;
  readonly endByte: number;
}

/** More channels bring nothing (8 were slower than 4) and a default sshd allows ten. */
const MAX_CHANNELS = 4;
/** OpenSSH grants 2 MiB per channel; less than 1.5 MB under way never fills it. */
const CHANNEL_BYTES = 1_500_000;
/** Short files are over before a second channel is open. */
const MIN_STRIPED_BYTES = 8 * 1024 * 1024;
/** Gigabit Ethernet, until a rate was measured. */
const ASSUMED_BYTES_PER_SECOND = 125_000_000;

/**
 * Over how many channels a file goes: one carries at most its window per round trip, so a far board
 * needs as many as fill round trip × rate.
 */
export function channelCount(
  sizeBytes: number,
  roundTripMs: number | null,
  bytesPerSecond: number | null,
): number {
  if (sizeBytes < MIN_STRIPED_BYTES || roundTripMs === null) return 1;
  const underWay = (roundTripMs / 1000) * (bytesPerSecond ?? ASSUMED_BYTES_PER_SECOND);
  return Math.min(MAX_CHANNELS, Math.max(1, Math.ceil(underWay / CHANNEL_BYTES)));
}

/** `count` ranges of almost equal length that cover `sizeBytes`. */
export function segmentsOf(sizeBytes: number, count: number): readonly Segment[] {
  const step = Math.ceil(sizeBytes / count);
  return Array.from({ length: count }, (_, index) => ({
    index,
    count,
    startByte: Math.min(sizeBytes, index * step),
    endByte: Math.min(sizeBytes, (index + 1) * step),
  }));
}

/** The name under which a segment waits in `store/incoming`; the probe reads it back. */
export function segmentName(sha256: string, packing: Packing, segment: Segment): string {
  return `${sha256}.${packing}.${segment.index}-${segment.count}.part`;
}

/** How an earlier, cut upload of the same file was split: resuming keeps its split. */
export function earlierCount(
  partials: readonly PartialUpload[],
  sha256: string,
  packing: Packing,
): number | null {
  const same = partials.filter((part) => part.sha256 === sha256 && part.packing === packing);
  const [largest] = same.sort((a, b) => b.sizeBytes - a.sizeBytes);
  return largest && largest.segments >= 1 && largest.segments <= MAX_CHANNELS
    ? largest.segments
    : null;
}
