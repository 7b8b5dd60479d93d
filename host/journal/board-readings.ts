import type { JetsonSnapshot } from '../../agent/contract/board-files.ts';
import type { EventOf } from '../../agent/contract/events.ts';
import { busyOf, cpuUse } from '../telemetry/cpu-use.ts';
import { modulePower } from '../telemetry/jetson-power.ts';
import { readJetsonState } from '../telemetry/jetson-state.ts';
import { type Reading, statOf } from './cpu-state.ts';

/** A board's state in three figures; null where it does not tell. */
export interface BoardFigures {
  /** Of its hottest zone. */
  readonly celsius: number | null;
  readonly watts: number | null;
  /** Of all CPUs, between the two newest readings. */
  readonly busyPercent: number | null;
}

/** The newest readings as they came: computed only when somebody looks at them. */
export class BoardReadings {
  readonly #files: JetsonSnapshot;
  readonly #before: Reading | null;
  readonly #last: Reading | null;
  #figures: BoardFigures | null = null;

  constructor(
    files: JetsonSnapshot = {},
    before: Reading | null = null,
    last: Reading | null = null,
  ) {
    this.#files = files;
    this.#before = before;
    this.#last = last;
  }

  /** The readings after one more. */
  with({ files, t_ns, cpus, intr, ctxt }: EventOf<'tele'>): BoardReadings {
    const known = files === undefined ? this.#files : { ...this.#files, ...files };
    return new BoardReadings(known, this.#last, { t_ns, cpus, intr, ctxt });
  }

  figures(): BoardFigures {
    this.#figures ??= this.#read();
    return this.#figures;
  }

  #read(): BoardFigures {
    const { temperatures, rails } = readJetsonState(this.#files);
    const power = modulePower(rails);
    return {
      celsius:
        temperatures.length === 0 ? null : Math.max(...temperatures.map(({ celsius }) => celsius)),
      watts: power === null ? null : power.mW / 1000,
      busyPercent: this.#busyPercent(),
    };
  }

  #busyPercent(): number | null {
    const before = this.#before;
    const last = this.#last;
    if (before === null || last === null || last.t_ns <= before.t_ns) return null;
    return busyOf(cpuUse(statOf(before), statOf(last)).all);
  }
}
