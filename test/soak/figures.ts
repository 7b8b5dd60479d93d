/** What a soak counts. All of `wrong` must stay 0. */
export interface Figures {
  readonly faults: Record<string, number>;
  readonly programs: Record<string, number>;
  readonly runs: Record<string, number>;
  iterationsMeasured: number;
  iterationsSaved: number;
  /** The most uploads that waited on the board to be resumed. */
  unfinishedUploads: number;
  /**
   * Runs that a cut left on the board while they were collected: saved, and collected by the next
   * program.
   */
  collectedLater: number;
  readonly wrong: {
    iterationsLost: number;
    journalsUnlike: number;
    runsNotCollected: number;
    runsNotVerified: number;
    runsAtOnce: number;
    unexplainedEnds: number;
    programsHung: number;
    processesLeaked: number;
    filesLeaked: number;
  };
  readonly memory: Memory[];
}

/** Resident memory of one program that followed a run. */
interface Memory {
  /** When it began to follow, and when it was last looked at. */
  readonly startBytes: number;
  readonly endBytes: number;
  readonly peakBytes: number;
}

export function noFigures(): Figures {
  return {
    faults: {},
    programs: {},
    runs: {},
    iterationsMeasured: 0,
    iterationsSaved: 0,
    unfinishedUploads: 0,
    collectedLater: 0,
    wrong: {
      iterationsLost: 0,
      journalsUnlike: 0,
      runsNotCollected: 0,
      runsNotVerified: 0,
      runsAtOnce: 0,
      unexplainedEnds: 0,
      programsHung: 0,
      processesLeaked: 0,
      filesLeaked: 0,
    },
    memory: [],
  };
}

export function count(of: Record<string, number>, kind: string): void {
  of[kind] = (of[kind] ?? 0) + 1;
}

export function isAllWell({ wrong }: Figures): boolean {
  return Object.values(wrong).every((figure) => figure === 0);
}

/** The figures as lines of text. */
export function describe(figures: Figures, elapsedMs: number): string {
  const { faults, programs, runs, wrong, memory } = figures;
  return [
    `── after ${(elapsedMs / 60_000).toFixed(1)} min`,
    `faults      ${total(faults)}: ${list(faults)}`,
    `programs    ${total(programs)}: ${list(programs)}`,
    `runs        ${total(runs)}: ${list(runs)}; ${figures.collectedLater} cut while they were collected, and collected later`,
    `iterations  ${figures.iterationsMeasured} measured on the board, ${figures.iterationsSaved} saved here, ${wrong.iterationsLost} lost`,
    `leaked      ${wrong.processesLeaked} processes, ${wrong.filesLeaked} files; at most ${figures.unfinishedUploads} unfinished uploads waited`,
    `wrong       ${list(wrong)}`,
    `memory      ${describeMemory(memory)}`,
  ].join('\n');
}

function describeMemory(memory: readonly Memory[]): string {
  const [first] = memory;
  const last = memory.at(-1);
  if (first === undefined || last === undefined) return 'no program has followed a run yet';
  const peak = Math.max(...memory.map(({ peakBytes }) => peakBytes));
  const growth = Math.max(...memory.map(({ startBytes, endBytes }) => endBytes - startBytes));
  return [
    `first program ${mega(first.startBytes)} → ${mega(first.endBytes)} MB`,
    `last ${mega(last.startBytes)} → ${mega(last.endBytes)} MB`,
    `peak of all ${mega(peak)} MB, largest growth while following ${mega(growth)} MB`,
    `the soak itself ${mega(process.memoryUsage().rss)} MB`,
  ].join('; ');
}

const mega = (bytes: number) => (bytes / 1e6).toFixed(0);

const total = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, figure) => sum + figure, 0);

function list(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, figure]) => `${kind} ${figure}`);
  return parts.join(', ') || 'none';
}
