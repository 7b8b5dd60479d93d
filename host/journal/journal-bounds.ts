import type { EventOf, JournalEvent } from '../../agent/contract/events.ts';

/**
 * How much a journal may hold beside iterations, far above what a board has and below what a
 * workstation's memory has; see docs/protocol/README.md. What is beyond is a problem of the
 * journal, and reaches nobody.
 */
const MAX_PROCESSES = 50_000;
const MAX_FILES = 4096;
const MAX_FILE_CHARACTERS = 16 * 1024 * 1024;
/** Sources of interrupts, times CPUs. */
const MAX_COUNTERS = 1_000_000;
/** Lines of events that are kept whole: outputs, placements, /proc files, messages. */
const MAX_KEPT_BYTES = 256 * 1024 * 1024;

const passing: readonly JournalEvent['kind'][] = ['hello', 'iter', 'phase', 'bye'];

/** Holds events against the bounds, one after the other. */
export class JournalBounds {
  readonly #files = new Map<string, number>();
  readonly #sources = new Set<string>();
  #cells: ReadonlySet<string> | null = null;
  #fileCharacters = 0;
  #cpus = 0;
  #processes = 0;
  #keptBytes = 0;

  /** Why an event of that many bytes is not taken; null where it is. */
  excess(event: JournalEvent, bytes: number): string | null {
    if (event.kind === 'hello') this.#cells = new Set(event.plan.cells.map(({ id }) => id));
    // Without its plan a journal has no result, and nothing of it is kept.
    if (this.#cells === null) return null;
    if ('cell' in event && !this.#cells.has(event.cell)) {
      return `${event.kind} of unknown cell ${event.cell}`;
    }
    if (event.kind === 'tele') return this.#teleExcess(event);
    if (event.kind === 'process') return this.#processExcess();
    if (passing.includes(event.kind)) return null;
    this.#keptBytes += bytes;
    return this.#keptBytes > MAX_KEPT_BYTES
      ? `${event.kind} beyond ${MAX_KEPT_BYTES} bytes of such events`
      : null;
  }

  #processExcess(): string | null {
    this.#processes += 1;
    return this.#processes > MAX_PROCESSES ? `more than ${MAX_PROCESSES} processes` : null;
  }

  #teleExcess({ files, counted }: EventOf<'tele'>): string | null {
    for (const [path, text] of Object.entries(files ?? {})) {
      const length = path.length + (text?.length ?? 0);
      this.#fileCharacters += length - (this.#files.get(path) ?? 0);
      this.#files.set(path, length);
      if (this.#files.size > MAX_FILES) return `more than ${MAX_FILES} files of the board`;
    }
    if (this.#fileCharacters > MAX_FILE_CHARACTERS) {
      return `files of the board beyond ${MAX_FILE_CHARACTERS} characters`;
    }
    for (const [name, table] of Object.entries(counted ?? {})) {
      this.#cpus = Math.max(this.#cpus, table.cpus.length);
      for (const { id } of table.rows) this.#sources.add(`${name} ${id}`);
      if (this.#sources.size * this.#cpus > MAX_COUNTERS)
        return `more than ${MAX_COUNTERS} counters`;
    }
    return null;
  }
}
