import { stat } from 'node:fs/promises';
import type { BoardFacts } from '../board/facts.ts';
import { OrinError } from '../errors.ts';
import { listBuilds } from '../store/runtime/build-store.ts';
import { openUserBuild, requireFits, type UserBuild } from '../store/runtime/user-build.ts';

export interface BuildRequest {
  readonly board: string;
  /**
   * `npm`, the name of a stored build, or a path; null: the stored build in use for the board's
   * platform, if any.
   */
  readonly ortPackage: string | null;
  readonly directories: { readonly cache: string; readonly builds: string };
  readonly signal: AbortSignal;
}

/** How a person says that npm's own build is wanted, whatever is stored. */
const NPM = 'npm';

/**
 * The build of onnxruntime-node that a board is measured with, found to fit it; null for the one of
 * npm. A stored build that does not fit is refused, not passed over: what would run instead is
 * something else.
 * @throws OrinError `runtime-unavailable`, `usage`.
 */
export async function chooseBuild(
  request: BuildRequest,
  facts: BoardFacts,
): Promise<UserBuild | null> {
  const { ortPackage, board } = request;
  if (ortPackage === NPM) return null;
  const build = ortPackage === null ? await inUse(request, facts) : await named(request, facts);
  if (build !== null) requireFits(build, board, facts);
  return build;
}

async function inUse(
  { directories }: BuildRequest,
  { platform }: BoardFacts,
): Promise<UserBuild | null> {
  const builds = await listBuilds(directories.builds);
  return builds.find((build) => build.platform === platform) ?? null;
}

/** A name wins over a file of that name: `./name` is the file. */
async function named(
  { ortPackage, directories, signal }: BuildRequest,
  { platform }: BoardFacts,
): Promise<UserBuild> {
  const given = ortPackage ?? '';
  const builds = await listBuilds(directories.builds);
  const stored = builds.filter(({ name }) => name === given);
  const fitting = stored.find((build) => build.platform === platform) ?? stored[0];
  if (fitting !== undefined) return fitting;
  const isThere = (await stat(given).catch(() => null)) !== null;
  if (!isThere && !/[/.]/.test(given)) {
    const names = [...new Set(builds.map(({ name }) => name)), NPM];
    throw new OrinError({
      code: 'runtime-unavailable',
      what: `--ort ${given}: no usable build of onnxruntime-node: neither a stored one nor a file`,
      why: `there are ${names.join(', ')}`,
      next: 'store one: orin-remote runtime add DIR --name NAME',
    });
  }
  return await openUserBuild(given, directories.cache, signal);
}
