import { type CpuChange, type CpuState, cpuChanges } from '../contract/cpu-state.ts';
import type { Unnumbered, WrittenOf } from '../contract/events.ts';

/** Sees whether one process had the same CPUs from its start to its end. */
export class CpuWatch {
  readonly #states: CpuState[] = [];
  readonly #ofThreads: CpuChange[] = [];

  /** The CPUs when it started, and at the edges of its steady part. */
  see(event: Unnumbered<WrittenOf<'process' | 'edge'>>): void {
    const { cpusOnline = '', cpusAllowed = '', cpuStarts = '' } = event;
    this.#states.push({ cpusOnline, cpusAllowed, cpuStarts });
  }

  /** Each thread has CPUs of its own: somebody may have moved one of them. */
  seeThreads({ threads }: Unnumbered<WrittenOf<'threads'>>): void {
    for (const { role, cpusAllowedBefore: before, cpusAllowed: after } of threads) {
      if (role !== 'ort' || before === undefined) continue;
      this.#ofThreads.push({ what: 'allowed', before, after });
    }
  }

  /** Each change once. */
  changes(): readonly CpuChange[] {
    const all = [...cpuChanges(this.#states), ...this.#ofThreads];
    const key = ({ what, before, after }: CpuChange) => `${what} ${before} ${after}`;
    return [...new Map(all.map((change) => [key(change), change])).values()].slice(0, 16);
  }
}
