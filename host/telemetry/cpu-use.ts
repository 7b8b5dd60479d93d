import { type CpuTimes, cpuTimeColumns, type ProcStat } from './proc-stat.ts';

/** Percent of a CPU's time by class, as mpstat names and computes it. */
export interface CpuUse {
  readonly usr: number;
  readonly nice: number;
  readonly sys: number;
  readonly iowait: number;
  readonly irq: number;
  readonly soft: number;
  readonly steal: number;
  readonly guest: number;
  readonly gnice: number;
  readonly idle: number;
}

/** Percent of the time in which a CPU did anything; waiting for a disk is not doing. */
export function busyOf({ idle, iowait }: CpuUse): number {
  return Math.max(0, 100 - idle - iowait);
}

/**
 * CPU use between two readings of /proc/stat, with mpstat's formulas (sysstat 12.6 `rd_stats.c`):
 * guest time is taken out of user and nice, iowait and idle may step back. CPUs that were not
 * online at both readings are left out; `all` sums the CPUs that are in.
 */
export function cpuUse(
  before: ProcStat,
  after: ProcStat,
): { readonly all: CpuUse; readonly cpus: ReadonlyMap<number, CpuUse> } {
  const cpus = new Map<number, CpuUse>();
  let sumBefore = noTime;
  let sumAfter = noTime;
  let total = 0;
  for (const [cpu, now] of after.cpus) {
    const earlier = before.cpus.get(cpu);
    if (earlier === undefined) continue;
    const then = repaired(earlier, now);
    const elapsed = elapsedJiffies(then, now);
    cpus.set(cpu, percentages(then, now, elapsed));
    sumBefore = added(sumBefore, then);
    sumAfter = added(sumAfter, now);
    total += elapsed;
  }
  return { all: percentages(sumBefore, sumAfter, total), cpus };
}

/**
 * Mean of each class; of the CPUs of one interval it is that of all CPUs, as each has the same time
 * to divide.
 */
export function meanUse(uses: readonly CpuUse[]): CpuUse {
  const of = (name: keyof CpuUse) => uses.reduce((sum, use) => sum + use[name], 0) / uses.length;
  return {
    usr: of('usr'),
    nice: of('nice'),
    sys: of('sys'),
    iowait: of('iowait'),
    irq: of('irq'),
    soft: of('soft'),
    steal: of('steal'),
    guest: of('guest'),
    gnice: of('gnice'),
    idle: of('idle'),
  };
}

const noTime: CpuTimes = {
  user: 0,
  nice: 0,
  system: 0,
  idle: 0,
  iowait: 0,
  irq: 0,
  softirq: 0,
  steal: 0,
  guest: 0,
  guestNice: 0,
};

function added(a: CpuTimes, b: CpuTimes): CpuTimes {
  const sum = { ...a };
  for (const column of cpuTimeColumns) sum[column] += b[column];
  return sum;
}

/** The kernel lets iowait step back; a CPU that went off and on starts idle again. */
function repaired(then: CpuTimes, now: CpuTimes): CpuTimes {
  const iowait = now.iowait < then.iowait ? (now.idle > then.idle ? now.iowait : 0) : then.iowait;
  const idle = now.idle < then.idle ? 0 : then.idle;
  return { ...then, iowait, idle };
}

/** Jiffies between the readings: guest time is inside user and nice and must not count twice. */
function elapsedJiffies(then: CpuTimes, now: CpuTimes): number {
  const sum = (times: CpuTimes) =>
    times.user +
    times.nice +
    times.system +
    times.idle +
    times.iowait +
    times.irq +
    times.softirq +
    times.steal;
  const stepBack = (a: number, b: number) => Math.max(0, a - b);
  return (
    sum(now) -
    sum(then) +
    stepBack(then.user - then.guest, now.user - now.guest) +
    stepBack(then.nice - then.guestNice, now.nice - now.guestNice)
  );
}

function percentages(then: CpuTimes, now: CpuTimes, elapsed: number): CpuUse {
  // No jiffy passed: a tickless CPU that slept all the while.
  if (elapsed <= 0) return { ...idleCpu };
  const percent = (a: number, b: number) => (Math.max(0, b - a) / elapsed) * 100;
  return {
    usr: percent(then.user - then.guest, now.user - now.guest),
    nice: percent(then.nice - then.guestNice, now.nice - now.guestNice),
    sys: percent(then.system, now.system),
    iowait: percent(then.iowait, now.iowait),
    irq: percent(then.irq, now.irq),
    soft: percent(then.softirq, now.softirq),
    steal: percent(then.steal, now.steal),
    guest: percent(then.guest, now.guest),
    gnice: percent(then.guestNice, now.guestNice),
    idle: percent(then.idle, now.idle),
  };
}

const idleCpu: CpuUse = {
  usr: 0,
  nice: 0,
  sys: 0,
  iowait: 0,
  irq: 0,
  soft: 0,
  steal: 0,
  guest: 0,
  gnice: 0,
  idle: 100,
};
