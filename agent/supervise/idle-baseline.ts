import { setTimeout as sleep } from 'node:timers/promises';
import { ProcSnapshot } from '../proc/proc-texts.ts';
import type { Clock } from '../process/clock.ts';
import { type Runtime, rootPathOf } from '../process/runtime.ts';
import { CounterReader } from '../sample/counter-reader.ts';
import type { Journal } from './journal.ts';

/** The sampler and mpstat are loaded by then, so that the baseline does not hold their start. */
const settleMs = 700;

/**
 * Watches the board for `idleMs` while no worker runs, with telemetry as it will be while they do,
 * and writes what /proc says at both ends. A cancelled baseline has no end and counts as none.
 */
export async function measureIdle(
  idleMs: number,
  {
    journal,
    clock,
    runtime,
  }: { readonly journal: Journal; readonly clock: Clock; readonly runtime: Runtime },
  signal: AbortSignal,
): Promise<void> {
  const counters = new CounterReader(rootPathOf(runtime));
  const snapshot = new ProcSnapshot(rootPathOf(runtime));
  const write = (edge: 'start' | 'end') => {
    const t_ns = clock.now_ns();
    snapshot.take();
    const texts = snapshot.texts();
    if (texts === null) return;
    journal.write({ kind: 'tele', t_ns, ...counters.read(), idle: { edge, ...texts } });
  };
  try {
    await sleep(settleMs, undefined, { signal });
    write('start');
    // What was written so far goes to the disk now, not in between.
    journal.flush();
    await sleep(idleMs, undefined, { signal });
    write('end');
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    counters.close();
    snapshot.close();
  }
}
