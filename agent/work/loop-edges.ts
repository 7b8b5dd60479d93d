import type { Clock } from '../process/clock.ts';
import { EdgeReader } from './edge-reader.ts';

/**
 * What trtexec prints right after its last query, before it writes its files: the first of these
 * lines.
 */
export const endsLoop = /Warmup completed|Timing trace has|=== (Trace details|Performance summary)/;

/** /proc at both ends of a loop that runs in another process, its warm-up left out. */
export class LoopEdges {
  readonly #reader: EdgeReader;
  #warmUp: NodeJS.Timeout | null = null;
  #state: 'before' | 'warm-up' | 'timed' | 'after' = 'before';

  /** `rootPath` is `/`, but in tests. */
  constructor(clock: Clock, rootPath: string) {
    this.#reader = new EdgeReader(clock, rootPath);
  }

  /** The loop begins, and warms up for so long. */
  begin(warmUpMs: number): void {
    if (this.#state !== 'before') return;
    this.#state = 'warm-up';
    this.#warmUp = setTimeout(() => {
      this.#state = 'timed';
      this.#reader.snap('steady-start');
    }, warmUpMs);
  }

  /** The loop has ended: now, not when its process does. */
  end(): void {
    if (this.#state === 'timed') this.#reader.snap('steady-end');
    this.stop();
  }

  /** Nothing more is read. */
  stop(): void {
    if (this.#warmUp !== null) clearTimeout(this.#warmUp);
    this.#state = this.#state === 'timed' ? 'after' : this.#state;
  }

  /** Both edges, or none where the loop was not seen to its end. */
  events(): ReturnType<EdgeReader['events']> {
    const events = this.#reader.events();
    return events.length === 2 ? events : [];
  }
}
