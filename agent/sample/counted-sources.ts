import type { WrittenOf } from '../contract/events.ts';
import { ProcFile } from '../proc/proc-file.ts';
import { procPath } from '../proc/proc-path.ts';

type Counted = NonNullable<WrittenOf<'tele'>['counted']>;
type Table = Counted['interrupts'];

const maxCpus = 1024;

/** The sources that counted since the last reading, of /proc/interrupts and /proc/softirqs. */
export class CountedSources {
  readonly #interruptsFile: ProcFile;
  readonly #softirqsFile: ProcFile;
  readonly #interrupts = new ChangingTable();
  readonly #softirqs = new ChangingTable();

  /** `rootPath` is `/`, but in tests. */
  constructor(rootPath: string) {
    this.#interruptsFile = new ProcFile(procPath(rootPath, 'interrupts'), 1_048_576);
    this.#softirqsFile = new ProcFile(procPath(rootPath, 'softirqs'), 65_536);
  }

  read(): Counted {
    return {
      interrupts: this.#interrupts.changes(this.#interruptsFile.read().toString('latin1')),
      softirqs: this.#softirqs.changes(this.#softirqsFile.read().toString('latin1')),
    };
  }
}

/** A file of rows by CPU; rows are parsed only where their text is another than the last time. */
export class ChangingTable {
  #header = '';
  #last = new Map<string, string>();

  /** The rows of `text` that are not as they were in the text before. */
  changes(text: string): Table {
    const [header = '', ...lines] = text.split('\n');
    // Another set of CPUs gives the columns another meaning.
    if (header !== this.#header) this.#last = new Map();
    this.#header = header;
    const cpus = cpusOf(header);
    const rows: Table['rows'] = [];
    for (const line of lines) {
      const colon = line.indexOf(':');
      const id = line.slice(0, Math.max(0, colon)).trim();
      if (id === '' || id.length > 32 || this.#last.get(id) === line) continue;
      const isKnown = this.#last.has(id);
      this.#last.set(id, line);
      const counts = leadingNumbers(line.slice(colon + 1), cpus.length);
      // Totals without a CPU (`Err`) and sources that never counted say nothing.
      if (counts.length !== cpus.length) continue;
      if (isKnown || counts.some((value) => value > 0)) rows.push({ id, counts });
    }
    return { cpus, rows };
  }
}

function cpusOf(header: string): number[] {
  const names = header.trim().split(/\s+/, maxCpus);
  return names.flatMap((name) => (/^CPU\d{1,5}$/.test(name) ? [Number(name.slice(3))] : []));
}

/** At most `max` of them: the hardware number behind the counts is a number too. */
function leadingNumbers(text: string, max: number): number[] {
  const counts: number[] = [];
  for (const word of text.trimStart().split(/\s+/, max)) {
    if (!/^\d{1,15}$/.test(word)) break;
    counts.push(Number(word));
  }
  return counts;
}
