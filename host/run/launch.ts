import type { Plan } from '../../agent/contract/plan.ts';
import { segmentFile } from '../../agent/contract/run-files.ts';
import { defineVerified } from '../board/verified-runtime.ts';
import { type BoardLimits, boardLimits } from '../link/board-limits.ts';
import type { Link, RemoteProcess } from '../link/link.ts';
import { startFed } from '../shell/fed-script.ts';
import { newMarker } from '../shell/marked-output.ts';
import { sh, word } from '../shell/sh.ts';
import { startInTime } from '../shell/silence.ts';
import { markUsedStatement } from '../store/push/install-runtime.ts';
import { defineFollow } from './follow-script.ts';
import { defineAlive, inRunDirectory } from './run-directory.ts';

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
   * Before the first journal byte stands the line `<marker>run:live:<boot id>`, or `<marker>run:ended:<boot id>:<size>`
   * when no supervisor is there any more, so that the journal will never be longer than that.
   */
  readonly marker: string;
}

export interface LaunchOptions {
  /** The supervisor itself waits so long for a board that somebody took at this very moment; default 0. */
  readonly waitMs?: number;
  /** Ends the launch as long as the board has nothing of the run. */
  readonly untilReady?: AbortSignal;
  readonly limits?: BoardLimits;
}

/**
 * Lays down the plan, starts the supervisor in a session of its own, detached from this connection, and streams
 * its journal: one command, which is fed once its shell reads.
 * A later segment goes beside the earlier ones of its run, in the same directory.
 * Instead of the journal it answers `<marker>failed:<reason>` and the agent's log; nothing of the run (of that segment) is then left.
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
  const file = (name: string) => `"$r/${segmentFile(name, segment)}"`;
  const [planFile, journal, log] = [file('plan.json'), file('journal.ndjson'), file('agent.log')];
  // What a launch that failed leaves of earlier segments is all there is of them.
  const undo = segment === 1 ? 'rm -rf "$r"' : `rm -f ${planFile} ${journal} ${log} "$r/pid"`;
  const make =
    segment === 1
      ? 'mkdir -p "$b/runs" && mkdir "$r"'
      : // Fails where the file is there: two workstations may mean to go on with the same run.
        `( set -C; : > ${planFile} ) 2> /dev/null`;
  const script = [
    `b=${word(paths.base)}`,
    inRunDirectory(paths.base, plan.runId),
    `n=${word(paths.runtime)}`,
    ...defineAlive,
    ...defineFollow,
    ...defineVerified(),
    `verified "$n" || { echo; echo ${marker}failed:runtime; exit 8; }`,
    `${make} || { echo; echo ${marker}failed:${segment === 1 ? 'mkdir' : 'resumed'}; exit 3; }`,
    // Writing fails on a full disk; reading less than was sent does not.
    `f=plan; head -c ${planBytes.length} > ${planFile} || f=disk`,
    `s=$(wc -c < ${planFile})`,
    `[ "$s" -eq ${planBytes.length} ] || { ${undo}; echo; echo ${marker}failed:$f; exit 4; }`,
    markUsedStatement(paths.base, paths.runtime, storeFilesOf(plan)),
    'restamp "$n"',
    // `$!` would be read as history by csh; `jobs -p` says the same, but only outside of a subshell in dash.
    // Without the account's variables, which may end Node or swap its libraries; the agent reads them from this shell's own
    // environment, passed as a file that only this user can read.
    `setsid env -i "$n/bin/node" "$n/agent.cjs" supervise "$r" --segment ${segment} --wait ${Math.ceil(waitMs / 1000)} < /proc/$$/environ > ${log} 2>&1 & jobs -p > "$r/pid"`,
    'read p < "$r/pid"',
    `until [ -e ${journal} ]; do kill -0 $p 2> /dev/null || break; sleep 0.02; done`,
    // No `exec`: the supervisor is a child of this shell, and unless somebody reaps it tail takes it for alive.
    `if [ -e ${journal} ]; then echo; echo ${marker}run:live:$i; x=; follow 1 ${journal}; fi`,
    `echo; echo ${marker}failed:agent; tail -c 4000 ${log}; ${undo}; exit 5`,
  ];
  const process = await startFed(link, script.join('; '), {
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

/** Streams the journal of a run (of the plan's segment of it) that was started before, from byte `offset` on. */
export async function followRun(
  link: Link,
  base: string,
  { runId, segment = 1 }: Pick<Plan, 'runId' | 'segment'>,
  offset: number,
  { startMs } = boardLimits,
): Promise<JournalStream> {
  const marker = newMarker();
  const journal = `"$r/${segmentFile('journal.ndjson', segment)}"`;
  const script = [
    inRunDirectory(base, runId),
    ...defineAlive,
    ...defineFollow,
    // The run may be starting at this very moment, under a connection that has just been lost.
    `n=0; while [ -d "$r" ] && [ $n -lt 50 ]; do [ -e ${journal} ] && break; sleep 0.1; n=$((n+1)); done`,
    `[ -e ${journal} ] || { echo; echo ${marker}failed:gone; exit 6; }`,
    // A supervisor of a later segment adds nothing to this one.
    `if alive "$r" && [ $k -eq ${segment} ]; then echo; echo ${marker}run:live:$i; x=exec; follow ${offset + 1} ${journal}; fi`,
    `echo; echo ${marker}run:ended:$i:$(wc -c < ${journal})`,
    `exec tail -c +${offset + 1} ${journal}`,
  ];
  const silence = { phase: 'follow', step: `following run ${runId}`, forMs: startMs } as const;
  const process = await startInTime(link, sh(script.join('; ')), silence);
  process.stdin.end();
  return { process, marker };
}
