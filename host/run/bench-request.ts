import type { Plan } from '../../agent/contract/plan.ts';
import type { BoardFacts } from '../board/facts.ts';
import type { Link } from '../link/link.ts';
import type { Axes } from '../plan/axes.ts';
import type { EffortRequest } from '../plan/effort.ts';
import type { InputRequest } from '../plan/inputs/cell-inputs.ts';
import type { RunContext } from '../plan/run-context.ts';
import type { BenchSettings } from '../plan/settings.ts';
import type { Workshop } from '../plan/workshop.ts';
import type { Prompter } from '../reach/trust/prompter.ts';
import type { FollowRequest } from './follow-request.ts';

/** One board to measure: what, how long, where to, and who listens. */
export interface BenchRequest extends FollowRequest {
  /** Built-in names or paths of `.onnx` files. */
  readonly models: readonly string[];
  /** Their external data may be links out of their directories. */
  readonly allowsLinks?: boolean;
  readonly axes: Axes;
  /** Also measure on the best GPU engine that the board has. */
  readonly isGpuWanted: boolean;
  /**
   * Without a GPU engine on the board the rest is measured, and the report says why the GPU is
   * missing.
   */
  readonly isGpuOptional?: boolean;
  /**
   * Which onnxruntime-node to use: `npm`, a stored build's name, a directory or a `.tgz`; null: see
   * `chooseBuild`.
   */
  readonly ortPackage: string | null;
  /** Which experiment this is, for its report; null: a benchmark. */
  readonly experiment: RunContext['experiment'];
  /**
   * What has to be on the board before the supervisor starts; gives what undoes that where the
   * supervisor does not.
   */
  readonly beforeLaunch?: (link: Link, facts: BoardFacts) => Promise<() => Promise<void>>;
  /** Asked where putting back what an earlier run moved takes a password; absent: nobody. */
  readonly prompter?: Prompter;
  /** Why the board has no GPU cells, for the report; see `isGpuOptional`. */
  readonly gpuMissing?: string | null;
  /** Axes that depend on the board, instead of `axes`. */
  readonly axesFor?: (link: Link, facts: BoardFacts, signal: AbortSignal) => Promise<Axes>;
  /** Null: the batch size that a model or its shapes say, else 1. */
  readonly batches: readonly number[] | null;
  readonly inputs: Omit<InputRequest, 'batches' | 'signal'>;
  readonly effort: EffortRequest;
  /** Null: mpstat where the board has it, else /proc. */
  readonly telemetry: Plan['telemetry'] | null;
  readonly seed: number;
  /** Size of the store on the board beyond which the least recently used files go. */
  readonly keepBytes: number;
  readonly isOffline: boolean;
  /** Refuse a board whose clocks can move. */
  readonly requiresLocked: boolean;
  /** How long to wait, in all, for a board that others have; 0: not at all. */
  readonly waitMs: number;
  /** Stop after the plan was told to the listener. */
  readonly isDryRun: boolean;
  /** Leave as soon as the run is under way. */
  readonly isDetached: boolean;
  /** What was asked for, as a result may carry it to other people. */
  readonly settings: BenchSettings;
  readonly toolVersion: string;
  readonly owner: string;
  /** Shared by the boards of a fleet; without one, this board has its own. */
  readonly workshop?: Workshop;
  /** The fleet run that this is part of, and the board's number in it. */
  readonly fleet?: { readonly id: string; readonly board: number };
  readonly directories: {
    readonly cache: string;
    readonly runs: string;
    readonly agent: string;
    /** Of builds of onnxruntime-node that a person stored. */
    readonly builds: string;
  };
}
