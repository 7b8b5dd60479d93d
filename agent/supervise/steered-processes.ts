import { cleanLine } from '../contract/clean-text.ts';
import type { Cell } from '../contract/plan.ts';
import type { Clock } from '../process/clock.ts';
import { CounterReader } from '../sample/counter-reader.ts';
import type { Journal } from './journal.ts';
import type { Steering, SteeringReport } from './steering.ts';

const maxPaths = 256;

/**
 * Sees to it that interrupts are moved while cells that want that are measured, and are where they
 * were for all others.
 */
export class SteeredProcesses {
  readonly #steering: Steering | null;
  readonly #rootPath: string;
  readonly #context: { readonly journal: Journal; readonly clock: Clock };
  /** `lost`: nothing is moved any more; `stuck`: nor could all of it be put back. */
  #state: 'able' | 'lost' | 'stuck';

  constructor(
    steering: Steering | null,
    rootPath: string,
    context: { readonly journal: Journal; readonly clock: Clock },
  ) {
    this.#steering = steering;
    this.#state = steering === null ? 'lost' : 'able';
    this.#rootPath = rootPath;
    this.#context = context;
  }

  /** Before a process; false when its cell cannot be measured as it is meant to. */
  async prepare({ isSteered = false }: Cell): Promise<boolean> {
    if (this.#state === 'able') {
      const why = await this.#set(isSteered);
      if (why !== null) await this.#lose(why);
    }
    return isSteered ? this.#state === 'able' : this.#state !== 'stuck';
  }

  /**
   * Whether a process that has just ended had its interrupts where its cell wants them all the
   * while.
   */
  isIntact(): boolean {
    return this.#state !== 'able' || this.#steering === null || this.#steering.isIntact();
  }

  /** After a process: what something else has moved is not fought over, but put back for good. */
  async check(): Promise<void> {
    if (this.isIntact()) return;
    await this.#lose('interrupts were moved back by something else while the last process ran');
  }

  /** Why it cannot be; null when it is so. */
  async #set(isOn: boolean): Promise<string | null> {
    try {
      const report = (await this.#steering?.set(isOn)) ?? null;
      if (report !== null) this.#tell(isOn, report);
      const isMoved = !isOn || report === null || report.moved.length > 0;
      return isMoved ? null : 'the kernel lets none of these interrupts be moved';
    } catch (error) {
      return `interrupts are not moved any more: ${(error as Error).message}`;
    }
  }

  async #lose(why: string): Promise<void> {
    this.#state = 'lost';
    this.#warn('irq-not-moved', why);
    const isBack = await this.#steering?.end();
    this.#tell(false, { moved: [], refused: [] });
    if (isBack) return;
    this.#state = 'stuck';
    this.#warn(
      'irq-not-back',
      'interrupts stay moved: no other cell can be measured as it is meant',
    );
  }

  #warn(code: string, text: string): void {
    const { journal, clock } = this.#context;
    journal.write({ kind: 'warn', t_ns: clock.now_ns(), code, text: cleanLine(text, 1000) });
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
