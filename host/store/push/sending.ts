import type { BoardLimits } from '../../link/board-limits.ts';
import type { Link } from '../../link/link.ts';
import type { Meter } from './meter.ts';
import type { Packing } from './packing.ts';

/** Where and under what a push sends. */
export interface SendPlace {
  readonly link: Link;
  /** The base directory on the board. */
  readonly base: string;
  readonly signal: AbortSignal;
  readonly meter: Meter;
  readonly limits?: BoardLimits | undefined;
}

/** What became of one file. */
export interface SentFile {
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Bytes that went over the wire this time. */
  readonly wireBytes: number;
  readonly packing: Packing;
  /** Bytes on the wire that an earlier, cut upload had brought already. */
  readonly resumedBytes: number;
}
