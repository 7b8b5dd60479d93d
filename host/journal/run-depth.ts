/** How much a reader keeps of a run while it goes on. What is not kept is not computed. */
export interface RunDepth {
  /** Iterations of the process under way that are kept; of more, an even part. */
  readonly iterations: number;
  /** Newest seconds of the run whose slowest iterations are kept. */
  readonly seconds: number;
  /** CPUs, interrupts, the board's files and the chart are computed with every event. */
  readonly hasDetail: boolean;
}

export const runDepths = {
  /** One run as lines. */
  lines: { iterations: 20_000, seconds: 0, hasDetail: false },
  /** One of many boards: some ten kilobytes. */
  fleet: { iterations: 2048, seconds: 60, hasDetail: false },
  /** One run as the live view shows it. */
  view: { iterations: 20_000, seconds: 0, hasDetail: true },
} as const satisfies Readonly<Record<string, RunDepth>>;
