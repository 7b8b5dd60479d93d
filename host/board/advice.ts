import type { BoardFacts } from './facts.ts';

/**
 * Something that would make results better or a board quicker to serve; nothing here stops a
 * benchmark.
 */
export interface Advice {
  /** What is missing or not as it should be. */
  readonly finding: string;
  /** What that costs. */
  readonly effect: string;
  /** The one command that mends it; null where there is none. */
  readonly command: string | null;
}

/** What a person could do for this board, most useful first. */
export function adviceFor(facts: BoardFacts): readonly Advice[] {
  return [mpstat(facts), busy(facts), clock(facts), packing(facts), temporaryBase(facts)].filter(
    (advice) => advice !== null,
  );
}

function mpstat({ tools }: BoardFacts): Advice | null {
  if (tools.mpstat) return null;
  return {
    finding: 'mpstat is not installed',
    effect: 'the same figures are computed from /proc by the agent',
    command: 'sudo apt-get install sysstat',
  };
}

/** Half a CPU's worth of other work shows in every median. */
const BUSY_LOAD = 0.5;

function busy({ load1 }: BoardFacts): Advice | null {
  if (load1 < BUSY_LOAD) return null;
  return {
    finding: `something else is running: load ${load1.toFixed(2)} over the last minute`,
    effect: 'other work shows in the times, above all with all CPUs in use',
    command: 'top -b -n 1 | head -n 15',
  };
}

const CLOCK_TOLERANCE_MS = 60_000;

function clock({ clock: { offsetMs } }: BoardFacts): Advice | null {
  if (Math.abs(offsetMs) < CLOCK_TOLERANCE_MS) return null;
  const hours = Math.round(Math.abs(offsetMs) / 3_600_000);
  return {
    finding: `its clock is ${offsetMs < 0 ? 'behind' : 'ahead'} by ${hours > 0 ? `${hours} h` : `${Math.round(Math.abs(offsetMs) / 60_000)} min`}`,
    effect:
      'none on measured times, which come from its monotonic clock; its log files carry wrong dates',
    command: 'sudo timedatectl set-ntp true',
  };
}

function packing({ tools }: BoardFacts): Advice | null {
  if (tools.zstd) return null;
  return {
    finding: 'zstd is not installed',
    effect: 'the runtime is sent packed with gzip, about a third larger',
    command: 'sudo apt-get install zstd',
  };
}

function temporaryBase({ base }: BoardFacts): Advice | null {
  if (!base.path.startsWith('/var/tmp')) return null;
  const home = base.rejected.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  return {
    finding: `files go to ${base.path}`,
    effect: `the places before it cannot be used (${home}); what lies there may be cleaned away`,
    command: null,
  };
}
