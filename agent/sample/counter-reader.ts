import type { WrittenOf } from '../contract/events.ts';
import { parseMemAvailable, parseStat } from '../proc/counters.ts';
import { ProcFile } from '../proc/proc-file.ts';
import { procPath } from '../proc/proc-path.ts';

/** Reads the cumulative counters of a `tele` event from files that stay open. */
export class CounterReader {
  readonly #stat: ProcFile;
  readonly #meminfo: ProcFile;

  /** `rootPath` is `/`, but in tests. */
  constructor(rootPath: string) {
    this.#stat = new ProcFile(procPath(rootPath, 'stat'), 65_536);
    this.#meminfo = new ProcFile(procPath(rootPath, 'meminfo'), 16_384);
  }

  read(): Pick<WrittenOf<'tele'>, 'cpus' | 'intr' | 'ctxt' | 'memAvailableBytes'> {
    const memAvailableBytes = parseMemAvailable(this.#meminfo.read());
    return { ...parseStat(this.#stat.read()), memAvailableBytes };
  }

  close(): void {
    this.#stat.close();
    this.#meminfo.close();
  }
}
