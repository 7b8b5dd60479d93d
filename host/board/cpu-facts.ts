import { cleanLine } from '../../agent/contract/clean-text.ts';
import { parseCpuList } from '../../agent/contract/cpu-list.ts';
import { cpuModel } from '../telemetry/jetson.ts';
import type { ProbeAnswer } from './probe-answer.ts';

/** The CPUs of a board, and those that the login may use. */
export interface CpuFacts extends UsableCpus {
  readonly model: string | null;
}

/** Which CPUs there are to measure on. */
export interface UsableCpus {
  readonly online: readonly number[];
  /** Of those online: what the probing shell may run on, as what it starts will. */
  readonly allowed: readonly number[];
  /** Of those online: kept off by `isolcpus`, for who pins to them (`--affinity`). */
  readonly isolated: readonly number[];
  /** What allows fewer CPUs than are online; null where all are allowed. */
  readonly limit: CpuLimit | null;
  /**
   * CPUs' worth of time that control groups allow, 1.5 say: the smallest of the login's own and
   * those above; null: no limit.
   */
  readonly quota: number | null;
}

/**
 * `isolcpus`: isolated by the kernel's command line. `cpuset`: of a control group, named where it
 * is not the root's. `affinity`: set by a parent, as taskset and systemd's CPUAffinity= do.
 */
interface CpuLimit {
  readonly by: 'isolcpus' | 'cpuset' | 'affinity';
  readonly group: string | null;
}

/** All of these CPUs, without a limit. */
export function allUsable(online: readonly number[]): UsableCpus {
  return { online, allowed: online, isolated: [], limit: null, quota: null };
}

/** CPUs as the probe saw them; a board that tells no allowed CPUs allows all. */
export function cpuFacts(answer: ProbeAnswer): CpuFacts {
  const online = parseCpuList(answer.first('online') ?? '') ?? [];
  // What is allowed and isolated may name CPUs that are offline.
  const among = (key: string) => {
    const list = parseCpuList(answer.first(key)?.trim() ?? '');
    return list === null ? null : online.filter((cpu) => list.includes(cpu));
  };
  const allowed = among('allowed') ?? online;
  const isolated = among('isolated') ?? [];
  const group = answer.first('cpugroup');
  const limit =
    allowed.length === 0 || allowed.length === online.length
      ? null
      : limitOf(allowed, {
          unisolated: online.filter((cpu) => !isolated.includes(cpu)),
          cpuset: among('cpuset'),
          group: group === null || group === '/' ? null : cleanLine(group, 200),
        });
  return {
    model: cpuModel(answer.all('cpu')),
    online,
    allowed: allowed.length === 0 ? online : allowed,
    isolated,
    limit,
    quota: quotaOf(answer.all('quota')),
  };
}

/**
 * Each is "quota period" in the same unit; `max` and -1 are no limit (cgroups(7), the kernel's
 * sched-bwc.rst).
 */
function quotaOf(lines: readonly string[]): number | null {
  const shares = lines.flatMap((line) => {
    const [quota, period] = line.split(' ').map(Number);
    const share = (quota ?? Number.NaN) / (period ?? Number.NaN);
    return share > 0 && Number.isFinite(share) ? [share] : [];
  });
  return shares.length === 0 ? null : Math.min(...shares);
}

interface Candidates {
  readonly unisolated: readonly number[];
  readonly cpuset: readonly number[] | null;
  readonly group: string | null;
}

function limitOf(allowed: readonly number[], { unisolated, cpuset, group }: Candidates): CpuLimit {
  if (cpuset?.join() === allowed.join()) return { by: 'cpuset', group };
  const by = unisolated.join() === allowed.join() ? 'isolcpus' : 'affinity';
  return { by, group: null };
}

const causes: Readonly<Record<CpuLimit['by'], string>> = {
  isolcpus: 'the others are isolated (isolcpus of the kernel command line)',
  cpuset: 'the cpuset of its control group',
  affinity: 'an affinity set before the login (taskset, CPUAffinity= of systemd)',
};

/** Each limit of the login in a sentence; empty where there is none. */
export function cpuLimitTexts(cpus: UsableCpus): string[] {
  const { quota } = cpus;
  const ofTime =
    quota === null
      ? null
      : `a control group allows ${Number(quota.toPrecision(3))} CPUs' worth of time (a CPU quota)`;
  return [cpuLimitText(cpus), ofTime].filter((text) => text !== null);
}

/**
 * `1 of 2 online CPUs (1) may be used: the cpuset of its control group /user.slice`; null where all
 * may be.
 */
export function cpuLimitText({ online, allowed, limit }: UsableCpus): string | null {
  if (limit === null) return null;
  const cause = causes[limit.by] + (limit.group === null ? '' : ` ${limit.group}`);
  return `${allowed.length} of ${online.length} online CPUs may be used (${allowed.join(', ')}): ${cause}`;
}
