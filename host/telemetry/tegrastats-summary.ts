import { OrinError } from '../errors.ts';
import { nameOf, readNamedText } from '../workstation/named-text.ts';
import type { ProcProblem } from './proc-stat.ts';
import { TegrastatsReader, type TegrastatsSample } from './tegrastats.ts';

/** A line has some 400 bytes: a day at ten a second. */
const MAX_BYTES = 256 * 1024 * 1024;
const PIECE_LENGTH = 64 * 1024;
const MAX_UNKNOWN = 32;
const save = 'timeout 60 tegrastats --interval 1000 > tegrastats.log';
const give = 'a log of tegrastats, - for standard input, or <(ssh BOARD timeout 10 tegrastats)';

type TegrastatsGroup = 'gpu' | 'memory' | 'cpu' | 'engine' | 'temperature' | 'power';
type TegrastatsUnit = '%' | 'MHz' | 'MB' | '°C' | 'mW';

/** One figure over a log. */
export interface TegrastatsFigure {
  readonly group: TegrastatsGroup;
  /** `GPU`, `CPU0`, `RAM`, `tj`, `VDD_IN`. */
  readonly name: string;
  readonly unit: TegrastatsUnit;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Lines that have it: fewer than all where a CPU, an engine or a zone was off. */
  readonly lines: number;
}

/** What a log of tegrastats says. */
export interface TegrastatsSummary {
  readonly file: string;
  readonly lines: number;
  /** As printed; JetPack 4 prints no time. */
  readonly from: string | null;
  readonly to: string | null;
  readonly ram_total_mb: number;
  readonly figures: readonly TegrastatsFigure[];
  /** CPUs and engines that were off in every line. */
  readonly always_off: readonly string[];
  /** Words that are in no dialect that is known. */
  readonly unknown: readonly string[];
  readonly problems: readonly ProcProblem[];
}

/**
 * Reads a log of tegrastats of any JetPack. Means are over the lines: tegrastats' own mean of a
 * rail began with that tegrastats.
 * @throws OrinError `data-unreadable` when the file cannot be read, is no text, or has no such
 *   line.
 */
export async function readTegrastatsLog(path: string): Promise<TegrastatsSummary> {
  const text = await readNamedText(path, { maxBytes: MAX_BYTES, give, save });
  const reader = new TegrastatsReader();
  const fold = new LineFold();
  for (let at = 0; at < text.length; at += PIECE_LENGTH) {
    fold.add(reader.push(text.slice(at, at + PIECE_LENGTH)));
  }
  // A log that was copied by hand may lack the end of its last line.
  if (!text.endsWith('\n')) fold.add(reader.push('\n'));
  const summary = fold.summary();
  if (summary !== null) return { file: nameOf(path), ...summary, problems: reader.problems };
  const [first] = reader.problems;
  throw new OrinError({
    code: 'data-unreadable',
    what: `no line of tegrastats in ${nameOf(path)}`,
    why: first === undefined ? 'it is empty' : `line ${first.line}: ${first.text}`,
    next: `save one on the board with: ${save}`,
  });
}

interface Figure extends Pick<TegrastatsFigure, 'group' | 'name' | 'unit'> {
  sum: number;
  lines: number;
  min: number;
  max: number;
}

class LineFold {
  #lines = 0;
  #from: string | null = null;
  #to: string | null = null;
  #ramTotalMB = 0;
  readonly #figures = new Map<string, Figure>();
  readonly #off = new Set<string>();
  readonly #unknown = new Set<string>();

  add(samples: readonly TegrastatsSample[]): void {
    for (const sample of samples) this.#addLine(sample);
  }

  #addLine(sample: TegrastatsSample): void {
    this.#lines += 1;
    this.#from ??= sample.time;
    this.#to = sample.time ?? this.#to;
    this.#ramTotalMB = sample.ramMB.total;
    for (const word of sample.unknown)
      if (this.#unknown.size < MAX_UNKNOWN) this.#unknown.add(word);
    this.#addGpu(sample);
    this.#addMemory(sample);
    sample.cpus.forEach((cpu, id) => {
      if (cpu === null) this.#off.add(`CPU${id}`);
      this.#add('cpu', `CPU${id}`, '%', cpu?.percent);
      this.#add('cpu', `CPU${id}`, 'MHz', cpu?.mhz);
    });
    for (const { name, percent, mhz, isOff } of sample.engines) {
      if (isOff) this.#off.add(name);
      this.#add('engine', name, '%', percent);
      this.#add('engine', name, 'MHz', mhz);
    }
    for (const [zone, celsius] of sample.temperaturesC) {
      this.#add('temperature', zone, '°C', celsius);
    }
    for (const { name, mW } of sample.rails) this.#add('power', name, 'mW', mW);
  }

  #addGpu({ gpu }: TegrastatsSample): void {
    this.#add('gpu', 'GPU', '%', gpu?.percent);
    gpu?.mhz.forEach((mhz, cluster) => {
      this.#add('gpu', gpu.mhz.length > 1 ? `GPU cluster ${cluster}` : 'GPU', 'MHz', mhz);
    });
  }

  #addMemory({ ramMB, swapMB, emc }: TegrastatsSample): void {
    this.#add('memory', 'RAM', 'MB', ramMB.used);
    this.#add('memory', 'swap', 'MB', swapMB?.used);
    this.#add('memory', 'EMC', '%', emc?.percent);
    this.#add('memory', 'EMC', 'MHz', emc?.mhz);
  }

  #add(
    group: TegrastatsGroup,
    name: string,
    unit: TegrastatsUnit,
    value: number | null | undefined,
  ): void {
    if (value === null || value === undefined) return;
    const key = `${group} ${name} ${unit}`;
    const empty = { group, name, unit, sum: 0, lines: 0, min: Infinity, max: -Infinity };
    const figure = this.#figures.get(key) ?? empty;
    this.#figures.set(key, figure);
    figure.sum += value;
    figure.lines += 1;
    figure.min = Math.min(figure.min, value);
    figure.max = Math.max(figure.max, value);
  }

  summary(): Omit<TegrastatsSummary, 'file' | 'problems'> | null {
    if (this.#lines === 0) return null;
    const figures = [...this.#figures.values()];
    const named = new Set(figures.map(({ name }) => name));
    return {
      lines: this.#lines,
      from: this.#from,
      to: this.#to,
      ram_total_mb: this.#ramTotalMB,
      figures: figures.map(({ sum, ...figure }) => ({ ...figure, mean: sum / figure.lines })),
      always_off: [...this.#off].filter((name) => !named.has(name)),
      unknown: [...this.#unknown],
    };
  }
}
