/** How bytes travel and lie in `store/incoming`: as they are, or packed for the board to unpack. */
export type Packing = 'raw' | 'gz' | 'zst';

/** The command that unpacks on the board, from standard input to standard output. */
export const unpackCommand: Readonly<Record<Packing, string>> = {
  raw: 'cat',
  gz: 'gzip -dc',
  zst: 'zstd -qdc',
};

/**
 * Below this a file's packing saves less than the round trip that a resumed or repeated upload
 * costs.
 */
const MIN_PACKED_BYTES = 1024 * 1024;
/** Where a board's `gzip -dc` is slower than the link: gigabit Ethernet, not Wi-Fi. */
const GZIP_LIMIT_BYTES_PER_SECOND = 80_000_000;

export interface PackingCircumstances {
  readonly sizeBytes: number;
  readonly isCompressible: boolean;
  /** Both ends are one machine: packing would only cost time. */
  readonly isLoopback: boolean;
  /** Tools on the board, as the probe found them. */
  readonly boardTools: Readonly<Record<string, string>>;
  /** Whether this workstation can make zstd. */
  readonly canMakeZstd: boolean;
  /** Fastest rate seen on this link, null before anything was sent. */
  readonly bytesPerSecond: number | null;
}

/** The packing that gets a file onto the board soonest. */
export function choosePacking(about: PackingCircumstances): Packing {
  if (about.isLoopback || !about.isCompressible || about.sizeBytes < MIN_PACKED_BYTES) return 'raw';
  if (about.boardTools.zstd && about.canMakeZstd) return 'zst';
  const isFast = (about.bytesPerSecond ?? 0) > GZIP_LIMIT_BYTES_PER_SECOND;
  return about.boardTools.gzip && !isFast ? 'gz' : 'raw';
}
