import type { Plan } from '../../agent/contract/plan.ts';
import { type Probe, probeBoard } from '../board/probe.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { findAgain } from '../plan/inputs/find-again.ts';
import { runContext } from '../plan/run-context.ts';
import { openPacker } from '../store/push/packer.ts';
import { push } from '../store/push/push.ts';
import type { StoreFile } from '../store/push/store-file.ts';
import { listBuilds } from '../store/runtime/build-store.ts';
import type { Runtime } from '../store/runtime/runtime.ts';
import { type RuntimeRequest, runtimeOf, runtimeOnBoard } from './board-runtime.ts';
import type { Connection, Renewal } from './connection.ts';
import type { FollowRequest } from './follow-request.ts';
import { storeFilesOf } from './launch.ts';
import { type PushWatch, watchPush } from './push-progress.ts';

export interface SupplyRequest extends FollowRequest, RuntimeRequest {
  readonly directories: RuntimeRequest['directories'] & { readonly builds: string };
}

/**
 * Sends a board what it has no more of a plan's models, inputs and runtime; gives the runtime's
 * directory on the board. Models and inputs are the very bytes that were measured, by their hashes,
 * or none: others would make one result of two models.
 * @throws OrinError `push-failed` when they are not here either, `runtime-unavailable`, and what
 *   `push` throws.
 */
export async function supply(
  request: SupplyRequest,
  probe: Probe,
  plan: Plan,
  way: { readonly connection: Connection; readonly again: Renewal },
): Promise<string> {
  const found = await filesAgain(request, probe, plan);
  const { link: probed } = way.connection;
  const watch = watchPush((progress) => request.listener({ kind: 'push', progress }));
  return await way.connection.use(
    async (link) => {
      const { signal } = request;
      // On another connection what has arrived meanwhile is not sent again.
      const seen = link === probed ? probe : await probeBoard(link, { signal });
      const there = await runtimeOnBoard(link, seen, plan);
      if (there !== null && found.length === 0) return there;
      const runtime = there === null ? await runtimeAgain(request, seen, plan) : asItIs(plan);
      const sent = await pushFiles(request, link, seen, { plan, found, runtime, watch });
      return there ?? sent;
    },
    { ...way.again, progress: watch.leftBytes },
  );
}

/** What of the plan's files the board has no more, from here. */
async function filesAgain(
  { board, directories, signal, listener }: SupplyRequest,
  probe: Probe,
  plan: Plan,
): Promise<readonly StoreFile[]> {
  const missing = new Set(storeFilesOf(plan).filter((sha256) => !probe.store.has(sha256)));
  if (missing.size === 0) return [];
  const found = await findAgain(plan, missing, directories.cache, signal);
  for (const { sha256 } of found) missing.delete(sha256);
  if (missing.size > 0) throw notHere(board, plan, missing);
  const names = [...new Set(found.map(({ name }) => name))].join(', ');
  listener({ kind: 'note', text: `not on the board any more, and sent again: ${names}` });
  return found;
}

function notHere(board: string, plan: Plan, missing: ReadonlySet<string>): OrinError {
  const names = plan.models
    .filter(({ files }) => files.some(({ sha256 }) => missing.has(sha256)))
    .map(({ name }) => name);
  const inputs = plan.cells
    .flatMap((cell) => cell.inputs)
    .filter(({ source }) => missing.has(source.sha256))
    .map(({ name }) => `values of input ${name}`);
  const list = [...new Set([...names, ...inputs])].join(', ');
  return new OrinError({
    code: 'push-failed',
    what: `run ${plan.runId} cannot go on: ${board} has its models or inputs no more`,
    why: `missing, and no file known here is the same to the byte: ${list}`,
    next: 'resume in the directory that holds these files, or measure again with orin-remote bench',
    board,
  });
}

/** A runtime that is on the board: nothing of it is to be sent. */
function asItIs(plan: Plan): Runtime {
  return { id: runContext.parse(plan.context).runtime?.id ?? '', files: [] };
}

async function runtimeAgain(request: SupplyRequest, probe: Probe, plan: Plan): Promise<Runtime> {
  return await runtimeOf(request, probe, {
    ortPackage: await buildOf(request, plan),
    needsKoffi: plan.cells.some(({ engine }) => engine === 'ort-capi'),
  });
}

interface Supplies {
  readonly plan: Plan;
  readonly found: readonly StoreFile[];
  readonly runtime: Runtime;
  readonly watch: PushWatch;
}

async function pushFiles(
  request: SupplyRequest,
  link: Link,
  probe: Probe,
  { plan, found, runtime, watch }: Supplies,
): Promise<string> {
  const isFound = new Set(found.map(({ sha256 }) => sha256));
  const there = storeFilesOf(plan).filter((sha256) => !isFound.has(sha256));
  const { runtimeDirectory } = await push(link, probe, {
    files: [...there.map((sha256) => onBoard(sha256, probe)), ...found],
    runtime,
    keepBytes: Number.POSITIVE_INFINITY,
    packer: openPacker(request.directories.cache),
    signal: request.signal,
    onProgress: watch.onProgress,
  });
  return runtimeDirectory;
}

/** Named so that no garbage collection takes it; it is there, so nobody reads its bytes. */
function onBoard(sha256: string, probe: Probe): StoreFile {
  return {
    sha256,
    sizeBytes: probe.store.get(sha256) ?? 0,
    name: sha256,
    source: { kind: 'bytes', bytes: new Uint8Array() },
    isCompressible: false,
  };
}

/**
 * The stored build with which the plan was begun; undefined for npm's. Another would make one
 * result of two runtimes.
 */
async function buildOf({ directories, board }: SupplyRequest, plan: Plan) {
  const version = runContext.parse(plan.context).runtime?.onnxruntime ?? '';
  const [, library] = version.split('+');
  if (library === undefined) return undefined;
  const builds = await listBuilds(directories.builds);
  const found = builds.find(({ librarySha256 }) => librarySha256.startsWith(library));
  if (found !== undefined) return found.directory;
  throw new OrinError({
    code: 'runtime-unavailable',
    what: `run ${plan.runId} cannot go on: ${board} has its ONNX Runtime no more`,
    why: `it was measured with a build of one's own, ${version}, which is not stored here`,
    next: 'store it and try again: orin-remote runtime add DIR',
    board,
  });
}
