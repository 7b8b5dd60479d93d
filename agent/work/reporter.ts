import { frameTypes, writeFrame, writeJson } from '../channel/frames.ts';
import type { WorkerDone, WorkerEvent, WorkerMessage } from '../channel/messages.ts';
import type { SampleBatch } from '../channel/sample-batch.ts';
import { cleanLine } from '../contract/clean-text.ts';
import type { CpuState } from '../contract/cpu-state.ts';
import type { WrittenOf } from '../contract/events.ts';
import type { MappedLibrary } from '../proc/mapped-libraries.ts';
import type { Scheduling } from '../proc/scheduling.ts';
import type { Clock } from '../process/clock.ts';
import type { GcWatch } from './gc-watch.ts';

/** The worker's side of the pipe to its supervisor. A supervisor that is gone ends the worker. */
export class Reporter {
  readonly #fd: number;
  readonly #clock: Clock;
  readonly #gc: GcWatch;

  constructor(fd: number, clock: Clock, gc: GcWatch) {
    this.#fd = fd;
    this.#clock = clock;
    this.#gc = gc;
  }

  ready(state: CpuState, scheduling: Scheduling): void {
    this.#send({ kind: 'ready', ...state, scheduling });
  }

  mapped(files: readonly MappedLibrary[]): void {
    this.#send({ kind: 'mapped-files', t_ns: this.#clock.now_ns(), files });
  }

  phase(
    phase: WrittenOf<'phase'>['phase'],
    { ortVersion, engineBuilt }: Pick<WrittenOf<'phase'>, 'ortVersion' | 'engineBuilt'> = {},
  ): void {
    this.#send({
      kind: 'phase',
      t_ns: this.#clock.now_ns(),
      phase,
      ...(ortVersion === undefined ? {} : { ortVersion: cleanLine(ortVersion, 32) }),
      ...(engineBuilt && { engineBuilt }),
    });
  }

  event(event: WorkerEvent): void {
    this.#send(event);
  }

  samples(batch: SampleBatch): void {
    writeFrame(this.#fd, frameTypes.samples, batch.parts(this.#clock.now_ns()));
  }

  /** Reports the garbage collections since the last call. */
  garbageCollections(): void {
    for (const { start_ns, duration_ns } of this.#gc.take()) {
      this.#send({ kind: 'tag', t_ns: this.#clock.now_ns(), tag: 'gc', start_ns, duration_ns });
    }
  }

  alive(): void {
    this.#send({ kind: 'alive' });
  }

  done(done: Omit<WorkerDone, 'kind'>): void {
    this.#send({ kind: 'done', ...done });
  }

  #send(message: WorkerMessage): void {
    writeJson(this.#fd, message);
  }
}
