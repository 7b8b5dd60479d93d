import type { Plan } from '../../agent/contract/plan.ts';
import type { Probe } from '../board/probe.ts';
import type { Link } from '../link/link.ts';
import { runContext } from '../plan/run-context.ts';
import { openWorkshop, type Workshop } from '../plan/workshop.ts';
import { program } from '../shell/program.ts';
import boot from '../shell/programs/boot.sh';
import verified from '../shell/programs/verified.sh';
import { runScript } from '../shell/run-script.ts';
import type { Runtime } from '../store/runtime/runtime.ts';
import type { FollowRequest } from './follow-request.ts';

export interface RuntimeRequest extends Pick<FollowRequest, 'listener' | 'signal'> {
  readonly isOffline: boolean;
  readonly directories: { readonly cache: string; readonly runs: string; readonly agent: string };
}

/** What a runtime holds beyond Node, npm's ONNX Runtime and the agent. */
export interface RuntimeParts {
  /** Package directory of a person's own build of onnxruntime-node. */
  readonly ortPackage: string | undefined;
  /** For the engine `ort-capi`. */
  readonly needsKoffi: boolean;
}

/**
 * The runtime for a board, downloaded where it is not in the cache.
 * @throws OrinError `runtime-unavailable`.
 */
export async function runtimeOf(
  request: RuntimeRequest,
  { facts }: Probe,
  { ortPackage, needsKoffi }: RuntimeParts,
  workshop: Workshop = openWorkshop(request.directories, request.signal),
): Promise<Runtime> {
  if (facts.platform === null) throw new Error('requireBoard lets no such board pass');
  return await workshop.runtimeFor(facts.platform, {
    agentPath: request.directories.agent,
    offline: request.isOffline,
    ortPackage,
    needsKoffi,
    onProgress: ({ what, receivedBytes, totalBytes }) => {
      const percent = Math.floor((receivedBytes / totalBytes) * 100);
      request.listener({ kind: 'preparing', what: `downloading ${what}: ${percent} %` });
    },
  });
}

/**
 * Path of the runtime on the board with which the plan was begun, verified; null when it is not
 * there any more.
 */
export async function runtimeOnBoard(link: Link, probe: Probe, plan: Plan): Promise<string | null> {
  const id = runContext.parse(plan.context).runtime?.id ?? '';
  if (!/^[0-9a-f]{64}$/.test(id)) return null;
  const directory = `${probe.facts.base.path}/runtimes/${id}`;
  const look = 'read_boot ""; verified "$1" && echo there; true';
  const script = program([boot, verified, look], [directory]);
  const { output } = await runScript(link, script, {
    step: `find the runtime on ${link.board}`,
    timeoutMs: 10 * 60_000,
  });
  return output.trim() === 'there' ? directory : null;
}
