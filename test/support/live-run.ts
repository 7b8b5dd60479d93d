import { readFileSync } from 'node:fs';
import type { JournalEvent } from '../../agent/contract/events.ts';
import type { Plan } from '../../agent/contract/plan.ts';
import type { BoardFacts } from '../../host/board/facts.ts';
import { JournalReader } from '../../host/journal/journal.ts';
import { type RunDepth, runDepths } from '../../host/journal/run-depth.ts';
import { RunFold } from '../../host/journal/run-fold.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import { initialLive, type LiveState, reduceLive } from '../../src/tui/live/live-state.ts';
import { around, JournalBuilder, testCell, testPlan } from './journal-builder.ts';

const GIB = 1024 ** 3;

/** A Jetson as a probe would have found it. */
export const orinFacts: BoardFacts = {
  machine: 'aarch64',
  platform: 'linux-arm64',
  kernel: '5.15.148-tegra',
  os: 'Ubuntu 22.04.5 LTS',
  libc: { name: 'glibc', version: '2.35' },
  model: 'NVIDIA Jetson Orin Nano Developer Kit',
  l4t: '36.4.4',
  jetpack: '6.2.1',
  powerMode: '15W',
  bootId: 'boot',
  hostname: 'orin',
  user: 'nvidia',
  cpu: {
    model: 'Cortex-A78AE',
    online: [0, 1, 2, 3, 4, 5],
    allowed: [0, 1, 2, 3, 4, 5],
    isolated: [],
    limit: null,
    quota: null,
  },
  memory: { totalBytes: 8 * GIB, availableBytes: 6 * GIB },
  uptimeS: 3600,
  load1: 0.12,
  clock: { offsetMs: 0, errorMs: 1 },
  base: { path: '/home/nvidia/.cache/orin-remote', freeBytes: 100 * GIB, rejected: [] },
  tools: {},
  lock: null,
};

const cells = [
  testCell('c1', { label: '1 thread', threads: 1, model: 'resnet34-cifar10' }),
  testCell('c2', { label: '3 threads', threads: 3, model: 'resnet34-cifar10' }),
  testCell('c3', { label: '6 threads', threads: 6, model: 'resnet34-cifar10' }),
  testCell('n1', { label: 'null model, 1 thread', purpose: 'calibration', model: 'null' }),
];

export const livePlan = {
  ...testPlan(cells, { maxBlocks: 5 }),
  models: ['resnet34-cifar10', 'null'].map((id) => ({ id, name: id, main: 'm.onnx', files: [] })),
};

/** Jiffies as /proc/stat has them: a CPU that is busy to `share` for `seconds`. */
function jiffies(share: number, seconds: number): number[] {
  const total = seconds * 100;
  const part = (of: number) => Math.round(total * share * of);
  const busy = [part(0.8), 0, part(0.15), 0, 0, part(0.02), part(0.03), 0, 0, 0];
  const used = busy.reduce((sum, value) => sum + value, 0);
  return busy.map((value, index) => (index === 3 ? total - used : value));
}

function tele(builder: JournalBuilder, seconds: number): void {
  builder.event({
    kind: 'tele',
    t_ns: seconds * 1e9,
    cpus: orinFacts.cpu.online.map((cpu) => ({
      cpu,
      jiffies: jiffies(cpu < 3 ? 0.8 : 0.05, seconds),
    })),
    intr: seconds * 1200,
    ctxt: seconds * 3400,
    memAvailableBytes: 5 * GIB,
    files: {
      '/sys/devices/platform/gpu.0/load': '970\n',
      '/sys/class/devfreq/17000000.gpu/device/of_node/name': 'gpu\0',
      '/sys/class/devfreq/17000000.gpu/cur_freq': '624750000\n',
      '/sys/class/thermal/thermal_zone0/type': 'tj-thermal\n',
      '/sys/class/thermal/thermal_zone0/temp': '64500\n',
      '/sys/class/hwmon/hwmon3/name': 'soctherm_oc\n',
      '/sys/class/hwmon/hwmon3/oc3_event_cnt': `${seconds * 3}\n`,
    },
  });
}

