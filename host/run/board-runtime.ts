import type { Plan } from '../../agent/protocol/plan.ts';
import type { Probe } from '../board/probe.ts';
import type { Link } from '../link/link.ts';
import { runContext } from '../results/run-context.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { runtimeFor } from '../runtime/runtime-for.ts';
import { runScript } from '../shell/run-script.ts';
import { word } from '../shell/sh.ts';
import type { FollowRequest } from './follow-request.ts';

export interface RuntimeRequest extends Pick<FollowRequest, 'listener' | 'signal'> {
  readonly isOffline: boolean;
  readonly directories: { readonly cache: string; readonly runs: string; readonly agent: string };
}

/**
 * The runtime for a board, downloaded where it is not in the cache.
 * @throws OrinError `runtime-unavailable`.
 */
export async function runtimeOf(request: RuntimeRequest, { facts }: Probe): Promise<Runtime> {
  if (facts.platform === null) throw new Error('requireBoard lets no such board pass');
  return await runtimeFor(facts.platform, {
    agentPath: request.directories.agent,
    cacheDir: request.directories.cache,
    offline: request.isOffline,
    signal: request.signal,
    onProgress: ({ what, receivedBytes, totalBytes }) => {
      const percent = Math.floor((receivedBytes / totalBytes) * 100);
      request.listener({ kind: 'preparing', what: `downloading ${what}: ${percent} %` });
    },
  });
}

/** Path of the runtime on the board by whose agent the plan was begun; null when it is not there any more. */
export async function runtimeOnBoard(link: Link, probe: Probe, plan: Plan): Promise<string | null> {
  const agent = runContext.parse(plan.context).runtime?.agent_sha256 ?? '';
  if (!/^[0-9a-f]{64}$/.test(agent)) return null;
  const { path } = probe.facts.base;
  const script = [
    `cd ${word(path)} || exit 6`,
    `for d in runtimes/*; do [ -x "$d/bin/node" ] && sha256sum "$d/agent.cjs" | grep -q ^${agent} && echo "$d"; done; true`,
  ].join('; ');
  const { output } = await runScript(link, script, { step: `find the runtime on ${link.board}` });
  const [, id] = /^runtimes\/([0-9a-f]{64})$/m.exec(output) ?? [];
  return id === undefined ? null : `${path}/runtimes/${id}`;
}
