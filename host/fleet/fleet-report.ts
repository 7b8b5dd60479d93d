import { median } from '../../agent/contract/statistics/quantile.ts';
import { openRun } from '../archive/saved-runs.ts';
import { type BoardFailure, type FailureGroup, groupFailures } from './board-failure.ts';
import { type BoardSummary, conditionLabels, summarizeBoard } from './board-summary.ts';
import type { BoardRecord, FleetRecord } from './fleet-record.ts';
import { findOddBoards, type OddBoard } from './odd-boards.ts';

/** How far the boards of a fleet are apart in one cell. */
interface CellSpread {
  readonly key: string;
  /** For people. */
  readonly cell: string;
  readonly boards: number;
  /** Of the boards' medians. */
  readonly median_ns: number;
  readonly min_ns: number;
  readonly max_ns: number;
}

/** What a fleet run came to, over all boards. */
export interface FleetReport {
  readonly id: string;
  readonly name: string | null;
  readonly createdUtc: string;
  /** Those that gave a result, in the fleet's order. */
  readonly boards: readonly BoardSummary[];
  readonly cells: readonly CellSpread[];
  readonly odd: readonly OddBoard[];
  /** Same causes together; unreachable boards apart. */
  readonly failed: readonly FailureGroup[];
  readonly unreachable: readonly FailureGroup[];
  readonly counts: Readonly<Record<BoardRecord['outcome'], number>>;
}

/** Reads the boards' results one after the other; what stays in memory is a summary of each. */
export async function reportFleet(
  record: FleetRecord,
  runsDirectory: string,
): Promise<FleetReport> {
  const boards: BoardSummary[] = [];
  const lost: { name: string; failure: BoardFailure }[] = [];
  for (const { board, outcome, runId } of record.boards) {
    if (outcome !== 'done' || runId === null) continue;
    const run = await openRun(runsDirectory, runId).catch((error: Error) => error);
    if (run instanceof Error) lost.push({ name: board.name, failure: unreadable(run) });
    else boards.push(summarizeBoard(board.name, run.result));
  }
  const failures = record.boards.flatMap(({ board, failure, outcome }) =>
    failure === null || outcome === 'done' ? [] : [{ name: board.name, failure }],
  );
  return {
    id: record.id,
    name: record.name,
    createdUtc: record.createdUtc,
    boards,
    cells: spreads(boards),
    odd: findOddBoards(boards),
    failed: groupFailures([...failures, ...lost].filter(({ failure }) => !failure.isUnreachable)),
    unreachable: groupFailures(failures.filter(({ failure }) => failure.isUnreachable)),
    counts: countsOf(record.boards),
  };
}

function unreadable(error: Error): BoardFailure {
  const next = 'orin-remote results';
  return { code: 'results-unreadable', what: error.message, why: null, next, isUnreachable: false };
}

function spreads(boards: readonly BoardSummary[]): CellSpread[] {
  const names = new Map(boards.flatMap(({ cells }) => cells.map(({ key, name }) => [key, name])));
  return [...names].flatMap(([key, cell]) => {
    const medians = boards.flatMap(
      ({ cells }) => cells.find((each) => each.key === key)?.median_ns ?? [],
    );
    if (medians.length === 0) return [];
    return [
      {
        key,
        cell,
        boards: medians.length,
        median_ns: median(medians),
        min_ns: Math.min(...medians),
        max_ns: Math.max(...medians),
      },
    ];
  });
}

function countsOf(boards: readonly BoardRecord[]): FleetReport['counts'] {
  const count = (outcome: BoardRecord['outcome']) =>
    boards.filter((board) => board.outcome === outcome).length;
  return {
    pending: count('pending'),
    running: count('running'),
    done: count('done'),
    left: count('left'),
    cancelled: count('cancelled'),
    failed: count('failed'),
    unreachable: count('unreachable'),
  };
}

/** Why a board is odd, in a sentence: how much, against whom, and what explains it. */
export function oddSentence(odd: OddBoard): string {
  const percent = (ratio: number) => `${Math.abs((ratio - 1) * 100).toFixed(1)}`;
  const [near, far] = [odd.lo, odd.hi].sort((a, b) => Math.abs(a - 1) - Math.abs(b - 1));
  const direction = odd.ratio > 1 ? 'slower' : 'faster';
  const where = odd.cells > 1 ? `in ${odd.cells} cells, most in ${odd.cell}` : `in ${odd.cell}`;
  const size = `${odd.name} is ${percent(odd.ratio)} % ${direction} than its ${odd.peers} peers [${percent(near ?? 1)}, ${percent(far ?? 1)}] ${where}`;
  if (odd.cause === 'environment') {
    const [first, ...more] = odd.differences.map(
      ({ condition, value, others }) => `${conditionLabels[condition]} ${value}, others ${others}`,
    );
    return `${size}: ${first}${more.length > 0 ? ` (also ${more.join('; ')})` : ''}`;
  }
  const unknown = odd.unknown.map((condition) => conditionLabels[condition]);
  const seen = 'no difference in what is known of it: the hardware, its cooling or its supply';
  return `${size}: ${seen}${unknown.length > 0 ? ` (not known: ${unknown.join(', ')})` : ''}`;
}
