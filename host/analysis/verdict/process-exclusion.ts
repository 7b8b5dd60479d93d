import { basename } from 'node:path';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { parseCpuList } from '../../../agent/contract/cpu-list.ts';
import type { CpuChange } from '../../../agent/contract/cpu-state.ts';
import type { Cell, Plan } from '../../../agent/contract/plan.ts';
import type { ProcessData } from '../../journal/journal-data.ts';
import type { CpuSet } from '../../journal/tele-data.ts';

/** What a process is held against. */
export interface RunGround {
  readonly plan: Pick<Plan, 'ortLibraries'>;
  /** CPUs online at the run's first process that told; empty where none did. */
  readonly cpusOnline: string;
  /** CPUs allowed at the run's first process without an affinity of its own; empty likewise. */
  readonly cpusAllowed: string;
  /** CPUs as the sampler saw them, each time that they changed. */
  readonly cpuSets: readonly CpuSet[];
}

/** What all processes of a run are held against: `processes` are all of the run. */
export function groundOf(
  plan: Plan,
  processes: readonly ProcessData[],
  cpuSets: readonly CpuSet[],
): RunGround {
  const free = new Set(plan.cells.filter(({ affinity }) => affinity === null).map(({ id }) => id));
  return {
    plan,
    cpusOnline: processes.flatMap(({ cpusOnline }) => [...cpusOnline])[0] ?? '',
    cpusAllowed:
      processes.find(({ cell, cpusAllowed }) => free.has(cell) && cpusAllowed !== '')
        ?.cpusAllowed ?? '',
    cpuSets,
  };
}

/**
 * Why a process was not measured as its cell is meant to be, although it ran to its end; null when
 * it was.
 */
export function misfit(data: ProcessData, cell: Cell, ground: RunGround): string | null {
  if (data.ended?.isMovedBack) return 'its interrupts were moved back by something else';
  return (
    changedWhileItRan(data, ground.cpuSets) ??
    otherCpus(data, cell, ground) ??
    otherLibrary(data, cell, ground.plan.ortLibraries)
  );
}

/**
 * What to do about processes that do not count for one of these reasons; null where none of them is
 * of this file.
 */
export function misfitAdvice(reasons: readonly string[]): string | null {
  const has = (word: RegExp) => reasons.some((reason) => word.test(reason));
  if (has(/interrupts/)) {
    return 'stop what moves interrupts on the board (irqbalance), then run it again';
  }
  if (has(/^CPU|CPUs/)) {
    return 'leave power mode and CPUs of the board as they are while it runs, then run it again';
  }
  return has(/librar/) ? 'see what was loaded: orin-remote results show RUN' : null;
}

function changedWhileItRan(data: ProcessData, cpuSets: readonly CpuSet[]): string | null {
  const [change] = data.ended?.cpuChanges ?? [];
  if (change !== undefined) return changeText(change);
  // Between two edges a CPU may have gone and come back: the sampler saw it.
  const end_ns = data.ended?.t_ns ?? data.end?.t_ns ?? Number.POSITIVE_INFINITY;
  const at = cpuSets.findIndex(({ t_ns }, k) => k > 0 && t_ns > data.spawn_ns && t_ns <= end_ns);
  const [before, after] = [cpuSets[at - 1], cpuSets[at]];
  return before && after ? onlineText(before.cpus, after.cpus, 'while it ran') : null;
}

function changeText({ what, before, after }: CpuChange): string {
  const [from, to] = [parseCpuList(before), parseCpuList(after)];
  if (what === 'away' && from)
    return `CPU ${from.join(', ')} went offline and came back while it ran`;
  return what === 'online' && from && to
    ? onlineText(from, to, 'while it ran')
    : `its CPUs changed from ${cleanLine(before, 80)} to ${cleanLine(after, 80)} while it ran`;
}

/** `CPU 4, 5 went offline while it ran` */
function onlineText(before: readonly number[], after: readonly number[], when: string): string {
  const gone = before.filter((cpu) => !after.includes(cpu));
  const come = after.filter((cpu) => !before.includes(cpu));
  const parts = [
    ...(gone.length > 0 ? [`CPU ${gone.join(', ')} went offline`] : []),
    ...(come.length > 0 ? [`CPU ${come.join(', ')} came online`] : []),
  ];
  return `${parts.join(' and ')} ${when}`;
}

function otherCpus(
  { cpusAllowed, cpusOnline }: ProcessData,
  { affinity }: Cell,
  ground: RunGround,
): string | null {
  if (affinity !== null && !isSameCpus(affinity, cpusAllowed)) {
    return `ran on CPUs ${cpusAllowed}, not on ${affinity}`;
  }
  const [now] = cpusOnline;
  const [before, after] = [parseCpuList(ground.cpusOnline), parseCpuList(now ?? '')];
  if (before && after && before.join() !== after.join()) {
    return onlineText(before, after, "after the run's first process");
  }
  const isTold = ground.cpusAllowed !== '' && cpusAllowed !== '';
  if (affinity !== null || !isTold || isSameCpus(ground.cpusAllowed, cpusAllowed)) return null;
  return `ran on CPUs ${cpusAllowed}, the run's first process on ${ground.cpusAllowed}`;
}

function isSameCpus(asked: string, applied: string): boolean {
  const wanted = parseCpuList(asked);
  const actual = parseCpuList(applied);
  return wanted !== null && actual !== null && wanted.join() === actual.join();
}

/**
 * Of ONNX Runtime: the library that was pushed, or the one that the cell names, and no second one
 * beside it.
 */
function otherLibrary(
  { libraries }: ProcessData,
  { engine, ortLibrary }: Cell,
  pushed: Plan['ortLibraries'],
): string | null {
  if (libraries === null || engine === 'trtexec') return null;
  const isMeant = ({ sha256, isNamed }: NonNullable<typeof libraries>[number]) =>
    ortLibrary === null ? pushed?.includes(sha256 ?? '') : isNamed === true;
  if (ortLibrary === null && pushed === undefined) return null;
  const mapped = libraries.filter(
    ({ path, isNamed }) => isNamed || /^libonnxruntime\.so/.test(basename(path)),
  );
  const other = mapped.find((library) => !isMeant(library));
  if (other !== undefined)
    return `ran another library of ONNX Runtime: ${cleanLine(other.path, 400)}`;
  return mapped.length > 0 ? null : 'the library of ONNX Runtime was not found in its memory';
}
