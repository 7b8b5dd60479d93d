import type { WorkerEvent } from '../channel/messages.ts';
import type { CpuState } from '../contract/cpu-state.ts';
import { cpuState } from '../proc/cpu-state.ts';
import { ProcSnapshot } from '../proc/proc-texts.ts';
import type { Clock } from '../process/clock.ts';

type Edge = Extract<WorkerEvent, { kind: 'edge' }>;
const edges = ['steady-start', 'steady-end'] as const;

/**
 * /proc files at the edges of the steady part; events are made of them only after the last
 * iteration.
 */
export class EdgeReader {
  readonly #clock: Clock;
  readonly #snapshots: Readonly<Record<Edge['edge'], ProcSnapshot>>;
  readonly #t_ns = { 'steady-start': 0, 'steady-end': 0 };
  readonly #cpus = new Map<Edge['edge'], CpuState>();
  readonly #rootPath: string;

  /** `rootPath` is `/`, but in tests. */
  constructor(clock: Clock, rootPath: string) {
    this.#clock = clock;
    this.#rootPath = rootPath;
    this.#snapshots = {
      'steady-start': new ProcSnapshot(rootPath),
      'steady-end': new ProcSnapshot(rootPath),
    };
  }

  snap(edge: Edge['edge']): void {
    this.#t_ns[edge] = this.#clock.now_ns();
    this.#snapshots[edge].take();
    this.#cpus.set(edge, cpuState(this.#rootPath));
  }

  /** The edges that were snapped, in order of time. */
  events(): readonly Edge[] {
    return edges.flatMap((edge): Edge[] => {
      const texts = this.#snapshots[edge].texts();
      const at = { t_ns: this.#t_ns[edge], edge, ...this.#cpus.get(edge) };
      return texts === null ? [] : [{ kind: 'edge', ...at, ...texts }];
    });
  }
}
