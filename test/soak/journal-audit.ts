import { link, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a journal holds, counted by nothing of the program's own. */
export interface Counted {
  readonly bytes: Buffer;
  readonly iterations: number;
  /** What its last event says was measured; null when it was cut before that. */
  readonly saidIterations: number | null;
  /**
   * From the first iteration to the last, CLOCK_MONOTONIC of the board; null when there was none.
   */
  readonly span_ns: { readonly from: bigint; readonly to: bigint } | null;
}

/**
 * Holds on to every journal that a supervisor writes on the board by a hard link of its own, so
 * that it can be read to its last byte after the program has removed it there.
 */
export class JournalAudit {
  readonly #runs: string;
  readonly #directory: string;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  readonly #seen = new Set<string>();

  private constructor(runs: string, directory: string) {
    this.#runs = runs;
    this.#directory = directory;
    this.#watching = this.#watch();
  }

  /** `directory` must be on the file system of `runs`. */
  static async start(runs: string, directory: string): Promise<JournalAudit> {
    await mkdir(directory);
    return new JournalAudit(runs, directory);
  }

  /** Ids of runs whose journals are held. */
  get runIds(): readonly string[] {
    return [...this.#seen];
  }

  async read(runId: string): Promise<Counted> {
    return countJournal(await readFile(join(this.#directory, runId)));
  }

  async forget(runId: string): Promise<void> {
    this.#seen.delete(runId);
    await rm(join(this.#directory, runId), { force: true });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.look();
      await sleep(50, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Takes hold of what appeared since the last look. */
  async look(): Promise<void> {
    for (const runId of await readdir(this.#runs).catch(() => [])) {
      if (this.#seen.has(runId)) continue;
      const held = join(this.#directory, runId);
      const isHeld = await link(join(this.#runs, runId, 'journal.ndjson'), held).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code === 'EEXIST',
      );
      if (isHeld) this.#seen.add(runId);
    }
  }
}

interface Line {
  readonly kind: string;
  readonly monotonicOrigin_ns?: string;
  readonly t0_ns?: number;
  readonly t_ns?: number;
  readonly dt_ns?: readonly number[];
  readonly iterations?: number;
}

/** Counts the iterations in the whole lines of a journal. */
export function countJournal(bytes: Buffer): Counted {
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  const events = lines.map((line) => JSON.parse(line) as Line);
  const batches = events.filter(({ kind }) => kind === 'iter');
  const origin = BigInt(events[0]?.monotonicOrigin_ns ?? 0);
  const [first] = batches;
  const at = (t_ns: number | undefined) => origin + BigInt(t_ns ?? 0);
  return {
    bytes,
    iterations: batches.reduce((sum, { dt_ns }) => sum + (dt_ns?.length ?? 0), 0),
    saidIterations: events.find(({ kind }) => kind === 'bye')?.iterations ?? null,
    span_ns: first ? { from: at(first.t0_ns), to: at(batches.at(-1)?.t0_ns) } : null,
  };
}
