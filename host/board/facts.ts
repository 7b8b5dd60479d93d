import type { HoldingProcess } from '../../agent/contract/board-lock.ts';
import type { CpuFacts } from './cpu-facts.ts';

/** A benchmark that holds a board. */
export interface BoardLock {
  readonly owner: string;
  readonly runId: string;
  readonly startedUtc: string;
  /** Null for a run whose files are not below our base directory: of another user, as a rule. */
  readonly pid: number | null;
  readonly bootId: string;
  /** Who really holds the board, as its kernel tells; null or absent where nothing does. */
  readonly process?: HoldingProcess | null;
  /** False when its process is gone or the board was rebooted since. */
  readonly isAlive: boolean;
}

/** A person's word that a board is theirs for a while. Nothing enforces it; it ends by itself. */
export interface BoardReservation {
  /** `user@workstation` */
  readonly owner: string;
  /** What for; may be empty. */
  readonly note: string;
  /** How much longer, by the board's own clock when it was looked at. */
  readonly remainingMs: number;
  /** When it ends, by the clock of this workstation. */
  readonly untilUtc: string;
}

/** What one probe learned of a board. Every string is cleaned; unknown is null, never a guess. */
export interface BoardFacts {
  /** `uname -m`, as it is. */
  readonly machine: string;
  /** Our platform name, or null where we have no runtime for it. */
  readonly platform: 'linux-arm64' | 'linux-x64' | null;
  readonly kernel: string;
  readonly os: string | null;
  readonly libc: { readonly name: 'glibc' | 'musl' | 'unknown'; readonly version: string | null };
  /** /proc/device-tree/model: `NVIDIA Jetson Orin Nano Developer Kit`. */
  readonly model: string | null;
  /** `36.4.4` */
  readonly l4t: string | null;
  /** `6.2.1` */
  readonly jetpack: string | null;
  readonly powerMode: string | null;
  readonly bootId: string;
  readonly hostname: string;
  readonly user: string;
  readonly cpu: CpuFacts;
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  /**
   * Interrupts that a run of ours moved: of which boot, and whether their guardian lives; null or
   * absent: none.
   */
  readonly irqRecord?: { readonly bootId: string; readonly isGuarded: boolean } | null;
  /** Whether any thermal zone tells a temperature; absent where nobody looked. */
  readonly hasTemperature?: boolean;
  readonly uptimeS: number;
  readonly load1: number;
  /** Board wall clock less ours, from the probe's round trip; error at most half of `errorMs`. */
  readonly clock: { readonly offsetMs: number; readonly errorMs: number };
  /** Where our files live, and why earlier choices were passed over. */
  readonly base: {
    readonly path: string;
    readonly freeBytes: number;
    /** ORIN_REMOTE_DIR on the board names it, and no other place is tried. */
    readonly isNamed?: boolean;
    /**
     * Why nothing can be written or executed there, in the board's words; null or absent where it
     * can.
     */
    readonly trouble?: string | null;
    /** New files that its file system still takes; null or absent where it has no such bound. */
    readonly freeFiles?: number | null;
    readonly rejected: readonly { readonly path: string; readonly reason: string }[];
  };
  /** Absolute path of each tool that is there: `mpstat`, `taskset`, `zstd`, … */
  readonly tools: Readonly<Record<string, string>>;
  /**
   * What was tried and did not do what a run needs of it, by name; `/proc` where that is not
   * mounted.
   */
  readonly broken?: readonly string[];
  readonly lock: BoardLock | null;
  /** Null when nobody has reserved it, or the time is over. */
  readonly reservation?: BoardReservation | null;
}
