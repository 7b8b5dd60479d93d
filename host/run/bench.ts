import { openSpool, type Spool } from '../archive/journal-spool.ts';
import type { BoardFacts } from '../board/facts.ts';
import { findGpuMeans } from '../board/gpu-means.ts';
import { restoreStale } from '../board/interrupts/stale-moves.ts';
import { requireLockedClocks } from '../board/locked-clocks.ts';
import { type Probe, probeBoard } from '../board/probe.ts';
import { requireBoard } from '../board/requirements.ts';
import { OrinError } from '../errors.ts';
import type { RunChange } from '../journal/run-state.ts';
import type { Link } from '../link/link.ts';
import type { Axes } from '../plan/axes.ts';
import { bestGpuTarget, type EngineTarget } from '../plan/engine-target.ts';
import { loadModels } from '../plan/load-models.ts';
import { refuseUnused } from '../plan/unused-options.ts';
import { openWorkshop, type Workshop } from '../plan/workshop.ts';
import { silentPrompter } from '../reach/trust/prompter.ts';
import { missingBytes, push } from '../store/push/push.ts';
import type { Runtime } from '../store/runtime/runtime.ts';
import type { UserBuild } from '../store/runtime/user-build.ts';
import { Turns } from './await-turn.ts';
import type { BenchRequest } from './bench-request.ts';
import { runtimeOf } from './board-runtime.ts';
import { chooseBuild } from './choose-build.ts';
import { concludeRun } from './conclude.ts';
import { Connection, type Renewal } from './connection.ts';
import type { FollowedRun } from './follow.ts';
import { noLanes } from './lanes.ts';
import { type PreparedRun, prepareRun } from './prepare.ts';
import { watchPush } from './push-progress.ts';
import type { RunOutcome } from './run-outcome.ts';
import { startRun } from './start-run.ts';
import { withConnections } from './with-connections.ts';

/**
 * One benchmark on one board, from connecting to the saved result; null after a dry run. The
 * listener hears everything in between.
 * @throws OrinError for whatever stops it before the run has begun; afterwards the run is on the
 *   board, to be attached.
 */
export async function bench(request: BenchRequest): Promise<RunOutcome | null> {
  return await withConnections(request, benchConnected);
}

async function benchConnected(request: BenchRequest): Promise<RunOutcome | null> {
  const tell = request.listener;
  const workshop = request.workshop ?? openWorkshop(request.directories, request.signal);
  const models = loadModels(request.models, workshop, request.allowsLinks);
  // Awaited below; a failure while connecting must not count as unhandled.
  models.catch(() => undefined);
  const beganMs = performance.now();
  const connection = new Connection(request, await request.connect(request.signal));
  tell({ kind: 'connected', elapsedMs: performance.now() - beganMs });
  const seen = await connection.use(
    (link) => probeBoard(link, { signal: request.signal }),
    beforeRun('probed', request),
  );
  const { link: first } = connection;
  tell({ kind: 'probed', facts: seen.facts });
  requireBoard(first.board, seen.facts);
  const turns = new Turns(request);
  // Before anything is sent: a push would be measured along with whatever runs there.
  const { link, probe } = request.isDryRun
    ? { link: first, probe: seen }
    : await turns.wait({ link: first, probe: seen });
  connection.take(link);
  const { signal, prompter = silentPrompter } = request;
  const step = async <T>(what: string, work: (link: Link) => Promise<T>) =>
    await connection.use(work, beforeRun(what, request));
  if (request.requiresLocked) {
    await step('asked for its clocks', (on) => requireLockedClocks(on, signal));
  }
  tellRejectedPlaces(request, probe.facts);
  tellUncollected(request, probe);
  const restored = await step('put in order', (on) =>
    restoreStale(on, probe.facts, prompter, signal),
  );
  if (restored !== null) tell({ kind: 'note', text: restored });
  const build = await chooseBuild(request, probe.facts);
  tellBuild(request, build);
  const { axes, gpuMissing } = await step('asked what it has', (on) =>
    axesOf(request, { link: on, facts: probe.facts, build }),
  );
  const parts = {
    ortPackage: build?.directory,
    needsKoffi: axes.targets.some(({ engine }) => engine === 'ort-capi'),
  };
  const runtime = await runtimeOf(request, probe, parts, workshop);
  const ground = { facts: probe.facts, models: await models, runtime, workshop };
  const ortPackage = build?.directory ?? null;
  const prepared = await prepareRun({ ...request, axes, ortPackage, gpuMissing }, ground);
  for (const note of prepared.notes) tell({ kind: 'note', text: note });
  tell({ kind: 'planned', plan: prepared.plan, estimateMs: prepared.estimateMs });
  if (request.isDryRun) return null;
  // Opened before anything is sent: a directory that cannot be written is said before hours of
  // measuring.
  const isLean = request.lanes !== undefined;
  const spool = await openSpool(request.directories.runs, prepared.plan.runId, {
    isLean,
    limits: request.limits,
  });
  try {
    return await runPlan(request, { connection, probe, runtime, prepared, spool, workshop, turns });
  } finally {
    // What was saved is elsewhere by now, and what was not is on the board.
    await spool.discard();
  }
}

