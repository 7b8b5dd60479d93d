import * as z from 'zod/mini';
import type { ProfileMessage } from '../channel/messages.ts';
import { cleanLine } from '../contract/clean-text.ts';
import { maxPlacementNodes } from '../contract/engine-events.ts';

/**
 * One event of ONNX Runtime's profile, a Chrome trace: microseconds, `ph` X. Kernels are those of
 * category Node whose name ends in `_kernel_time`; `model_run` of category Session spans one run.
 */
const traceEvent = z.object({
  cat: z.string(),
  name: z.string(),
  ts: z.number(),
  dur: z.number(),
  args: z._default(
    z.object({
      provider: z.optional(z.string()),
      op_name: z.optional(z.string()),
      node_index: z.optional(z.string()),
    }),
    {},
  ),
});
type TraceEvent = z.infer<typeof traceEvent>;

type Digest = Omit<ProfileMessage, 'failure'>;

interface NodeTotal {
  readonly name: string;
  readonly op: string;
  readonly provider: string;
  duration_us: number;
}

const kernelSuffix = '_kernel_time';
const maxProviders = 32;

/**
 * Where a model's nodes ran and how long, from the text of a profile. The first run is left out
 * where there are more: it allocates and chooses algorithms. Throws when the text is no profile.
 */
export function digestProfile(text: string, askedProvider: string): Digest {
  const events = z.array(z.unknown()).parse(JSON.parse(text));
  const known = events.flatMap((event) => {
    const parsed = traceEvent.safeParse(event);
    return parsed.success ? [parsed.data] : [];
  });
  const runs = known.filter(({ cat, name }) => cat === 'Session' && name === 'model_run');
  if (runs.length === 0) throw new Error('the profile holds no run');
  const [first, ...later] = runs;
  const from_us = later.length > 0 && first ? first.ts + first.dur : 0;
  const counted = later.length > 0 ? later : runs;
  const kernels = known
    .filter(({ cat, name, ts }) => cat === 'Node' && name.endsWith(kernelSuffix) && ts >= from_us)
    .sort((a, b) => a.ts - b.ts);
  const nodes = totals(kernels);
  return {
    runs: counted.length,
    run_ns: Math.round(
      1000 * counted.reduce((total_us, { dur }) => total_us + Math.max(0, dur), 0),
    ),
    islands: islandsOf(nodes, askedProvider),
    providers: byProvider(nodes),
    nodes: longest(nodes).map(({ duration_us, ...node }) => ({
      ...node,
      duration_ns: Math.round(duration_us * 1000),
    })),
  };
}

/** Each node once, in the order of its first execution. */
function totals(kernels: readonly TraceEvent[]): readonly NodeTotal[] {
  const nodes = new Map<string, NodeTotal>();
  for (const { name, dur, args } of kernels) {
    const key = `${args.node_index ?? ''}/${name}`;
    const known = nodes.get(key);
    if (known) known.duration_us += Math.max(0, dur);
    else {
      nodes.set(key, {
        name: cleanLine(name.slice(0, -kernelSuffix.length), 200),
        op: cleanLine(args.op_name ?? '', 128),
        provider: cleanLine(args.provider ?? 'unknown', 128),
        duration_us: Math.max(0, dur),
      });
    }
  }
  return [...nodes.values()];
}

/**
 * ONNX Runtime books its copies between devices as nodes of the device's provider; they compute
 * nothing.
 */
function isCopy({ op }: NodeTotal): boolean {
  return op.startsWith('Memcpy');
}

function islandsOf(nodes: readonly NodeTotal[], asked: string): number {
  const computing = nodes.filter((node) => !isCopy(node));
  return computing.filter(
    ({ provider }, i) => provider !== asked && (i === 0 || computing[i - 1]?.provider === asked),
  ).length;
}

function byProvider(nodes: readonly NodeTotal[]): Digest['providers'] {
  const names = [...new Set(nodes.map(({ provider }) => provider))].slice(0, maxProviders);
  return names.map((provider) => {
    const own = nodes.filter((node) => node.provider === provider);
    const copies = own.filter(isCopy);
    const computing = own.filter((node) => !isCopy(node));
    return {
      provider,
      nodes: computing.length,
      duration_ns: sum_ns(computing),
      copies: copies.length,
      copy_ns: sum_ns(copies),
    };
  });
}

function sum_ns(nodes: readonly NodeTotal[]): number {
  return Math.round(nodes.reduce((sum, { duration_us }) => sum + duration_us, 0) * 1000);
}

function longest(nodes: readonly NodeTotal[]): readonly NodeTotal[] {
  if (nodes.length <= maxPlacementNodes) return nodes;
  const least = nodes.map(({ duration_us }) => duration_us).sort((a, b) => b - a)[
    maxPlacementNodes - 1
  ];
  return nodes.filter(({ duration_us }) => duration_us >= (least ?? 0)).slice(0, maxPlacementNodes);
}
