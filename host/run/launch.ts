import { randomBytes } from 'node:crypto';
import type { Plan } from '../../agent/protocol/plan.ts';
import type { Link, RemoteProcess } from '../link/link.ts';
import { sh, word } from '../shell/sh.ts';

/** Where things lie on a board; all paths absolute. */
export interface BoardPaths {
  readonly base: string;
  /** Directory of the installed runtime: bin/node, agent.cjs. */
  readonly runtime: string;
}

/** A journal being streamed: marker line first, then journal bytes. */
export interface JournalStream {
  readonly process: RemoteProcess;
  /** The line `<marker>run:<pid>` stands before the first journal byte. */
  readonly marker: string;
}

export function runDirectory(base: string, runId: string): string {
  return `${base}/runs/${runId}`;
}

/**
 * Lays down the plan, starts the supervisor in a session of its own, detached from this connection, and streams
 * its journal: one command, so one channel and two round trips.
 * Answers `<marker>run:<pid>` before the journal, or `<marker>failed:<status>` and the agent's log.
 */
export async function launchRun(link: Link, paths: BoardPaths, plan: Plan): Promise<JournalStream> {
  const planBytes = Buffer.from(JSON.stringify(plan));
  const marker = newMarker();
  const dir = word(runDirectory(paths.base, plan.runId));
  const script = [
    'umask 077',
    `b=${word(paths.base)}`,
    `r=${dir}`,
    `n=${word(paths.runtime)}`,
    `mkdir -p "$b/runs" && mkdir "$r" || { echo; echo ${marker}failed:mkdir; exit 3; }`,
    `head -c ${planBytes.length} > "$r/plan.json"`,
    `s=$(wc -c < "$r/plan.json")`,
    `[ "$s" -eq ${planBytes.length} ] || { rm -rf "$r"; echo; echo ${marker}failed:plan; exit 4; }`,
    // `$!` would be read as history by csh; `jobs -p` says the same, but only outside of a subshell in dash.
    'setsid "$n/bin/node" "$n/agent.cjs" supervise "$r" < /dev/null > "$r/agent.log" 2>&1 & jobs -p > "$r/pid"',
    'read p < "$r/pid"',
    'until [ -e "$r/journal.ndjson" ]; do kill -0 $p 2> /dev/null || break; sleep 0.02; done',
    `if [ -e "$r/journal.ndjson" ]; then echo; echo ${marker}run:$p; exec tail -c +1 --pid=$p -s 0.5 -f "$r/journal.ndjson"; fi`,
    `echo; echo ${marker}failed:agent; tail -c 4000 "$r/agent.log"; exit 5`,
  ];
  const process = await link.start(sh(script.join('; ')));
  process.stdin.end(planBytes);
  return { process, marker };
}

/** Streams the journal of a run that was started before, from byte `offset` on. */
export async function followRun(
  link: Link,
  base: string,
  runId: string,
  offset: number,
): Promise<JournalStream> {
  const marker = newMarker();
  const script = [
    `r=${word(runDirectory(base, runId))}`,
    `[ -e "$r/journal.ndjson" ] || { echo; echo ${marker}failed:gone; exit 6; }`,
    'p=$(cat "$r/pid" 2> /dev/null || echo 0)',
    `echo; echo ${marker}run:$p`,
    `exec tail -c +${offset + 1} --pid=$p -s 0.5 -f "$r/journal.ndjson"`,
  ];
  const process = await link.start(sh(script.join('; ')));
  process.stdin.end();
  return { process, marker };
}

function newMarker(): string {
  return `@orin:${randomBytes(6).toString('hex')}:`;
}
