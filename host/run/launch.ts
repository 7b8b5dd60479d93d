import type { Plan } from '../../agent/contract/plan.ts';
import { segmentFile } from '../../agent/contract/run-files.ts';
import { type BoardLimits, boardLimits } from '../link/board-limits.ts';
import type { Link, RemoteProcess } from '../link/link.ts';
import { startFed } from '../shell/fed-script.ts';
import { newMarker } from '../shell/marked-output.ts';
import { program } from '../shell/program.ts';
import alive from '../shell/programs/alive.sh';
import answer from '../shell/programs/answer.sh';
import boot from '../shell/programs/boot.sh';
import follow from '../shell/programs/follow.sh';
import streamRun from '../shell/programs/follow-run.sh';
import launch from '../shell/programs/launch.sh';
import markUsed from '../shell/programs/mark-used.sh';
import verified from '../shell/programs/verified.sh';
import { sh } from '../shell/sh.ts';
import { startInTime } from '../shell/silence.ts';
import { storedPath } from '../store/push/upload-script.ts';
import { runDirectory } from './run-directory.ts';

/** Where things lie on a board; all paths absolute. */
export interface BoardPaths {
  readonly base: string;
  /** Directory of the installed runtime: bin/node, agent.cjs. */
  readonly runtime: string;
}

/** A journal being streamed: a marker line first, then journal bytes. */
export interface JournalStream {
  readonly process: RemoteProcess;
  /**
   * Before the first journal byte stands the line `<marker>run:live:<boot id>`, or
   * `<marker>run:ended:<boot id>:<size>` when no supervisor is there any more, so that the journal
   * will never be longer than that.
   */
  readonly marker: string;
}

export interface LaunchOptions {
  /**
   * The supervisor itself waits so long for a board that somebody took at this very moment; default
   * 0.
   */
  readonly waitMs?: number;
  /** Ends the launch as long as the board has nothing of the run. */
  readonly untilReady?: AbortSignal;
  readonly limits?: BoardLimits;
}

/**
 * Lays down the plan, starts the supervisor in a session of its own, detached from this connection,
 * and streams its journal: one command, which is fed once its shell reads. A later segment goes
 * beside the earlier ones of its run, in the same directory. Instead of the journal it answers
 * `<marker>failed:<reason>` and the agent's log; nothing of the run (of that segment) is then left.
 */
export async function launchRun(
  link: Link,
  paths: BoardPaths,
  plan: Plan,
  { waitMs = 0, untilReady, limits: { startMs } = boardLimits }: LaunchOptions = {},
): Promise<JournalStream> {
  const planBytes = Buffer.from(JSON.stringify(plan));
  const marker = newMarker();
  const { segment = 1 } = plan;
  const files = ['plan.json', 'journal.ndjson', 'agent.log'].map((name) =>
    segmentFile(name, segment),
  );
  const used = storeFilesOf(plan).map((sha256) => storedPath(paths.base, sha256));
  const numbers = [segment, planBytes.length, Math.ceil(waitMs / 1000)];
  const directory = runDirectory(paths.base, plan.runId);
  const parts = [answer, boot, alive, follow, markUsed, verified, launch];
  const script = program(parts, [directory, paths.runtime, marker, ...numbers, ...files, ...used]);
  const process = await startFed(link, script, {
    step: `starting the run on ${link.board}`,
    phase: 'launch',
    startWithinMs: startMs,
    readyWithinMs: startMs,
    ...(untilReady === undefined ? {} : { untilReady }),
  });
  process.stdin.end(planBytes);
  return { process, marker };
}

/** Hashes of the models and inputs that a plan uses, each once. */
export function storeFilesOf({ models, cells }: Plan): string[] {
  const inputs = cells.flatMap((cell) => cell.inputs.map(({ source }) => source.sha256));
  const files = models.flatMap((model) => model.files.map(({ sha256 }) => sha256));
  return [...new Set([...files, ...inputs])];
}

/**
 * Streams the journal of a run (of the plan's segment of it) that was started before, from byte
 * `offset` on.
 */
export async function followRun(
  link: Link,
  base: string,
  { runId, segment = 1 }: Pick<Plan, 'runId' | 'segment'>,
  offset: number,
  { startMs } = boardLimits,
): Promise<JournalStream> {
  const marker = newMarker();
  const journal = segmentFile('journal.ndjson', segment);
  const values = [runDirectory(base, runId), marker, segment, journal, offset + 1];
  const script = program([answer, boot, alive, follow, streamRun], values);
  const silence = { phase: 'follow', step: `following run ${runId}`, forMs: startMs } as const;
  const process = await startInTime(link, sh(script), silence);
  process.stdin.end();
  return { process, marker };
}
