import { setTimeout as sleep } from 'node:timers/promises';
import { doFault, type Fault } from './faults.ts';
import { count, type Figures } from './figures.ts';
import { Program, type ProgramEnd } from './program.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';

export interface Watched extends ProgramEnd {
  readonly faults: readonly Fault[];
  readonly isHung: boolean;
}

/** Reconnecting waits for up to half a minute, and a run lasts as long: far beyond both. */
const HUNG_MS = 240_000;

export interface WatchOptions {
  readonly random: Random;
  readonly figures: Figures;
  /** Null where nothing disturbs it. */
  readonly startRival: (() => void) | null;
}

/** Runs a program to its end, disturbs it every few seconds, and looks at its memory. */
export async function watchProgram(
  scene: Scene,
  args: readonly string[],
  options: WatchOptions,
): Promise<Watched> {
  const program = new Program(args, scene.workstation);
  const ended = new AbortController();
  const faults: Fault[] = [];
  let isHung = false;
  const timer = setTimeout(() => {
    isHung = true;
    program.kill('SIGKILL');
  }, HUNG_MS);
  const others = [
    watchMemory(program, options.figures, ended.signal),
    options.startRival === null
      ? Promise.resolve()
      : disturb({ ...options, scene, program, ended: ended.signal, faults }, options.startRival),
  ];
  const end = await program.end;
  clearTimeout(timer);
  ended.abort();
  await Promise.all(others);
  return { ...end, faults, isHung };
}

interface Disturbed {
  readonly scene: Scene;
  readonly program: Program;
  readonly random: Random;
  readonly figures: Figures;
  readonly ended: AbortSignal;
  readonly faults: Fault[];
}

async function disturb(target: Disturbed, startRival: () => void): Promise<void> {
  const { random, ended, faults, figures } = target;
  for (;;) {
    await sleep(random.between(200, 5_000), undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) return;
    const fault = await doFault({ ...target, startRival });
    if (fault === null) continue;
    count(figures.faults, fault);
    faults.push(fault);
  }
}

async function watchMemory(program: Program, figures: Figures, ended: AbortSignal): Promise<void> {
  const seen: number[] = [];
  while (!ended.aborted) {
    const isFollowing = /(started|attached) /.test(program.stderr);
    const bytes = isFollowing ? await program.residentBytes() : null;
    if (bytes !== null) seen.push(bytes);
    await sleep(500, undefined, { signal: ended }).catch(() => undefined);
  }
  const [startBytes] = seen;
  const endBytes = seen.at(-1);
  if (startBytes === undefined || endBytes === undefined) return;
  figures.memory.push({ startBytes, endBytes, peakBytes: Math.max(...seen) });
}
