import { setTimeout as sleep } from 'node:timers/promises';
import type { WrittenOf } from '../contract/events.ts';
import type { Effort } from '../contract/plan.ts';
import type { Clock } from '../process/clock.ts';
import { CounterReader } from '../sample/counter-reader.ts';
import type { Journal } from './journal.ts';
import { SocTemperature, type ZoneTemperature } from './soc-temperature.ts';

export type CooldownRule = NonNullable<Effort['cooldown']>;
type Told = NonNullable<WrittenOf<'tele'>['cooldown']>;

const lookEveryMs = 250;
const tellEveryMs = 1000;

/**
 * Waits between processes until the chip is about as warm as it was when the run began, so that no
 * process inherits the heat of the one before it. Where no temperature can be read it does nothing
 * at all.
 */
export class Cooldown {
  readonly #rule: CooldownRule;
  readonly #temperature: SocTemperature;
  readonly #rootPath: string;
  readonly #context: { readonly journal: Journal; readonly clock: Clock };
  readonly #startMilliC: number | null;

  /** Made when the first process is about to begin: what is read now is what to come back to. */
  constructor(
    rule: CooldownRule,
    rootPath: string,
    context: { readonly journal: Journal; readonly clock: Clock },
  ) {
    this.#rule = rule;
    this.#rootPath = rootPath;
    this.#context = context;
    this.#temperature = new SocTemperature(rootPath);
    this.#startMilliC = this.#temperature.read()?.milliC ?? null;
  }

  /**
   * Resolves when the board is cool enough for process number `process`, when the rule's time or
   * `remainingMs` is over, or when the signal fires. Says in the journal that it waits, once a
   * second, and how it ended.
   */
  async wait(process: number, remainingMs: number, signal: AbortSignal): Promise<void> {
    if (this.#startMilliC === null || signal.aborted) return;
    const limitMilliC = this.#startMilliC + this.#rule.riseMilliC;
    let now = this.#temperature.read();
    if (now === null || now.milliC <= limitMilliC) return;
    const counters = new CounterReader(this.#rootPath);
    const began_ns = this.#context.clock.now_ns();
    const waitedMs = () => (this.#context.clock.now_ns() - began_ns) / 1e6;
    const boundMs = Math.min(this.#rule.maxMs, remainingMs);
    const tell = (state: Told['state'], { zone, milliC }: ZoneTemperature) =>
      this.#tell(counters, { process, state, zone, milliC, limitMilliC, waitedMs: waitedMs() });
    try {
      tell('waiting', now);
      let toldMs = 0;
      while (waitedMs() < boundMs) {
        await sleep(Math.min(lookEveryMs, Math.max(1, boundMs - waitedMs())), undefined, {
          signal,
        });
        const next = this.#temperature.read();
        if (next === null) return tell('lost', now);
        now = next;
        if (now.milliC <= limitMilliC) return tell('reached', now);
        if (waitedMs() - toldMs < tellEveryMs) continue;
        toldMs = waitedMs();
        tell('waiting', now);
      }
      tell('bound', now);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      counters.close();
    }
  }

  #tell(counters: CounterReader, cooldown: Told): void {
    const { journal, clock } = this.#context;
    const waitedMs = Math.round(cooldown.waitedMs);
    journal.write({
      kind: 'tele',
      t_ns: clock.now_ns(),
      ...counters.read(),
      cooldown: { ...cooldown, waitedMs },
    });
  }
}
