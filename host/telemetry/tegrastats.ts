import { cleanLine } from '../../agent/contract/clean-text.ts';
import { LineSplitter } from './line-splitter.ts';
import { MAX_PROBLEMS, type ProcProblem } from './proc-stat.ts';

interface Engine {
  /** `NVENC0`, `VIC`, `APE`; a `_FREQ` behind it is left out. */
  readonly name: string;
  /** Null when the dialect does not say. */
  readonly percent: number | null;
  /** Null when it is off, or when only root is told. */
  readonly mhz: number | null;
  readonly isOff: boolean;
}

/**
 * Power of one rail in milliwatts. The means and maxima are over the life of that tegrastats: not
 * of a run.
 */
interface Rail {
  readonly name: string;
  readonly mW: number;
  readonly meanSinceStartMW: number;
  readonly maxSinceStartMW: number | null;
}

/**
 * One line of tegrastats: means over its interval. What the line does not have is null or empty.
 */
export interface TegrastatsSample {
  /** `MM-DD-YYYY HH:MM:SS` as printed; JetPack 4 prints none. */
  readonly time: string | null;
  readonly ramMB: { readonly used: number; readonly total: number };
  readonly swapMB: {
    readonly used: number;
    readonly total: number;
    readonly cached: number;
  } | null;
  /** By CPU; null is a CPU that is off. `mhz` is null where only root is told. */
  readonly cpus: readonly ({ readonly percent: number; readonly mhz: number | null } | null)[];
  readonly emc: { readonly percent: number; readonly mhz: number | null } | null;
  /** One clock for each cluster of the GPU. Thor prints no percent. */
  readonly gpu: { readonly percent: number | null; readonly mhz: readonly number[] } | null;
  readonly engines: readonly Engine[];
  /**
   * °C by zone in lower case; zones that are powered down, and the PMIC's constant, are left out.
   */
  readonly temperaturesC: ReadonlyMap<string, number>;
  /** Rails that are connected. */
  readonly rails: readonly Rail[];
  /** Words that belong to none of these. */
  readonly unknown: readonly string[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
interface Draft
  extends Omit<
    Writable<TegrastatsSample>,
    'ramMB' | 'engines' | 'temperaturesC' | 'rails' | 'unknown'
  > {
  ramMB: TegrastatsSample['ramMB'] | null;
  readonly engines: Engine[];
  readonly temperaturesC: Map<string, number>;
  readonly rails: Rail[];
  readonly unknown: string[];
}

/** Real lines have up to 900 characters. */
const MAX_LINE_LENGTH = 8192;
const MAX_CPUS = 1024;
const MAX_UNKNOWN = 32;
const POWERED_DOWN_C = -250;

interface Token {
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray, draft: Draft) => void;
}

// Anchored at the place that was reached; what stands first is tried first.
const tokens: readonly Token[] = [
  {
    pattern: /(\d\d-\d\d-\d{4} \d\d:\d\d:\d\d)(?= |$)/y,
    read: (match, draft) => {
      draft.time = match[1] ?? null;
    },
  },
  {
    pattern: /RAM (\d{1,9})\/(\d{1,9})MB(?: \(lfb \d+x\d+[kM]B\))?/y,
    read: (match, draft) => {
      draft.ramMB = { used: Number(match[1]), total: Number(match[2]) };
    },
  },
  {
    pattern: /SWAP (\d{1,9})\/(\d{1,9})MB \(cached (\d{1,9})MB\)/y,
    read: ([, used, total, cached], draft) => {
      draft.swapMB = { used: Number(used), total: Number(total), cached: Number(cached) };
    },
  },
  { pattern: /IRAM \d+\/\d+kB ?\(lfb \d+kB\)/y, read: () => undefined },
  { pattern: /MTS fg \d+% bg \d+%/y, read: () => undefined },
  {
    pattern: /CPU \[([^\]]{0,4096})\]/y,
    read: ([, list = ''], draft) => {
      draft.cpus = list.split(',', MAX_CPUS).map(cpuOf);
    },
  },
  {
    pattern: /EMC_FREQ (\d{1,3})%(?:@(\d{1,6}))?/y,
    read: ([, percent, mhz], draft) => {
      draft.emc = { percent: Number(percent), mhz: numberOf(mhz) };
    },
  },
  {
    // The name has a digit of its own, and the second cluster of JetPack 5 is an engine called
    // GR3D2.
    pattern: /GR3D_FREQ (?=[\d@])(?:(\d{1,3})%)?(?:@(\d{1,6}|\[[\d,]{0,64}\]))?/y,
    read: ([, percent, clocks = ''], draft) => {
      const mhz = (clocks.match(/\d{1,6}/g) ?? []).map(Number);
      draft.gpu = { percent: numberOf(percent), mhz };
    },
  },
  {
    pattern: /([A-Za-z]\w{0,31})@(-?\d{1,4}(?:\.\d{1,6})?)C(?:\/-?\d{1,4}(?:\.\d{1,6})?C)?/y,
    read: ([, zone = '', celsius], draft) => {
      const isReal = Number(celsius) > POWERED_DOWN_C && !/^pmic/i.test(zone);
      if (isReal) draft.temperaturesC.set(zone.toLowerCase(), Number(celsius));
    },
  },
  {
    pattern: /([A-Z]\w{0,31}) (\d{1,8})(?:mW)?\/(\d{1,8})(?:mW)?(?:\/(\d{1,8})(?:mW)?)?(?= |$)/y,
    read: ([, name = '', mW, mean, max], draft) => {
      if (name === 'NC') return;
      draft.rails.push({
        name,
        mW: Number(mW),
        meanSinceStartMW: Number(mean),
        maxSinceStartMW: numberOf(max),
      });
    },
  },
  {
    pattern: /([A-Z]\w{0,31}) (?:(off)|(?=[\d@])(?:(\d{1,3})%)?@?(\d{1,6})?)(?= |$)/y,
    read: ([, name = '', off, percent, mhz], draft) => {
      draft.engines.push({
        name: name.replace(/_FREQ$/, ''),
        percent: numberOf(percent),
        mhz: numberOf(mhz),
        isOff: off !== undefined,
      });
    },
  },
];

