import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from './program.ts';
import type { Random } from './random.ts';
import { processesOf, type Scene } from './scene.ts';

/** How often each fault is drawn, against the others. */
const weights = {
  cut: 6,
  'half-close to the program': 2,
  'half-close to the board': 2,
  stall: 4,
  silence: 1,
  'slow link': 4,
  'sshd session killed': 4,
  'worker killed': 3,
  'sampler killed': 2,
  'supervisor killed': 1,
  'program killed': 2,
  'program terminated': 2,
  'program interrupted': 1,
  'second program': 2,
} as const;

export type Fault = keyof typeof weights;

/** What a fault is done to. */
export interface Target {
  readonly scene: Scene;
  readonly random: Random;
  readonly program: Program;
  /** Fires when the program has ended: weather is then over. */
  readonly ended: AbortSignal;
  /** Starts another benchmark on the same board. */
  readonly startRival: () => void;
}

/** Draws a fault and does it; null when there was nothing at this moment to do it to. */
export async function doFault(target: Target): Promise<Fault | null> {
  const fault = target.random.weighted<Fault>(weights);
  return (await injectors[fault](target)) ? fault : null;
}

const injectors: Readonly<Record<Fault, (target: Target) => Promise<boolean>>> = {
  cut: (target) => toConnections(target, ({ relay }) => relay.cut()),
  'half-close to the program': (target) =>
    toConnections(target, ({ relay }) => relay.halfClose('program')),
  'half-close to the board': (target) =>
    toConnections(target, ({ relay }) => relay.halfClose('board')),
  stall: (target) => weather(target, 'stall', target.random.between(2_000, 8_000)),
  // Longer than it takes to call a peer dead.
  silence: (target) => weather(target, 'stall', target.random.between(23_000, 28_000)),
  'slow link': (target) => weather(target, 'slow', target.random.between(3_000, 8_000)),
  'sshd session killed': async ({ scene }) => kill(await scene.sshd.sessions()),
  'worker killed': async ({ scene }) => kill(await processesOf(scene, 'work')),
  'sampler killed': async ({ scene }) => kill(await processesOf(scene, 'sample')),
  'supervisor killed': async ({ scene }) => kill(await processesOf(scene, 'supervise')),
  'program killed': (target) => signalProgram(target, 'SIGKILL'),
  'program terminated': (target) => signalProgram(target, 'SIGTERM'),
  'program interrupted': (target) => signalProgram(target, 'SIGINT'),
  'second program': async ({ startRival }) => {
    startRival();
    return true;
  },
};

async function toConnections({ scene }: Target, change: (scene: Scene) => void): Promise<boolean> {
  if (scene.relay.connections === 0) return false;
  change(scene);
  return true;
}

async function weather(
  { scene, random, ended }: Target,
  kind: 'stall' | 'slow',
  ms: number,
): Promise<boolean> {
  if (scene.relay.connections === 0) return false;
  if (kind === 'stall') scene.relay.stall();
  else scene.relay.limit(random.between(20_000, 400_000));
  await sleep(ms, undefined, { signal: ended }).catch(() => undefined);
  scene.relay.flow();
  return true;
}

async function signalProgram({ program }: Target, signal: NodeJS.Signals): Promise<boolean> {
  if (!program.isRunning) return false;
  program.kill(signal);
  return true;
}

function kill(pids: readonly number[]): boolean {
  let killed = 0;
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
      killed += 1;
    } catch {
      // Ended by itself.
    }
  }
  return killed > 0;
}
