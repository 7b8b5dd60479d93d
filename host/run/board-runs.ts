import { cleanLine } from '../../agent/contract/clean-text.ts';
import { type Plan, planSchema } from '../../agent/contract/plan.ts';
import { decodeLine } from '../../agent/contract/wire.ts';
import type { Probe } from '../board/probe.ts';
import type { Link } from '../link/link.ts';
import { program } from '../shell/program.ts';
import alive from '../shell/programs/alive.sh';
import answer from '../shell/programs/answer.sh';
import boot from '../shell/programs/boot.sh';
import listRuns from '../shell/programs/list-runs.sh';
import { runScript } from '../shell/run-script.ts';

/** A run that is on a board: under way, or over and not collected yet. */
export interface BoardRun {
  readonly runId: string;
  /** `died`: its supervisor is gone and wrote no last event (power loss, kill -9). */
  readonly state: 'running' | 'finished' | 'died';
  /** Who started it: `user@workstation`; null when its plan cannot be read. */
  readonly owner: string | null;
  /** Since it was started, by the board's clock. */
  readonly ageS: number;
  readonly processesDone: number;
  /** Cells that are precise enough early make it fewer. */
  readonly processesAtMost: number | null;
  readonly journalBytes: number;
}

/** A run on a board with its plan; null when another version of the program wrote it. */
export interface BoardRunWithPlan extends BoardRun {
  readonly plan: Plan | null;
}

/** A plan has some hundred bytes for each cell and place in the order; this is far above any. */
const MAX_PLAN_BYTES = 4 * 1024 * 1024;
const MAX_RUNS = 200;

/** All runs on a board, the newest first. One command where the probe saw any, else none. */
export async function listBoardRuns(
  link: Link,
  probe: Probe,
  signal?: AbortSignal,
): Promise<readonly BoardRunWithPlan[]> {
  const ids = probe.runs.map((run) => run.id).slice(0, MAX_RUNS);
  if (ids.length === 0) return [];
  const values = [probe.facts.base.path, MAX_PLAN_BYTES, ...ids];
  const script = program([answer, boot, alive, listRuns], values);
  const { output } = await runScript(link, script, {
    step: `listing the runs on ${link.board}`,
    maxOutputBytes: 64 * 1024 * 1024,
    ...(signal && { signal }),
  });
  return readBoardRuns(output).sort((a, b) => (a.runId < b.runId ? 1 : -1));
}

/** Reads what the script printed: a `run` line, then its `plan` and its `last` line. */
function readBoardRuns(output: string): BoardRunWithPlan[] {
  const lines = output.split('\n');
  return lines.flatMap((line, at) => {
    const match =
      /^run ([A-Za-z0-9][\w.-]{0,119}) ([01]) (-?\d{1,12}) (\d{1,16}) (\d{1,9}) (\d{1,9})$/.exec(
        line,
      );
    const [, runId, alive, age, bytes, ends, earlierEnds] = match ?? [];
    if (runId === undefined) return [];
    const plan = planOf(lines[at + 1], runId);
    return [
      {
        runId,
        state: alive === '1' ? 'running' : hasBye(lines[at + 2]) ? 'finished' : 'died',
        owner: plan === null ? null : cleanLine(plan.owner, 120),
        ageS: Math.max(0, Number(age)),
        processesDone: Number(ends),
        processesAtMost:
          plan?.order.reduce((sum, block) => sum + block.length, Number(earlierEnds)) ?? null,
        journalBytes: Number(bytes),
        plan,
      },
    ];
  });
}

function planOf(line: string | undefined, runId: string): Plan | null {
  if (!line?.startsWith('plan ')) return null;
  try {
    const plan = planSchema.parse(JSON.parse(line.slice('plan '.length)));
    return plan.runId === runId ? plan : null;
  } catch {
    return null;
  }
}

function hasBye(line: string | undefined): boolean {
  const decoded = decodeLine(line?.slice('last '.length) ?? '');
  return decoded.ok && decoded.event.kind === 'bye';
}
