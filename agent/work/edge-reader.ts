import type { WorkerEvent } from '../channel/messages.ts';
import type { Clock } from '../clock.ts';
import { ProcFile } from '../proc/proc-file.ts';

type Edge = Extract<WorkerEvent, { kind: 'edge' }>;

const files = [
  ['stat', 65_536],
  ['interrupts', 1_048_576],
  ['softirqs', 65_536],
] as const;

/**
 * /proc/{stat,interrupts,softirqs} at the edges of the steady part, into buffers made beforehand;
 * text and JSON are made of them only after the last iteration.
 */
export class EdgeReader {
  readonly #clock: Clock;
  readonly #snaps = { 'steady-start': new Snap(), 'steady-end': new Snap() };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  snap(edge: Edge['edge']): void {
    this.#snaps[edge].take(this.#clock.now_ns());
  }

  /** The edges that were snapped, in order of time. */
  events(): readonly Edge[] {
    return (['steady-start', 'steady-end'] as const).flatMap((edge) => {
      const event = this.#snaps[edge].event(edge);
      return event ? [event] : [];
    });
  }
}

class Snap {
  readonly #files = files.map(([name, bytes]) => openIfThere(`/proc/${name}`, bytes));
  #texts: readonly (Buffer | null)[] | null = null;
  #t_ns = 0;

  take(t_ns: number): void {
    this.#t_ns = t_ns;
    this.#texts = this.#files.map((file) => file?.read() ?? null);
  }

  event(edge: Edge['edge']): Edge | null {
    if (this.#texts === null) return null;
    const [stat = '', interrupts = '', softirqs = ''] = this.#texts.map(
      (bytes) => bytes?.toString('latin1') ?? '',
    );
    return { kind: 'edge', t_ns: this.#t_ns, edge, stat, interrupts, softirqs };
  }
}

function openIfThere(path: string, capacityBytes: number): ProcFile | null {
  try {
    return new ProcFile(path, capacityBytes);
  } catch {
    return null;
  }
}
