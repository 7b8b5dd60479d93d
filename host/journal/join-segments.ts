import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { EventOf } from '../../agent/contract/events.ts';
import type { EdgeSnapshot, Span } from './edges.ts';
import type { JournalData, Phase, ProcessData } from './journal-data.ts';
import type { JournalProblem } from './journal-problem.ts';
import type { TeleData } from './tele-data.ts';

/** The joined segments so far. */
interface Joined {
  readonly data: JournalData;
  /** When the last of them ended. */
  readonly end_ns: number;
}

/**
 * The journals of a run that was cut and went on, as one. The board's clock may have begun anew
 * between two segments: each is moved to begin where the one before it ended, so that times tell
 * the order, and durations are right within a segment and say nothing across a cut. A process that
 * a cut ended and that a later segment began again is marked. One journal alone is given back as it
 * is.
 */
export function joinSegments(segments: readonly JournalData[]): JournalData {
  const [first, ...others] = segments;
  if (first === undefined) throw new Error('a run has at least one journal');
  if (others.length === 0) return first;
  const start: Joined = { data: withSegment(first, 1), end_ns: first.lastT_ns };
  const { data } = others.reduce(
    (joined, next, at) => joinTwo(joined, withSegment(next, at + 2), at + 2),
    start,
  );
  return { ...data, processes: markRepeated(data.processes) };
}

function withSegment(data: JournalData, segment: number): JournalData {
  const { events, bytes, linesSha256 } = data;
  const own = { segment, events, bytes, sha256: linesSha256 };
  return { ...data, segments: [own], problems: data.problems.map(inSegment(segment)) };
}

function inSegment(segment: number): (problem: JournalProblem) => JournalProblem {
  return (problem) => ({ ...problem, text: `segment ${segment}: ${problem.text}` });
}

function joinTwo(joined: Joined, next: JournalData, segment: number): Joined {
  const { data, end_ns } = joined;
  const known = new Set(data.processes.map(({ process }) => process));
  const isNew = ({ process }: ProcessData) => !known.has(process);
  const text = cleanLine(`continued after a cut at event ${data.events} (segment ${segment})`);
  const continued: EventOf<'warn'> = {
    kind: 'warn',
    seq: 0,
    t_ns: end_ns,
    code: cleanLine('continued'),
    text,
  };
  const lastT_ns = end_ns + next.lastT_ns;
  return {
    end_ns: lastT_ns,
    data: {
      // The first segment has the whole plan.
      hello: data.hello ?? next.hello,
      processes: [...data.processes, ...next.processes.filter(isNew).map(later(end_ns))],
      // Of a cell that had left, a later segment only says so again at its end.
      cellEnds: new Map([...next.cellEnds, ...data.cellEnds]),
      tele: joinTele(data.tele, next.tele, end_ns),
      notices: [...data.notices, continued, ...next.notices.map(moved(end_ns))],
      placements: new Map([...next.placements, ...data.placements]),
      bye: next.bye,
      events: data.events + next.events,
      iterations: data.iterations + next.iterations,
      lastT_ns,
      bytes: data.bytes + next.bytes,
      sha256: next.sha256,
      linesSha256: next.linesSha256,
      problems: [
        // Half a line is what a cut leaves behind; that it was cut is said.
        ...data.problems.filter(({ kind }) => kind !== 'cut-line'),
        ...next.problems,
        ...next.processes.filter((one) => !isNew(one)).map(taken(segment)),
      ],
      segments: [...(data.segments ?? []), ...(next.segments ?? [])],
    },
  };
}

function taken(segment: number): (process: ProcessData) => JournalProblem {
  return ({ process }) => ({
    kind: 'out-of-place',
    line: 1,
    byte_offset: 0,
    text: `segment ${segment}: process ${process} is of an earlier segment`,
  });
}

/** Whoever begins the same cell in the same block again replaces a process that has no end. */
function markRepeated(processes: readonly ProcessData[]): ProcessData[] {
  return processes.map((one, at) => {
    if (one.ended !== null) return one;
    const again = processes
      .slice(at + 1)
      .find(({ cell, block }) => cell === one.cell && block === one.block);
    return again === undefined ? one : { ...one, repeatedAs: again.process };
  });
}

function later(by_ns: number): (process: ProcessData) => ProcessData {
  const move = moved(by_ns);
  return (process) => ({
    ...process,
    spawn_ns: process.spawn_ns + by_ns,
    phases: new Map(
      [...process.phases].map(([phase, t_ns]): [Phase, number] => [phase, t_ns + by_ns]),
    ),
    iterations: {
      ...process.iterations,
      start_ns: process.iterations.start_ns.plus(by_ns),
    },
    collections: process.collections.map(movedInterval(by_ns)),
    threads: process.threads && move(process.threads),
    start: process.start && move(process.start),
    end: process.end && move(process.end),
    output: process.output && move(process.output),
    ended: process.ended && move(process.ended),
  });
}

function joinTele(first: TeleData, next: TeleData, by_ns: number): TeleData {
  const move = moved(by_ns);
  const moveSpan = ({ start, end }: Span): Span => ({
    start: move<EdgeSnapshot>(start),
    end: move<EdgeSnapshot>(end),
  });
  return {
    idle: [...first.idle, ...next.idle.map(moveSpan)],
    link: first.link ?? next.link,
    board: [...first.board, ...next.board.map(move)],
    cpuSets: [...first.cpuSets, ...next.cpuSets.map(move)],
    own: [...first.own, ...next.own.map(move)],
    windows: [...first.windows, ...next.windows.map(movedInterval(by_ns))],
    totals: [...first.totals, ...next.totals.map(movedInterval(by_ns))],
    cooldowns: [...first.cooldowns, ...next.cooldowns],
    steerings: [...first.steerings, ...next.steerings],
  };
}

function moved(by_ns: number): <T extends { readonly t_ns: number }>(one: T) => T {
  return (one) => ({ ...one, t_ns: one.t_ns + by_ns });
}

function movedInterval(
  by_ns: number,
): <T extends { readonly start_ns: number; readonly end_ns: number }>(one: T) => T {
  return (one) => ({ ...one, start_ns: one.start_ns + by_ns, end_ns: one.end_ns + by_ns });
}
