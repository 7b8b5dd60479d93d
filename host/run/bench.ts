import type { BoardLock } from '../board/facts.ts';
import { type Probe, probeBoard } from '../board/probe.ts';
import { requireBoard } from '../board/requirements.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { openPacker } from '../push/packer.ts';
import { push } from '../push/push.ts';
import type { Result } from '../results/result.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { runtimeFor } from '../runtime/runtime-for.ts';
import type { BenchRequest } from './bench-request.ts';
import { concludeRun } from './conclude.ts';
import { followToEnd } from './follow.ts';
import { launchRun } from './launch.ts';
import { loadModels, type PreparedRun, prepareRun } from './prepare.ts';

/** What a bench came to. */
export interface BenchOutcome {
  readonly result: Result;
  /** Where the run was saved. */
  readonly directory: string;
}

/**
 * One benchmark on one board, from connecting to the saved result; null after a dry run. The listener hears
 * everything in between.
 * @throws OrinError for whatever stops it before the run has begun; afterwards what was measured is saved first.
 */
export async function bench(request: BenchRequest): Promise<BenchOutcome | null> {
  const tell = request.listener;
  const models = loadModels(request);
  // Awaited below; a failure while connecting must not count as unhandled.
  models.catch(() => undefined);
  const beganMs = performance.now();
  const link = await request.connect(request.signal);
  try {
    tell({ kind: 'connected', elapsedMs: performance.now() - beganMs });
    const probe = await probeBoard(link, { signal: request.signal });
    tell({ kind: 'probed', facts: probe.facts });
    requireBoard(link.board, probe.facts);
    refuseBusyBoard(probe.facts.lock, link.board);
    const runtime = await runtimeOf(request, probe);
    const prepared = await prepareRun(request, probe.facts, await models, runtime);
    for (const note of prepared.notes) tell({ kind: 'note', text: note });
    tell({ kind: 'planned', plan: prepared.plan, estimateMs: prepared.estimateMs });
    if (request.isDryRun) return null;
    return await runPlan(request, link, probe, runtime, prepared);
  } finally {
    await endQuietly(link);
  }
}

async function runPlan(
  request: BenchRequest,
  link: Link,
  probe: Probe,
  runtime: Runtime,
  { plan, files }: PreparedRun,
): Promise<BenchOutcome> {
  const { runtimeDirectory } = await push(link, probe, {
    files,
    runtime,
    keepBytes: request.keepBytes,
    packer: openPacker(request.directories.cache),
    signal: request.signal,
    onProgress: (progress) => request.listener({ kind: 'push', progress }),
  });
  const paths = { base: probe.facts.base.path, runtime: runtimeDirectory };
  request.signal.throwIfAborted();
  const stream = await launchRun(link, paths, plan);
  request.listener({ kind: 'started', runId: plan.runId });
  const followed = await followToEnd(request, { link, stream, paths, plan });
  try {
    return await concludeRun(request, followed);
  } finally {
    if (followed.link !== link) await endQuietly(followed.link);
  }
}

async function runtimeOf(request: BenchRequest, { facts }: Probe): Promise<Runtime> {
  if (facts.platform === null) throw new Error('requireBoard lets no such board pass');
  return await runtimeFor(facts.platform, {
    agentPath: request.directories.agent,
    cacheDir: request.directories.cache,
    offline: request.isOffline,
    needsKoffi: request.axes.targets.some(({ engine }) => engine === 'ort-capi'),
    signal: request.signal,
    onProgress: ({ what, receivedBytes, totalBytes }) => {
      const percent = Math.floor((receivedBytes / totalBytes) * 100);
      request.listener({ kind: 'preparing', what: `downloading ${what}: ${percent} %` });
    },
  });
}

function refuseBusyBoard(lock: BoardLock | null, board: string): void {
  if (!lock?.isAlive) return;
  throw new OrinError({
    code: 'board-busy',
    what: `${board} is busy with another benchmark`,
    why: `run ${lock.runId} of ${lock.owner}, started ${lock.startedUtc}`,
    next: `wait for it to end (two at once would measure each other), or end it: orin-remote clean ${board} --force`,
    board,
  });
}

/** Saying goodbye must not hide how the run ended. */
async function endQuietly(link: Link | null): Promise<void> {
  await link?.end().catch(() => undefined);
}
