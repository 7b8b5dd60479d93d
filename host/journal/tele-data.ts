import type { EventOf } from '../../agent/contract/events.ts';
import type { JetsonState } from '../telemetry/jetson-state.ts';
import type { Span } from './edges.ts';

/** The network interface by which the workstation was connected. */
export interface LinkInterface {
  readonly interface: string;
  /** Ids of its rows in /proc/interrupts, where the board knows them. */
  readonly interrupts: readonly string[];
}

/** The board's state at one moment. */
export interface BoardSample {
  readonly t_ns: number;
  readonly state: JetsonState;
}

/** What we ourselves cost the board, cumulative; null where it was not told. */
export interface OwnSample {
  readonly t_ns: number;
  readonly supervisorCpu_ns: number;
  readonly samplerCpu_ns: number;
  readonly sshCpu_ns: number | null;
  /** Packets of the link's interface. */
  readonly received: number | null;
  readonly sent: number | null;
}

/** From one moment of the run to another. */
export interface TimeSpan {
  readonly start_ns: number;
  readonly end_ns: number;
}

/** What every source counted on every CPU between two readings. */
export interface CountedWindow extends TimeSpan {
  /** By `<table>/<id>/<cpu>`: `irq/301/0`, `softirq/NET_RX/0`; those that counted something. */
  readonly counts: ReadonlyMap<string, number>;
}

export type SteeringReport = NonNullable<EventOf<'tele'>['steering']>;

/** A wait for the board to cool down that came to its end. */
export type CooldownEnd = NonNullable<EventOf<'tele'>['cooldown']>;

/** The CPUs that were online from this moment on. */
export interface CpuSet {
  readonly t_ns: number;
  readonly cpus: readonly number[];
}

/** What the sampler and the idle baseline said over a run. */
export interface TeleData {
  readonly idle: readonly Span[];
  readonly link: LinkInterface | null;
  readonly board: readonly BoardSample[];
  /** One for the first reading, and one each time that other CPUs were online. */
  readonly cpuSets: readonly CpuSet[];
  readonly own: readonly OwnSample[];
  readonly windows: readonly CountedWindow[];
  /** All interrupts of the board between two readings. */
  readonly totals: readonly (TimeSpan & { readonly count: number })[];
  readonly cooldowns: readonly CooldownEnd[];
  /** What the kernel let be moved, and what not, each time that interrupts were moved. */
  readonly steerings: readonly SteeringReport[];
}
