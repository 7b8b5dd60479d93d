import type { ExecutionProvider } from '../../agent/contract/choices.ts';
import type { Cell } from '../../agent/contract/plan.ts';
import type { CellFilter } from './cell-filter.ts';
import type { EngineTarget } from './engine-target.ts';

/** The dimensions of a plan: every combination of their values is a cell. */
export interface Axes {
  /** Engines with their execution providers. */
  readonly targets: readonly EngineTarget[];
  /** What engines are to compute in; null: as the model is. */
  readonly precisions: readonly (Cell['precision'] | null)[];
  /** Options by execution provider. */
  readonly epOptions: Readonly<
    Partial<Record<ExecutionProvider, Readonly<Record<string, string>>>>
  >;
  /** Path on the board of the libonnxruntime.so for `ort-capi`; null: the pushed one. */
  readonly ortLibrary: string | null;
  /** Null: 1, half and all of the board's CPUs. */
  readonly threads: readonly number[] | null;
  /** CPU lists; null leaves the affinity alone. */
  readonly affinities: readonly (string | null)[];
  readonly graphOptimizations: readonly Cell['graphOptimization'][];
  readonly spinning: readonly boolean[];
  readonly interOpThreads: readonly (number | null)[];
  readonly sessionConfig: Readonly<Record<string, string>>;
  readonly include: readonly CellFilter[];
  readonly exclude: readonly CellFilter[];
  /** CPU lists for trtexec, whose threads are not ours to set; absent: `affinities`. */
  readonly deviceAffinities?: readonly (string | null)[];
  /** Measures cells with interrupts moved, too; filters say which. */
  readonly movesInterrupts?: boolean;
  /** Measures every cell with telemetry and without, to tell what it costs. */
  readonly checksTelemetry?: boolean;
  /** Allows more threads than CPUs. */
  readonly oversubscribe: boolean;
}