interface ReadyBoard {
  readonly connection: Connection;
  readonly probe: Probe;
  readonly runtime: Runtime;
  readonly prepared: PreparedRun;
  readonly spool: Spool;
  readonly workshop: Workshop;
  readonly turns: Turns;
}

async function runPlan(request: BenchRequest, ready: ReadyBoard): Promise<RunOutcome> {
  const { lanes = noLanes, signal } = request;
  const { connection, probe, runtime, prepared, workshop } = ready;
  const missing = missingBytes(probe, prepared.files, runtime);
  const { link: probed } = connection;
  const watch = watchPush((progress) => request.listener({ kind: 'push', progress }));
  const pushTo = async (link: Link) =>
    // On another connection what has arrived meanwhile is not sent again.
    await push(link, link === probed ? probe : await probeBoard(link, { signal }), {
      files: prepared.files,
      runtime,
      keepBytes: request.keepBytes,
      packer: workshop.packer,
      signal,
      limits: request.limits,
      onProgress: watch.onProgress,
    });
  const renewal = { ...beforeRun('sent its files', request), progress: watch.leftBytes };
  const { runtimeDirectory } = await lanes.push(missing, signal, () =>
    connection.use(pushTo, renewal),
  );
  for (;;) {
    const followed = await lanes.run(signal, () => measure(request, ready, runtimeDirectory));
    if (followed !== null) return await concludeRun(request, followed);
    // Somebody was faster. Waiting for them holds no lane.
    const now = await connection.use(
      (link) => probeBoard(link, { signal }),
      beforeRun('probed again', request),
    );
    const board = await ready.turns.wait({ link: connection.link, probe: now });
    connection.take(board.link);
  }
}

/**
 * Launches the run and follows it; null when somebody has taken the board and it is to be waited
 * for.
 */
async function measure(
  request: BenchRequest,
  { connection, probe, prepared, spool, turns }: ReadyBoard,
  runtime: string,
): Promise<FollowedRun | null> {
  const renewal = beforeRun('asked whether it is free', request);
  const isTaken = async (link: Link) => turns.leftMs > 0 && (await turns.isTaken(link));
  if (await connection.use(isTaken, renewal)) return null;
  const paths = { base: probe.facts.base.path, runtime };
  const ready = { connection, paths, plan: prepared.plan, spool, waitMs: turns.leftMs };
  const prepare = async (link: Link) => request.beforeLaunch?.(link, probe.facts);
  const undo = await connection.use(prepare, renewal);
  try {
    return await startRun(request, ready, request.isDetached ? isUnderWay : undefined);
  } catch (error) {
    await undo?.().catch(() => undefined);
    throw error;
  }
}

