import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Plan } from '../../agent/contract/plan.ts';
import type { BoardFacts } from '../../host/board/facts.ts';
import { guardianName } from '../../host/board/interrupts/guardian.ts';
import { restoreStale } from '../../host/board/interrupts/stale-moves.ts';
import type { SteerTarget } from '../../host/board/interrupts/steer.ts';
import type { IrqMoves } from '../../host/irq/moves.ts';
import { silentPrompter } from '../../host/reach/trust/prompter.ts';
import { makeBuiltIn } from '../../models/built-in.ts';
import { ofKind, shortEffort, TestBoard, type TestModel, type TestRun } from './board.ts';
import { fixedInput, testCell } from './cells.ts';
import { openLocalLink } from './local-link.ts';

// Moving real interrupts takes root and would disturb the machine of the tests: the kernel's files
// are a tree below a directory, which takes any value as the kernel does for interrupts that it
// lets be moved. Scripts, processes and kills are real.

export const board = new TestBoard();
const mlp: TestModel = {
  id: 'mlp',
  main: 'mlp.onnx',
  files: { 'mlp.onnx': makeBuiltIn('mlp-tiny') },
};
export const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
export const treeRoot = join(board.path, 'tree');
const files = {
  '/proc/irq/67/smp_affinity_list': ['0-5', '1'],
  '/proc/irq/301/smp_affinity_list': ['0-5', '2'],
  '/sys/class/net/eth0/queues/rx-0/rps_cpus': ['00', '3f'],
} as const;
const asIfRoot = join(board.path, 'as-if-root');
export const link = openLocalLink({
  env: { PATH: `${asIfRoot}:${process.env.PATH}`, HOME: board.homePath },
});
export const signal = new AbortController().signal;
export const moves: IrqMoves = {
  kind: 'spread',
  interruptCpu: 0,
  hasIrqbalance: false,
  changes: Object.entries(files).map(([path, [old, moved]]) => ({
    path: treeRoot + path,
    old,
    moved,
  })),
};
export const target: SteerTarget = {
  link,
  base: board.basePath,
  bootId,
  root: { kind: 'root' },
  signal,
  treeRoot,
};
export const record = join(board.basePath, 'irq/record');
export const before: readonly string[] = Object.values(files).map(([old]) => old);
export const steered: readonly string[] = Object.values(files).map(([, moved]) => moved);

beforeAll(async () => {
  await board.install();
  mkdirSync(asIfRoot);
  writeFileSync(join(asIfRoot, 'id'), '#!/bin/sh\necho 0\n');
  chmodSync(join(asIfRoot, 'id'), 0o755);
});
afterAll(() => board.remove());
beforeEach(() => {
  for (const [path, [old]] of Object.entries(files)) {
    mkdirSync(dirname(treeRoot + path), { recursive: true });
    writeFileSync(treeRoot + path, `${old}\n`);
  }
});
afterEach(async () => {
  for (const pid of guardians()) process.kill(pid, 'SIGKILL');
  await until(() => guardians().length === 0);
  await restoreStale(link, factsWith(bootId, false), silentPrompter, signal, treeRoot);
});

export const values = () =>
  Object.keys(files).map((path) => readFileSync(treeRoot + path, 'utf8').trim());

/** Both processes of the guardian of this test's board. */
export function guardians(): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const isOurs = words.includes(guardianName) && words.includes(`${board.basePath}/irq`);
      return isOurs ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

export function factsWith(ofBoot: string, isGuarded: boolean): BoardFacts {
  const irqRecord = existsSync(record) ? { bootId: ofBoot, isGuarded } : null;
  return { bootId, base: { path: board.basePath }, irqRecord } as BoardFacts;
}

export function start(
  changes = {},
  planned: Partial<Plan> = {},
  options: readonly string[] = [],
): TestRun {
  const ones = new Uint8Array(new Float32Array(784).fill(1).buffer);
  const inputs = [fixedInput('input', [1, 784], board.store(ones))];
  const cells = [
    testCell('kept', 'mlp', inputs),
    testCell('moved', 'mlp', inputs, { isSteered: true }),
  ];
  const effort = { ...shortEffort, ...changes };
  const plan = board.plan([mlp], cells, { effort, telemetry: 'off', ...planned });
  return board.start(plan, { options });
}

/** Measures so long that somebody has to end it. */
export const long = { processBudgetMs: 120_000, minIterations: 1e9, maxIterations: 1e9 };

export async function duringMoved(run: TestRun): Promise<void> {
  await run.until((events) => ofKind(events, 'tele').find(({ steering }) => steering?.isOn));
}
