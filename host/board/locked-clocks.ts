import type { JetsonSnapshot } from '../../agent/contract/board-files.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { program } from '../shell/program.ts';
import readClocks from '../shell/programs/read-clocks.sh';
import { runScript } from '../shell/run-script.ts';
import { type Clock, type JetsonState, readJetsonState } from '../telemetry/jetson-state.ts';

/**
 * `--require-locked`: lets a board pass whose CPU clocks, and GPU clock where there is one, have a
 * single frequency.
 * @throws OrinError `clocks-not-locked` where they can move, and where the board does not tell.
 */
export async function requireLockedClocks(link: Link, signal: AbortSignal): Promise<void> {
  const answer = await runScript(link, program(readClocks), {
    step: `reading the clocks of ${link.board}`,
    signal,
  });
  const problem = movingClocks(readJetsonState(snapshotOf(answer.output)));
  if (problem === null) return;
  throw new OrinError({
    code: 'clocks-not-locked',
    what: `the clocks of ${link.board} are not locked`,
    why: problem,
    next: 'lock them on the board (on a Jetson: sudo jetson_clocks), or leave --require-locked out',
    board: link.board,
  });
}

function snapshotOf(output: string): JetsonSnapshot {
  const lines = output.split('\n').slice(0, 4096);
  return Object.fromEntries(
    lines.flatMap((line): [string, string][] => {
      const match = /^(\/sys\/[^:]+):(.*)$/.exec(line.trim());
      return match ? [[match[1] ?? '', match[2] ?? '']] : [];
    }),
  );
}

/** Which clock can move, in a sentence; null when none can. */
export function movingClocks({ isPinned, cpus, gpu }: JetsonState): string | null {
  if (isPinned.cpu === null) return 'it does not say what its clocks may be';
  const moving = [...cpus].find(([, clock]) => clock.minHz !== clock.maxHz);
  if (moving) return `cpu${moving[0]} may run at ${rangeOf(moving[1])}`;
  if (gpu !== null && isPinned.gpu === false) return `the GPU may run at ${rangeOf(gpu)}`;
  return null;
}

function rangeOf({ minHz, maxHz }: Clock): string {
  const mega = (hz: number | null) => (hz === null ? '?' : String(Math.round(hz / 1e6)));
  return `${mega(minHz)} to ${mega(maxHz)} MHz`;
}
