import type { EventOf } from '../../../agent/contract/events.ts';
import { modulePower } from '../../../host/telemetry/jetson-power.ts';
import { type BoardState, initialBoard, reduceFiles } from '../live/board-state.ts';
import { busyOf, initialCpu, reduceTele } from '../live/cpu-state.ts';

/** A board's state in three figures; null where it does not tell. */
export interface TelemetryFigures {
  /** Of its hottest zone. */
  readonly celsius: number | null;
  readonly watts: number | null;
  /** Of all CPUs, between the two newest readings. */
  readonly busyPercent: number | null;
}

const unknown: TelemetryFigures = { celsius: null, watts: null, busyPercent: null };

/** Keeps what a board tells of itself as it came, and reads it only when it is looked at. */
export class BoardTelemetry {
  #files: BoardState['files'] = {};
  #before: EventOf<'tele'> | null = null;
  #last: EventOf<'tele'> | null = null;
  #figures: TelemetryFigures | null = unknown;

  add(event: EventOf<'tele'>): void {
    if (event.files !== undefined) this.#files = { ...this.#files, ...event.files };
    this.#before = this.#last;
    this.#last = event;
    this.#figures = null;
  }

  figures(): TelemetryFigures {
    this.#figures ??= this.#read();
    return this.#figures;
  }

  #read(): TelemetryFigures {
    const last = this.#last;
    if (last === null) return unknown;
    const { jetson } = reduceFiles(initialBoard, { ...last, files: this.#files });
    const first = this.#before === null ? initialCpu : reduceTele(initialCpu, this.#before);
    const { sample } = reduceTele(first, last);
    const temperatures = jetson?.temperatures.map(({ celsius }) => celsius) ?? [];
    const power = jetson === null ? null : modulePower(jetson.rails);
    return {
      celsius: temperatures.length === 0 ? null : Math.max(...temperatures),
      watts: power === null ? null : power.mW / 1000,
      busyPercent: sample === null ? null : busyOf(sample.all),
    };
  }
}
