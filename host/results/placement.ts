import { cleanLine, cleanText } from '../../agent/protocol/clean-text.ts';
import type { EventOf } from '../../agent/protocol/events.ts';
import type { ExecutionProvider } from '../../agent/protocol/plan.ts';
import { providerNames } from '../../agent/protocol/provider-names.ts';
import type { PlacementResult } from './cell-result.ts';
import { formatPercent } from './format.ts';

/**
 * At least this share of the nodes' time must have been spent on the provider that was asked for: TensorRT fuses a whole
 * graph into one node, and a graph's shape arithmetic belongs on the CPU. A GPU provider needs the time or more than this
 * share of the nodes, because the times of its nodes are those of their launches.
 */
const MIN_SHARE_ON_ASKED = 0.5;

/** Operators beyond this many are summed up in no table that anyone reads. */
const MAX_OPERATORS = 100;

/** Name of a provider for people: `CUDA`; what ONNX Runtime says where it is none of ours. */
export function providerName(id: string): string {
  const known = Object.values(providerNames).find((provider) => provider.id === id);
  return known?.name ?? id.replace(/ExecutionProvider$/, '');
}

/**
 * What the profiled session says of a cell; null without one. Durations are means per run. The copies between devices
 * compute nothing, but the wait for what a GPU provider has launched lies in them: their time counts as the provider's.
 */
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
  // Copies alone, beside no node, are no wait for anything.
  const waited_ns = launches(asked) && own?.nodes ? sum(found.map(({ copy_ns }) => copy_ns)) : 0;
  const total_ns = sum(found.map(({ duration_ns }) => duration_ns)) + waited_ns;
  return {
    asked,
    failure: event.failure === null ? null : cleanText(event.failure, 2048),
    runs: event.runs,
    nodes: sum(found.map(({ nodes }) => nodes)),
    nodes_on_asked: own?.nodes ?? 0,
    share_on_asked: total_ns === 0 ? null : ((own?.duration_ns ?? 0) + waited_ns) / total_ns,
    islands: event.islands,
    providers: found,
    operators: operatorsOf(event, total_ns),
  };
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

/** `41/41 nodes on CPU`, `37/49 nodes on CUDA, 12 elsewhere (3 islands, 6 copies)`; null when nothing is known. */
export function placementText(placement: PlacementResult): string | null {
  const { failure, nodes, nodes_on_asked, islands, asked } = placement;
  if (failure !== null || nodes === 0) return null;
  const on = `${nodes_on_asked}/${nodes} nodes on ${providerName(asked)}`;
  const copies = sum(placement.providers.map((provider) => provider.copies));
  const away = nodes - nodes_on_asked;
  if (away === 0) return on;
  const bill = [count(islands, 'island'), ...(copies > 0 ? [count(copies, 'copy', 'copies')] : [])];
  return `${on}, ${away} elsewhere (${bill.join(', ')})`;
}

/** `, 96 % of their time on CUDA, copies included`; empty where no time is known. */
export function placementShareText({ asked, share_on_asked }: PlacementResult): string {
  if (share_on_asked === null) return '';
  const copies = launches(asked) ? ', copies included' : '';
  return `, ${formatPercent(share_on_asked)} of their time on ${providerName(asked)}${copies}`;
}

/** True when the model ran somewhere else than asked: by its time, and for a GPU provider by its nodes as well. */
export function isMisplaced(placement: PlacementResult): boolean {
  return isMostlyElsewhere(placement) && !(launches(placement.asked) && hasMostNodes(placement));
}

/** True when little of the time, but most of the nodes, is a GPU provider's: the time says nothing against it then. */
export function isPlacedByNodes(placement: PlacementResult): boolean {
  return isMostlyElsewhere(placement) && !isMisplaced(placement);
}

function isMostlyElsewhere({ failure, share_on_asked }: PlacementResult): boolean {
  return failure === null && share_on_asked !== null && share_on_asked < MIN_SHARE_ON_ASKED;
}

function hasMostNodes({ nodes, nodes_on_asked }: PlacementResult): boolean {
  return nodes_on_asked > MIN_SHARE_ON_ASKED * nodes;
}

/** A GPU provider returns from a node when its kernels are launched, not when they are done. */
function launches(asked: string): boolean {
  return asked !== providerNames.cpu.id;
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