/**
 * Reads one line of tegrastats, JetPack 3 to 7, with root or without; null when it is none. Words
 * that no dialect has are listed and passed over.
 */
export function parseTegrastats(line: string): TegrastatsSample | null {
  const text = cleanLine(line.slice(0, MAX_LINE_LENGTH), MAX_LINE_LENGTH);
  const draft: Draft = {
    time: null,
    ramMB: null,
    swapMB: null,
    cpus: [],
    emc: null,
    gpu: null,
    engines: [],
    temperaturesC: new Map(),
    rails: [],
    unknown: [],
  };
  for (let at = 0; at < text.length; ) {
    const end = readToken(text, at, draft);
    if (end === null) {
      const word = /\S*/y;
      word.lastIndex = at;
      const skipped = word.exec(text)?.[0] ?? '';
      if (draft.unknown.length < MAX_UNKNOWN) draft.unknown.push(skipped.slice(0, 80));
      at += skipped.length + 1;
    } else at = text[end] === ' ' ? end + 1 : end;
  }
  const { ramMB, ...rest } = draft;
  return ramMB === null || rest.cpus.length === 0 ? null : { ...rest, ramMB };
}

/** Where the token at `at` ends, or null when none begins there. */
function readToken(text: string, at: number, draft: Draft): number | null {
  for (const { pattern, read } of tokens) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) continue;
    read(match, draft);
    return at + match[0].length;
  }
  return null;
}

function cpuOf(text: string): TegrastatsSample['cpus'][number] {
  const match = /^(\d{1,3})%(?:@(\d{1,6}))?$/.exec(text.trim());
  return match === null ? null : { percent: Number(match[1]), mhz: numberOf(match[2]) };
}

function numberOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

/**
 * Reads a tegrastats log as it comes, in chunks cut anywhere. Lines that are none are in
 * `problems`.
 */
export class TegrastatsReader {
  readonly #lines = new LineSplitter(MAX_LINE_LENGTH);
  readonly #problems: ProcProblem[] = [];

  get problems(): readonly ProcProblem[] {
    return this.#problems;
  }

  push(chunk: Uint8Array | string): TegrastatsSample[] {
    return this.#lines.push(chunk).flatMap(({ line, text }) => {
      if (text !== null && text.trim() === '') return [];
      const sample = text === null ? null : parseTegrastats(text);
      if (sample !== null) return [sample];
      if (this.#problems.length < MAX_PROBLEMS) {
        this.#problems.push({ line, text: cleanLine(text ?? 'a line too long', 80) });
      }
      return [];
    });
  }
}
