import type { ExecutionProvider } from '../../../agent/contract/choices.ts';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import type { EventOf } from '../../../agent/contract/events.ts';
import { providerNames } from '../../../agent/contract/provider-names.ts';
import { engineWords } from '../../journal/engine-words.ts';
import { formatCount, formatPercent } from '../../quantities/format.ts';
import type { PlacementResult } from '../result/cell-result.ts';

/**
 * At least this share of the time must have been spent on the provider that was asked for. Time,
 * not nodes: TensorRT fuses a whole graph into one node, and a graph's shape arithmetic belongs on
 * the CPU.
 */
const MIN_SHARE_ON_ASKED = 0.5;

/** What the profiler itself takes for a node at the most; 9 µs were measured on x86. */
const PROFILER_NS_PER_NODE = 30_000;

/** Operators beyond this many are summed up in no table that anyone reads. */
const MAX_OPERATORS = 100;

/** Name of a provider for people: `CUDA`; what ONNX Runtime says where it is none of ours. */
export function providerName(id: string): string {
  const known = Object.values(providerNames).find((provider) => provider.id === id);
  return known?.name ?? id.replace(/ExecutionProvider$/, '');
}

/** What the profiled session says of a cell; null without one. Durations are means per run. */
export function placementOf(
  ep: ExecutionProvider,
  event: EventOf<'placement'> | undefined,
): PlacementResult | null {
  if (event === undefined) return null;
  const asked = providerNames[ep].id;
  const perRun = (duration_ns: number) => duration_ns / Math.max(1, event.runs);
  const found = event.providers.map((provider) => ({
    provider: cleanLine(provider.provider, 128),
    nodes: provider.nodes,
    duration_ns: perRun(provider.duration_ns),
    copies: provider.copies,
    copy_ns: perRun(provider.copy_ns),
  }));
  const own = found.find(({ provider }) => provider === asked);
  const nodes_ns = sum(found.map(({ duration_ns }) => duration_ns));
  const waited_ns = ep === 'cpu' || !own?.nodes ? 0 : waitFor(found, perRun(event.run_ns ?? 0));
  const total_ns = nodes_ns + waited_ns;
  return {
    asked,
    failure: event.failure === null ? null : engineWords(event.failure.split('\n', 1)[0] ?? ''),
    runs: event.runs,
    nodes: sum(found.map(({ nodes }) => nodes)),
    nodes_on_asked: own?.nodes ?? 0,
    share_on_asked: total_ns === 0 ? null : ((own?.duration_ns ?? 0) + waited_ns) / total_ns,
    islands: event.islands,
    providers: found,
    operators: operatorsOf(event, total_ns),
  };
}

/**
 * The wait for a GPU, nanoseconds per run. Its nodes are over when their kernels are launched; what
 * they take lies in the copies back and, at the end of a run, in no node at all. What the profiler
 * may have taken itself is left out.
 */
function waitFor(providers: PlacementResult['providers'], run_ns: number): number {
  const copies_ns = sum(providers.map(({ copy_ns }) => copy_ns));
  const inNodes_ns = sum(providers.map(({ duration_ns }) => duration_ns)) + copies_ns;
  const events = sum(providers.map(({ nodes, copies }) => nodes + copies));
  return copies_ns + Math.max(0, run_ns - inNodes_ns - events * PROFILER_NS_PER_NODE);
}

function operatorsOf(event: EventOf<'placement'>, total_ns: number): PlacementResult['operators'] {
  const operators = new Map<string, PlacementResult['operators'][number]>();
  for (const node of event.nodes) {
    const [op, provider] = [cleanLine(node.op, 128), cleanLine(node.provider, 128)];
    const key = `${op}/${provider}`;
    const known = operators.get(key) ?? { op, provider, nodes: 0, duration_ns: 0, share: 0 };
    known.nodes += 1;
    known.duration_ns += node.duration_ns / Math.max(1, event.runs);
    known.share = total_ns === 0 ? 0 : known.duration_ns / total_ns;
    operators.set(key, known);
  }
  return [...operators.values()]
    .sort((a, b) => b.duration_ns - a.duration_ns || (a.op < b.op ? -1 : 1))
    .slice(0, MAX_OPERATORS);
}

/**
 * `41/41 nodes on CPU`, `37/49 nodes on CUDA, 12 elsewhere (3 islands, 6 copies)`; null when
 * nothing is known.
 */
export function placementText(placement: PlacementResult): string | null {
  const { failure, nodes, nodes_on_asked, islands, asked } = placement;
  if (failure !== null || nodes === 0) return null;
  const on = `${nodes_on_asked}/${formatCount(nodes, 'node')} on ${providerName(asked)}`;
  const copies = sum(placement.providers.map((provider) => provider.copies));
  const away = nodes - nodes_on_asked;
  if (away === 0) return on;
  const bill = [count(islands, 'island'), ...(copies > 0 ? [count(copies, 'copy', 'copies')] : [])];
  return `${on}, ${away} elsewhere (${bill.join(', ')})`;
}

/** `, 96 % of the time on CUDA`; empty where no time is known. */
export function placementShareText({ asked, share_on_asked }: PlacementResult): string {
  if (share_on_asked === null) return '';
  return `, ${formatPercent(share_on_asked)} of the time on ${providerName(asked)}`;
}

/** True when the model, by its time, ran somewhere else than asked. */
export function isMisplaced({ failure, share_on_asked }: PlacementResult): boolean {
  return failure === null && share_on_asked !== null && share_on_asked < MIN_SHARE_ON_ASKED;
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
