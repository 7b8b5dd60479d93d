import type { Clock } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import { cleanLine } from '../protocol/clean-text.ts';
import type { Cell } from '../protocol/plan.ts';
import { CounterReader } from '../sample/counter-reader.ts';
import type { Steering, SteeringReport } from './steering.ts';

const maxPaths = 256;

/** Sees to it that interrupts are moved while cells that want that are measured, and are where they were for all others. */
export class SteeredProcesses {
  readonly #steering: Steering | null;
  readonly #rootPath: string;
  readonly #context: { readonly journal: Journal; readonly clock: Clock };
  /** Why nothing can be moved any more. */
  #lost: string | null = null;

  constructor(
    steering: Steering | null,
    rootPath: string,
    context: { readonly journal: Journal; readonly clock: Clock },
  ) {
    this.#steering = steering;
    this.#rootPath = rootPath;
    this.#context = context;
  }

  /** Before a process; false when its cell cannot be measured as it is meant to. */
  async prepare({ isSteered = false }: Cell): Promise<boolean> {
    if (this.#steering === null) return !isSteered;
    if (this.#lost !== null) return !isSteered;
    try {
      const report = await this.#steering.set(isSteered);
      if (report !== null) this.#tell(isSteered, report);
      if (!isSteered || report === null || report.moved.length > 0) return true;
      return this.#lose('the kernel lets none of these interrupts be moved');
    } catch (error) {
      this.#lose(`interrupts are not moved any more: ${(error as Error).message}`);
      return !isSteered;
    }
  }

  /** After a process. */
  check(): void {
    if (this.#lost !== null || this.#steering === null || this.#steering.isIntact()) return;
    this.#lose('interrupts were moved back by something else while the last process ran');
  }

  #lose(text: string): false {
    const { journal, clock } = this.#context;
    this.#lost = text;
    journal.write({
      kind: 'warn',
      t_ns: clock.now_ns(),
      code: 'irq-not-moved',
      text: cleanLine(text, 1000),
    });
    return false;
  }

  #tell(isOn: boolean, { moved, refused }: SteeringReport): void {
    const { journal, clock } = this.#context;
    const counters = new CounterReader(this.#rootPath);
    const steering = {
      isOn,
      moved: moved.slice(0, maxPaths),
      refused: refused.slice(0, maxPaths),
    };
    journal.write({ kind: 'tele', t_ns: clock.now_ns(), ...counters.read(), steering });
    counters.close();
  }
}
