import { TextDecoder } from 'node:util';
import * as z from 'zod';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { CpuUse } from './cpu-use.ts';
import { corrected } from './mpstat-corrections.ts';
import { cpuNumber } from './mpstat-lines.ts';
import { emptyRates, type MpstatSample, type MpstatSystem } from './mpstat-sample.ts';
import { MAX_PROBLEMS, type ProcProblem } from './proc-stat.ts';

/** An Orin's sample is 38 KB; a server with 256 CPUs and 2000 interrupts would need 15 MB. */
const MAX_SAMPLE_LENGTH = 16 * 1024 * 1024;
/** What stands before the samples: names and dates. */
const MAX_HEAD_LENGTH = 16 * 1024;

const percent = z.number().min(0);
const use = z.object({
  usr: percent.default(0),
  nice: percent.default(0),
  sys: percent.default(0),
  iowait: percent.default(0),
  irq: percent.default(0),
  soft: percent.default(0),
  steal: percent.default(0),
  guest: percent.default(0),
  gnice: percent.default(0),
  idle: percent.default(0),
});
const id = z.string().max(32);
const perCpu = z.object({
  cpu: id,
  intr: z.array(z.object({ name: id, value: z.number().min(0) })).max(8192),
});
const statisticsSchema = z.object({
  timestamp: z.string().max(200).optional(),
  'cpu-load': z.array(use.extend({ cpu: id })).default([]),
  'node-load': z.array(use.extend({ node: id })).default([]),
  'sum-interrupts': z.array(z.object({ cpu: id, intr: z.number().min(0) })).default([]),
  'individual-interrupts': z.array(perCpu).default([]),
  'soft-interrupts': z.array(perCpu).default([]),
});
type Statistics = z.infer<typeof statisticsSchema>;

/**
 * Reads `mpstat -o JSON` as it comes. A sample is there with its closing brace, before mpstat
 * prints the next separator one interval later; a document that was cut gives every sample that was
 * whole. Never throws on bytes: objects that do not fit are in `problems`.
 */
export class MpstatJsonReader {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #problems: ProcProblem[] = [];
  #head = '';
  /** Of the sample that is being read. */
  #parts: string[] = [];
  #length = 0;
  #line = 1;
  #isInSamples = false;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  get system(): MpstatSystem | null {
    return systemOf(this.#head);
  }

  get problems(): readonly ProcProblem[] {
    return this.#problems;
  }

  /** Takes a chunk, cut anywhere; gives the samples that it completes. */
  push(chunk: Uint8Array | string): MpstatSample[] {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true });
    const samples: MpstatSample[] = [];
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text[at] ?? '';
      if (character === '\n') this.#line += 1;
      if (!this.#isInSamples) {
        this.#readHead(character);
        start = at + 1;
      } else if (this.#readSample(character)) {
        samples.push(...this.#take(text.slice(start, at + 1)));
        start = at + 1;
      } else if (this.#depth === 0) start = at + 1;
    }
    this.#keep(text.slice(start));
    return samples;
  }

  /** No more comes: whatever was begun and not finished is a problem. */
  end(): MpstatSample[] {
    if (this.#depth > 0) this.#report('the log ends inside a sample');
    return [];
  }

  #readHead(character: string): void {
    if (this.#head.length < MAX_HEAD_LENGTH) this.#head += character;
    else this.#head = this.#head.slice(-64) + character;
    if (character === '[' && /"statistics"\s*:\s*\[$/.test(this.#head.slice(-64))) {
      this.#isInSamples = true;
    }
  }

  /** True when the character closes a sample. */
  #readSample(character: string): boolean {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (character === '\\') this.#isEscaped = true;
      else if (character === '"') this.#isInString = false;
      return false;
    }
    if (character === '"') this.#isInString = this.#depth > 0;
    else if (character === '{') this.#depth += 1;
    else if (character === '}') {
      this.#depth = Math.max(0, this.#depth - 1);
      return this.#depth === 0;
    } else if (character === ']' && this.#depth === 0) this.#isInSamples = false;
    return false;
  }

  #keep(part: string): void {
    this.#length += part.length;
    if (this.#length <= MAX_SAMPLE_LENGTH && part !== '') this.#parts.push(part);
  }

  #take(part: string): MpstatSample[] {
    this.#keep(part);
    const isTooLong = this.#length > MAX_SAMPLE_LENGTH;
    const text = this.#parts.join('');
    this.#parts = [];
    this.#length = 0;
    const statistics = isTooLong ? 'a sample longer than any of mpstat' : statisticsOf(text);
    if (typeof statistics !== 'string') return [corrected(sampleOf(statistics))];
    this.#report(statistics);
    return [];
  }

  #report(text: string): void {
    if (this.#problems.length < MAX_PROBLEMS) {
      this.#problems.push({ line: this.#line, text: cleanLine(text, 80) });
    }
  }
}

function statisticsOf(text: string): Statistics | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const parsed = statisticsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `${issue?.path.join('.') ?? 'sample'}: ${issue?.message ?? 'does not fit'}`;
}

function sampleOf(statistics: Statistics): MpstatSample {
  const load = statistics['cpu-load'];
  const sums = statistics['sum-interrupts'];
  const all = load.find(({ cpu }) => isAll(cpu));
  return {
    origin: 'mpstat',
    period: 'interval',
    time: statistics.timestamp === undefined ? null : cleanLine(statistics.timestamp, 60),
    use: { all: all ? classesOf(all) : null, cpus: byNumber(load, 'cpu', classesOf) },
    nodes: byNumber(statistics['node-load'], 'node', classesOf),
    interruptsPerS: {
      all: sums.find(({ cpu }) => isAll(cpu))?.intr ?? null,
      cpus: byNumber(sums, 'cpu', ({ intr }) => intr),
    },
    interrupts: ratesOf(statistics['individual-interrupts']),
    softirqs: ratesOf(statistics['soft-interrupts']),
    isComplete: true,
    corrections: [],
  };
}

/** Before 12.1.4 all CPUs together were called -1. */
function isAll(cpu: string): boolean {
  return cpu === 'all' || cpu === '-1';
}

function classesOf({
  usr,
  nice,
  sys,
  iowait,
  irq,
  soft,
  steal,
  guest,
  gnice,
  idle,
}: CpuUse): CpuUse {
  return { usr, nice, sys, iowait, irq, soft, steal, guest, gnice, idle };
}

function byNumber<K extends string, R extends Readonly<Record<K, string>>, T>(
  rows: readonly R[],
  key: K,
  read: (row: R) => T,
): Map<number, T> {
  const map = new Map<number, T>();
  for (const row of rows) {
    const number = cpuNumber(row[key]);
    if (number !== null) map.set(number, read(row));
  }
  return map;
}

function ratesOf(rows: Statistics['soft-interrupts']): MpstatSample['softirqs'] {
  const names = rows[0]?.intr.map(({ name }) => cleanLine(name, 32));
  if (names === undefined) return emptyRates;
  return {
    sources: names,
    perS: byNumber(rows, 'cpu', ({ intr }) => names.map((_, at) => intr[at]?.value ?? null)),
  };
}

function systemOf(head: string): MpstatSystem | null {
  const text = (name: string) =>
    cleanLine(new RegExp(`"${name}"\\s*:\\s*"([^"]{0,120})"`).exec(head)?.[1] ?? '', 80);
  const cpuCount = /"number-of-cpus"\s*:\s*(\d{1,5})/.exec(head)?.[1];
  if (cpuCount === undefined) return null;
  return {
    kernel: text('release'),
    machine: text('machine'),
    date: text('date'),
    cpuCount: Number(cpuCount),
  };
}
