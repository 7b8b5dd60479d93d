import { probeBoard } from '../board/probe.ts';
import { checkRequirements } from '../board/requirements.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { push } from '../push/push.ts';
import type { Result } from '../results/result.ts';
import { runtimeFor } from '../runtime/runtime.ts';
import type { BenchRequest } from './bench-request.ts';
import { concludeRun } from './conclude.ts';
import { followToEnd } from './follow.ts';
import { launchRun } from './launch.ts';
import { loadModels, prepareRun } from './prepare.ts';

/** What a bench came to; null after a dry run. */
export interface BenchOutcome {
  readonly result: Result;
  /** Where the run was saved. */
  readonly directory: string;
}

/**
 * One benchmark on one board, from connecting to the saved result. The listener hears everything in between.
 * @throws OrinError for whatever stops it before the run has begun; afterwards what was measured is saved first.
 */
export async function bench(request: BenchRequest): Promise<BenchOutcome | null> {
  const tell = request.listener;
  const models = loadModels(request);
  // Awaited below; a failure meanwhile must not count as unhandled.
  models.catch(() => undefined);
  const beganMs = performance.now();
  let link = await request.connect(request.signal);
  try {
    tell({ kind: 'connected', elapsedMs: performance.now() - beganMs });
    const probe = await probeBoard(link, { signal: request.signal });
    tell({ kind: 'probed', facts: probe.facts });
    const platform = checkRequirements(probe.facts, link.board);
    refuseBusyBoard(probe.facts.lock, link.board);
    const runtime = await runtimeFor(platform, {
      cacheDir: request.directories.cache,
      agentPath: request.directories.agent,
      isOffline: request.isOffline,
      signal: request.signal,
      onProgress: (what) => tell({ kind: 'preparing', what }),
    });
    const prepared = await prepareRun(request, probe.facts, await models, runtime);
    for (const note of prepared.notes) tell({ kind: 'note', text: note });
    tell({ kind: 'planned', plan: prepared.plan, estimateMs: prepared.estimateMs });
    if (request.isDryRun) return null;
    const pushed = await push(link, probe, {
      files: prepared.files,
      runtime,
      cacheDir: request.directories.cache,
      keepBytes: request.keepBytes,
      signal: request.signal,
      onProgress: (progress) => tell({ kind: 'push', progress }),
    });
    const paths = { base: probe.facts.base.path, runtime: pushed.runtimePath };
    const stream = await launchRun(link, paths, prepared.plan);
    tell({ kind: 'started', runId: prepared.plan.runId });
    const followed = await followToEnd(request, { link, stream, paths, plan: prepared.plan });
    link = followed.link;
    return await concludeRun(request, followed);
  } finally {
    await endQuietly(link);
  }
}

function refuseBusyBoard(
  lock: {
    readonly isAlive: boolean;
    readonly owner: string;
    readonly runId: string;
    readonly startedUtc: string;
  } | null,
  board: string,
): void {
  if (!lock?.isAlive) return;
  throw new OrinError({
    code: 'board-busy',
    what: `${board} is busy with another benchmark`,
    why: `run ${lock.runId} of ${lock.owner}, started ${lock.startedUtc}`,
    next: 'wait for it to end: two benchmarks at once would measure each other',
    board,
  });
}

/** Saying goodbye must not hide how the run ended. */
async function endQuietly(link: Link): Promise<void> {
  await link.end().catch(() => undefined);
}
