import type { CpuState } from '../contract/cpu-state.ts';
import type { WrittenOf } from '../contract/events.ts';
import type { Cell, Effort } from '../contract/plan.ts';
import type { MappedLibrary } from '../proc/mapped-libraries.ts';
import type { Scheduling } from '../proc/scheduling.ts';

/** What a worker is told on its standard input. */
export interface WorkerJob {
  readonly cell: Cell;
  readonly effort: Effort;
  /**
   * The process lasts at least so long, from its first iteration on: see `pilotMs` of the effort.
   */
  readonly leastMs: number;
  /** Absolute path of the `.onnx` file as laid out for this run. */
  readonly modelPath: string;
  /** SHA-256 of every file of the model. */
  readonly modelHashes: readonly string[];
  /** Root of the content-addressed store. */
  readonly storePath: string;
  /**
   * Where files may lie while it runs, in the run's directory, so that they go with the run; not
   * made yet.
   */
  readonly scratchPath: string;
  /** Directory with the agent and `node_modules` beside it. */
  readonly runtimePath: string;
  /** CLOCK_MONOTONIC at the run's origin, decimal nanoseconds. */
  readonly origin_ns: string;
  /** Where /proc is looked for: `/`, but in tests. */
  readonly rootPath: string;
}

/**
 * What the sampler is told: one line on its standard input, which then stays open until it must
 * stop.
 */
export interface SamplerJob {
  readonly origin_ns: string;
  readonly runDirectory: string;
  /** Of the run: it is in the log's name. */
  readonly segment: number;
  /**
   * `mpstat`: the program writes its own log; `proc`: raw frames; `counters`: the `tele` events
   * only.
   */
  readonly mode: 'mpstat' | 'proc' | 'counters';
  /** Time between two `tele` events; the raw log has one frame a second, whatever this is. */
  readonly everyMs: number;
  /** Whether `tele` tells the sources of interrupts and softirqs that counted. */
  readonly isBySource: boolean;
  /** By which interface the workstation is connected; null when that is not known. */
  readonly link: NonNullable<WrittenOf<'tele'>['link']> | null;
  /** Where the board's files are looked for: `/`, but in tests. */
  readonly rootPath: string;
  /**
   * Words before `mpstat`, so that it dies with the sampler; empty where the board has no such
   * tool.
   */
  readonly dieWithParent: readonly string[];
}

/** A journal event as its writer knows it: the supervisor adds number and process. */
type ReportedKind = 'phase' | 'tag' | 'threads' | 'edge' | 'output' | 'trtexec';
type Bare<K extends ReportedKind> = K extends unknown
  ? Omit<WrittenOf<K>, 'seq' | 'process'>
  : never;

export type WorkerEvent = Bare<ReportedKind>;

/** First message of a worker: it runs, and on these CPUs. */
interface WorkerReady extends CpuState {
  readonly kind: 'ready';
  readonly scheduling: Scheduling;
}

/** What is mapped; the supervisor finds out which files those are once the worker has ended. */
interface WorkerMapped {
  readonly kind: 'mapped-files';
  readonly t_ns: number;
  readonly files: readonly MappedLibrary[];
}

/** Last message of a worker that ended by itself. */
export interface WorkerDone {
  readonly kind: 'done';
  readonly outcome: 'ok' | 'refused' | 'cancelled';
  readonly stop: WrittenOf<'process-end'>['stop'];
  readonly message: string;
  /** What to do about a refusal. */
  readonly next?: string | null;
}

/** A sign of life while nothing is to be told: an engine is being built, say. */
interface WorkerAlive {
  readonly kind: 'alive';
}

export type WorkerMessage = WorkerReady | WorkerMapped | WorkerEvent | WorkerAlive | WorkerDone;

/**
 * What the profiling process is told: the same cell, and where the profile may lie for a moment.
 */
export interface ProfileJob
  extends Omit<WorkerJob, 'effort' | 'leastMs' | 'origin_ns' | 'rootPath' | 'scratchPath'> {
  readonly profileDirectory: string;
}

/** Its one answer. */
export type ProfileMessage = Pick<
  WrittenOf<'placement'>,
  'failure' | 'runs' | 'run_ns' | 'islands' | 'providers' | 'nodes' | 'layers'
>;

export type SamplerMessage =
  /** The supervisor adds its own CPU time. */
  | (Omit<WrittenOf<'tele'>, 'seq' | 'own'> & {
      readonly own: Omit<NonNullable<WrittenOf<'tele'>['own']>, 'supervisorCpu_ns'>;
    })
  | Omit<WrittenOf<'warn'>, 'seq'>
  /** Sent once at the end: CPU time of the sampler and the program it ran. */
  | { readonly kind: 'usage'; readonly cpu_ns: number };
