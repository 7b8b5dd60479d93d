/** How long and how much a board may keep us waiting and send. Others than these are for tests. */
export interface BoardLimits {
  /** Milliseconds until a server has started a command. */
  readonly startMs: number;
  /**
   * Milliseconds until the board takes another piece of a file, or answers; more for what it has to
   * hash.
   */
  readonly pushMs: number;
  /** Milliseconds from the plan to the first word of the run. */
  readonly launchMs: number;
  /**
   * Milliseconds without a byte of a journal after which the board is asked whether the run is
   * alive.
   */
  readonly followMs: number;
  /** Milliseconds for which a run may be alive and write nothing. */
  readonly quietMs: number;
  /** Milliseconds between two pieces of a file that is fetched. */
  readonly fetchMs: number;
  /** Streams and connections, one after the other, that bring no new byte of a journal. */
  readonly fruitlessTries: number;
  /** The pause before the second of them, in milliseconds; it doubles, up to 30 s. */
  readonly firstPauseMs: number;
  /** Bytes of one journal. */
  readonly journalBytes: number;
}

/**
 * The longest legitimate waits that are known: the 2 MB that a channel may have under way, at 4
 * kB/s, or those of four channels at 15 kB/s; Node started from a slow card beside other work; a
 * run without telemetry that builds an engine for hours, or waits for its turn, and says nothing
 * meanwhile. Twenty tries take some eight minutes. A journal of the 20 million iterations that a
 * result holds has some 500 MB, and one of a week of telemetry as much.
 */
export const boardLimits: BoardLimits = {
  startMs: 60_000,
  pushMs: 10 * 60_000,
  launchMs: 3 * 60_000,
  followMs: 2 * 60_000,
  quietMs: 24 * 3_600_000,
  fetchMs: 60_000,
  fruitlessTries: 20,
  firstPauseMs: 500,
  journalBytes: 4 * 1024 ** 3,
};
