import type { EventOf, phases } from '../../agent/contract/events.ts';
import type { EdgeSnapshot } from './edges.ts';
import type { GrowableColumn } from './growable-column.ts';
import type { JournalProblem } from './journal-problem.ts';
import type { TeleData } from './tele-data.ts';

export type Phase = (typeof phases)[number];

/** Iterations of one process in time order, a column each; warm-up included. */
interface IterationColumns {
  readonly start_ns: GrowableColumn;
  readonly duration_ns: GrowableColumn;
  /** Sparse: involuntary context switches by iteration. */
  readonly preempted: Map<number, number>;
  /** Sparse: minor and major page faults by iteration. */
  readonly faults: Map<number, { readonly minor: number; readonly major: number }>;
}

/** What the journal says of one process. */
export interface ProcessData {
  readonly process: number;
  readonly cell: string;
  readonly block: number;
  readonly spawn_ns: number;
  readonly cpusAllowed: string;
  /** What it inherited; null where it did not tell. */
  readonly scheduling: NonNullable<EventOf<'process'>['scheduling']> | null;
  /** Names of the account's variables that it saw by rule. */
  readonly variables: readonly string[];
  /** CPUs online as it saw them at its start and at the edges of its steady part, each once. */
  readonly cpusOnline: Set<string>;
  /** What was in its memory; null where it did not tell. */
  libraries: EventOf<'mapped'>['libraries'] | null;
  readonly phases: Map<Phase, number>;
  /** Stages before which TensorRT under ONNX Runtime built an engine. */
  readonly builtBefore: Set<Phase>;
  /** Release of ONNX Runtime that it ran. */
  ortVersion: string | null;
  readonly iterations: IterationColumns;
  readonly collections: { readonly start_ns: number; readonly end_ns: number }[];
  threads: EventOf<'threads'> | null;
  start: EdgeSnapshot | null;
  end: EdgeSnapshot | null;
  output: EventOf<'output'> | null;
  trtexec: EventOf<'trtexec'> | null;
  ended: EventOf<'process-end'> | null;
  /**
   * Number of the process that a later segment began in place of this one, which a cut left without
   * an end.
   */
  readonly repeatedAs?: number;
}

/** What was read of one segment of a run that was cut and went on. */
interface SegmentData {
  /** From 1. */
  readonly segment: number;
  readonly events: number;
  /** Of complete lines, and their SHA-256. */
  readonly bytes: number;
  readonly sha256: string;
}

/** A journal as read: everything that the result is computed from. */
export interface JournalData {
  readonly hello: EventOf<'hello'> | null;
  /** In the order in which they began. */
  readonly processes: readonly ProcessData[];
  readonly cellEnds: ReadonlyMap<string, EventOf<'cell'>['reason']>;
  /** Where each cell's nodes ran, by cell id. */
  readonly placements: ReadonlyMap<string, EventOf<'placement'>>;
  readonly tele: TeleData;
  readonly notices: readonly (EventOf<'warn'> | EventOf<'error'>)[];
  readonly bye: EventOf<'bye'> | null;
  readonly events: number;
  readonly iterations: number;
  readonly lastT_ns: number;
  /** Of complete lines. */
  readonly bytes: number;
  /** SHA-256 of all bytes before `bye`, as computed here. */
  readonly sha256: string | null;
  /** SHA-256 of all complete lines. */
  readonly linesSha256: string;
  readonly problems: readonly JournalProblem[];
  /** Of a run that went on after a cut: all of them, in order; see join-segments.ts. */
  readonly segments?: readonly SegmentData[];
}
