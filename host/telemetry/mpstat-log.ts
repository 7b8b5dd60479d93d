import { OrinError } from '../errors.ts';
import { nameOf, readNamedText } from '../workstation/named-text.ts';
import { ProcSamples } from './mpstat-from-proc.ts';
import { MpstatJsonReader } from './mpstat-json.ts';
import type { MpstatSample, MpstatSystem } from './mpstat-sample.ts';
import { type MpstatSummary, SampleFold } from './mpstat-summary.ts';
import { MpstatTextReader } from './mpstat-text.ts';
import { ProcLogReader } from './proc-log-reader.ts';

/** An Orin prints 13 KB a sample as text and 38 KB as JSON: an hour at one a second is 137 MB. */
const MAX_BYTES = 256 * 1024 * 1024;
const PIECE_LENGTH = 64 * 1024;
/** Names and dates stand before the samples of a JSON document; a prompt may stand before those. */
const HEAD_LENGTH = 16 * 1024;
const save = 'LC_ALL=C mpstat -A 1 60 > mpstat.log';
const give = 'a log of mpstat -A, - for standard input, or <(ssh BOARD mpstat -A 1 10)';

/** A part of a log that was not read. */
interface UnreadPart {
  /** `line 5` or `byte 1200`. */
  readonly where: string;
  readonly text: string;
}

/** What a log of mpstat says. */
export interface MpstatLogSummary extends MpstatSummary {
  /** The files as a person knows them; several where a run was resumed. */
  readonly files: readonly string[];
  readonly system:
    | (Pick<MpstatSystem, 'kernel' | 'machine' | 'date'> & { readonly cpu_count: number })
    | null;
  readonly problems: readonly UnreadPart[];
}

interface Reader {
  readonly system: MpstatSystem | null;
  readonly problems: readonly UnreadPart[];
  push(text: string): Iterable<MpstatSample>;
  end(): Iterable<MpstatSample>;
}

/**
 * Reads logs of `mpstat`, text or JSON, or a run's proc.log, as one log; corrected, and summed up.
 * @throws OrinError `data-unreadable` when a file cannot be read, is no text, or none has a sample.
 */
export async function readMpstatLog(paths: readonly string[]): Promise<MpstatLogSummary> {
  const fold = new SampleFold();
  const problems: UnreadPart[] = [];
  let system: MpstatSystem | null = null;
  for (const path of paths) {
    const text = await readNamedText(path, { maxBytes: MAX_BYTES, give, save });
    const reader = readerOf(text);
    for (let at = 0; at < text.length; at += PIECE_LENGTH) {
      fold.add(reader.push(text.slice(at, at + PIECE_LENGTH)));
    }
    fold.add(reader.end());
    system ??= reader.system;
    problems.push(...reader.problems);
  }
  const files = paths.map(nameOf);
  const summary = fold.summary();
  if (summary === null) throw withoutSample(files.join(', '), problems[0]);
  return { files, system: namedSystem(system), ...summary, problems };
}

function namedSystem(system: MpstatSystem | null): MpstatLogSummary['system'] {
  if (system === null) return null;
  const { cpuCount, ...names } = system;
  return { ...names, cpu_count: cpuCount };
}

function withoutSample(name: string, first: UnreadPart | undefined): OrinError {
  return new OrinError({
    code: 'data-unreadable',
    what: `no sample of mpstat in ${name}`,
    why: first === undefined ? 'it has no table of mpstat' : `${first.where}: ${first.text}`,
    next: `save one on the board with: ${save}`,
  });
}

function readerOf(text: string): Reader {
  if (text.startsWith('@frame ')) return procReader();
  const isJson = /"sysstat"\s*:/.test(text.slice(0, HEAD_LENGTH));
  const reader = isJson ? new MpstatJsonReader() : new MpstatTextReader();
  return {
    get system() {
      return reader.system;
    },
    get problems() {
      return reader.problems.map(({ line, text: what }) => ({ where: `line ${line}`, text: what }));
    },
    push: (piece) => reader.push(piece),
    end: () => reader.end(),
  };
}

function procReader(): Reader {
  const reader = new ProcLogReader();
  const samples = new ProcSamples();
  return {
    system: null,
    get problems() {
      return reader.problems.map(({ offset, text }) => ({ where: `byte ${offset}`, text }));
    },
    push: (text) => reader.push(Buffer.from(text)).flatMap((frame) => samples.add(frame)),
    end: () => reader.end().flatMap((frame) => samples.add(frame)),
  };
}