/** Nothing is measured yet: somebody waits for it to begin, and may as well begin anew. */
function beforeRun(what: string, { signal }: BenchRequest): Renewal {
  return {
    withinMs: 60_000,
    lost: `connection lost while the board was ${what}; reconnecting…`,
    again: 'connected again',
    signal,
  };
}

/**
 * The lock is held and the plan accepted: the board was not busy and nothing is amiss with the
 * files.
 */
function isUnderWay({ kind }: RunChange): boolean {
  return kind === 'process-began' || kind === 'reading' || kind === 'cooldown';
}

/**
 * Why the files are not where they are expected: `~/.cache` may be full, or others can write to it.
 */
function tellRejectedPlaces({ listener }: BenchRequest, { base }: BoardFacts): void {
  for (const { path, reason } of base.rejected) {
    listener({ kind: 'note', text: `${path} is not used (${reason}): ${base.path} is` });
  }
}

/**
 * Nothing that was measured is forgotten: what others, or an earlier day, left on the board is
 * named.
 */
function tellUncollected(request: BenchRequest, probe: Probe): void {
  const ids = probe.runs.filter((run) => !run.isAlive && run.journalBytes > 0).map(({ id }) => id);
  if (ids.length === 0) return;
  const text = `not collected yet from this board: ${ids.join(', ')} (orin-remote attach ${request.board} RUN)`;
  request.listener({ kind: 'note', text });
}

/** A number of a build of one's own is not one of npm's: said before anything is measured. */
function tellBuild({ ortPackage, listener }: BenchRequest, build: UserBuild | null): void {
  if (build === null) return;
  const providers = build.providers.length === 0 ? 'none' : build.providers.join(', ');
  const why =
    ortPackage === null ? ', the stored one for this platform (--ort npm for that of npm)' : '';
  const text = `onnxruntime-node: the build ${build.name}${why}; provider libraries: ${providers}`;
  listener({ kind: 'note', text });
}

interface AxesGround {
  readonly link: Link;
  readonly facts: BoardFacts;
  readonly build: UserBuild | null;
}

interface BoardAxes {
  readonly axes: Axes;
  /** Why there is no GPU cell where one was wished for; null otherwise. */
  readonly gpuMissing: string | null;
}

/** The asked-for dimensions, with the board's best GPU engine where that was asked for. */
async function axesOf(
  request: BenchRequest,
  { link, facts, build }: AxesGround,
): Promise<BoardAxes> {
  const { signal, board, isGpuWanted } = request;
  const axes = (await request.axesFor?.(link, facts, signal)) ?? request.axes;
  if (!isGpuWanted) return { axes, gpuMissing: null };
  const { ortLibrary } = axes;
  const isPlain = facts.tools.trtexec && ortLibrary === null;
  const { libraries } = isPlain
    ? { libraries: [] }
    : await findGpuMeans(link, signal, ortLibrary ?? undefined);
  let best: EngineTarget | null = null;
  let gpuMissing: string | null = null;
  try {
    best = bestGpuTarget(board, facts, { ortLibrary, libraries, build });
  } catch (error) {
    if (!request.isGpuOptional || !(error instanceof OrinError)) throw error;
    gpuMissing = error.why ?? error.message;
    request.listener({ kind: 'note', text: `no GPU cells: ${gpuMissing}` });
  }
  const targets = withTarget(axes.targets, best);
  refuseUnused({ ...axes, targets });
  return { axes: { ...axes, targets }, gpuMissing };
}

function withTarget(targets: Axes['targets'], further: EngineTarget | null): Axes['targets'] {
  if (further === null) return targets;
  const isKnown = targets.some(({ engine, ep }) => engine === further.engine && ep === further.ep);
  return isKnown ? targets : [...targets, further];
}
