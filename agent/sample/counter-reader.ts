import { parseMemAvailable, parseStat } from '../proc/counters.ts';
import { ProcFile } from '../proc/proc-file.ts';
import type { EventOf } from '../protocol/events.ts';

/** Reads the cumulative counters of a `tele` event from files that stay open. */
export class CounterReader {
  readonly #stat = new ProcFile('/proc/stat', 65_536);
  readonly #meminfo = new ProcFile('/proc/meminfo', 16_384);

  read(): Pick<EventOf<'tele'>, 'cpus' | 'intr' | 'ctxt' | 'memAvailableBytes'> {
    const memAvailableBytes = parseMemAvailable(this.#meminfo.read());
    return { ...parseStat(this.#stat.read()), memAvailableBytes };
  }

  close(): void {
    this.#stat.close();
    this.#meminfo.close();
  }
}