/** Edges of a steady part of five seconds, with what a board of twelve CPUs once had in /proc. */
function edges(builder: JournalBuilder): void {
  (['steady-start', 'steady-end'] as const).forEach((edge, at) => {
    const read = (name: string) =>
      readFileSync(`test/fixtures/proc/replay/A/${at * 5}/${name}`, 'utf8');
    const [stat, interrupts, softirqs] = ['stat', 'interrupts', 'softirqs'].map(read);
    builder.event({
      kind: 'edge',
      t_ns: (3 + at * 5) * 1e9,
      process: 1,
      edge,
      stat: stat ?? '',
      interrupts: interrupts ?? '',
      softirqs: softirqs ?? '',
    });
  });
}

/**
 * Two blocks of three cells, the second process of the third block under way; one slow iteration,
 * one crash.
 */
export function liveJournal(): JournalBuilder {
  const builder = new JournalBuilder(livePlan);
  for (let block = 0; block < 2; block += 1) {
    const warmUp = 5;
    const process = (cell: string, level_ns: number, slow: number) =>
      builder.process({
        cell,
        block,
        warmUp,
        durations_ns: around(level_ns * (1 + block * 0.002), 200).map((duration, index) =>
          index === 150 ? duration * slow : duration,
        ),
        preempted: slow > 1 ? [[150, 2]] : [],
      });
    process('c1', 15.1e6, 1);
    process('c2', 6.4e6, 3);
    process('c3', 4.2e6, 1);
    tele(builder, block + 1);
  }
  edges(builder);
  builder.event({ kind: 'cell', t_ns: 20e9, cell: 'c1', reason: 'precise' });
  builder.process({
    cell: 'c3',
    block: 2,
    durations_ns: around(4.2e6, 10),
    end: {
      outcome: 'killed',
      signal: 'SIGKILL',
      exitCode: null,
      message: 'out of \u001b[31mmemory',
    },
  });
  builder.process({ cell: 'c2', block: 2, durations_ns: around(6.4e6, 120), warmUp: 5, end: null });
  return builder;
}

/** What the listeners of a run hear of these events of its journal. */
export function heardOf(
  plan: Plan,
  journal: readonly JournalEvent[],
  depth: RunDepth = runDepths.view,
): RunEvent[] {
  const fold = new RunFold(plan, depth);
  return journal.map((event) => ({ kind: 'journal', ...fold.add(event) }));
}

/** The events of the journal in the order in which an agent writes them. */
export function liveJournalEvents(builder: JournalBuilder = liveJournal()): JournalEvent[] {
  // The agent tells that the warm-up is over when it is, the builder after the last iteration.
  return new JournalReader().push(builder.bytes()).sort((a, b) => a.t_ns - b.t_ns);
}

/** All that the listeners of a run hear up to here. */
export function liveEvents(
  journal: readonly JournalEvent[] = liveJournalEvents(),
  depth: RunDepth = runDepths.view,
): RunEvent[] {
  return [
    { kind: 'connecting', destination: 'nvidia@192.168.55.1:22' },
    { kind: 'connected', elapsedMs: 210 },
    { kind: 'probed', facts: orinFacts },
    { kind: 'planned', plan: livePlan, estimateMs: 220_000 },
    { kind: 'started', runId: livePlan.runId },
    ...heardOf(livePlan, journal, depth),
  ];
}

export const BEGAN_MS = Date.UTC(2026, 10, 23, 10, 15);

/** The state after these events, one of which comes every tenth of a second. */
export function liveState(events: readonly RunEvent[] = liveEvents()): LiveState {
  return events.reduce(
    (state, event, index) => reduceLive(state, event, BEGAN_MS + index * 100),
    initialLive(BEGAN_MS),
  );
}
