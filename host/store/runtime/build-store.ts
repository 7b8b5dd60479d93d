import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { OrinError } from '../../errors.ts';
import { hashFile } from '../../workstation/hash-file.ts';
import { onnxRuntimeFiles } from './onnxruntime-files.ts';
import { openUserBuild, type UserBuild } from './user-build.ts';

/** Builds have names like files, so that none is mistaken for a path. */
const buildName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const record = z.object({
  name: z.string().regex(buildName),
  platform: z.enum(['linux-arm64', 'linux-x64']),
  glibc: z.string().nullable(),
  providers: z.array(z.string()),
  library_sha256: z.string(),
  bytes: z.int(),
  added_utc: z.string(),
});

/** A person's build of onnxruntime-node, kept on the workstation. */
export interface StoredBuild extends UserBuild {
  /** SHA-256 over paths and contents of its files: what is the same is stored once. */
  readonly id: string;
  /** Of its `libonnxruntime.so.1`. */
  readonly librarySha256: string;
  readonly sizeBytes: number;
  readonly addedUtc: string;
}

export interface AddBuildRequest {
  /** Directory of the package, or a tarball of it. */
  readonly path: string;
  /** Null: the name that it has already, else `ort-` and the beginning of the library's hash. */
  readonly name: string | null;
  readonly directories: { readonly cache: string; readonly builds: string };
  readonly signal: AbortSignal;
}

/**
 * Looks a build over and keeps a copy of what a board needs of it, in `<builds>/<id>`. It is there
 * whole or not at all. The one that was added last is the one in use for its platform; adding one
 * again makes it that.
 * @throws OrinError `usage` for a name that is none or is taken, and what `openUserBuild` throws.
 */
export async function addBuild(request: AddBuildRequest): Promise<StoredBuild> {
  const { path, directories, signal } = request;
  if (request.name !== null && !buildName.test(request.name)) throw badName(request.name);
  const build = await openUserBuild(path, directories.cache, signal);
  const temporary = join(directories.builds, `${randomBytes(6).toString('hex')}.tmp`);
  try {
    const copied = await copyInto(join(temporary, 'package'), build, signal);
    const builds = await listBuilds(directories.builds);
    const earlier = builds.find(({ id }) => id === copied.id)?.name;
    const name = request.name ?? earlier ?? `ort-${copied.librarySha256.slice(0, 8)}`;
    const others = builds.filter(({ id }) => id !== copied.id);
    if (others.some((other) => other.name === name && other.platform === build.platform)) {
      throw takenName(name);
    }
    const text = JSON.stringify({
      name,
      platform: build.platform,
      glibc: build.glibc,
      providers: build.providers,
      library_sha256: copied.librarySha256,
      bytes: copied.bytes,
      added_utc: new Date().toISOString(),
    });
    const directory = join(directories.builds, copied.id);
    await writeFile(join(temporary, 'build.json'), `${text}\n`);
    await rm(directory, { recursive: true, force: true });
    await rename(temporary, directory);
    return await readStored(directory);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** All stored builds, the one that was added last first; what is damaged is left out. */
export async function listBuilds(buildsDir: string): Promise<readonly StoredBuild[]> {
  const names = await readdir(buildsDir).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .map((name) => readStored(join(buildsDir, name)).catch(() => null)),
  );
  return found.filter((build) => build !== null).sort((a, b) => (a.addedUtc < b.addedUtc ? 1 : -1));
}

/**
 * Removes all builds of that name from the workstation; boards keep theirs until it is the oldest
 * there.
 * @throws OrinError `usage` when there is none.
 */
export async function removeBuild(
  buildsDir: string,
  name: string,
): Promise<readonly StoredBuild[]> {
  const builds = await listBuilds(buildsDir);
  const found = builds.filter((build) => build.name === name);
  if (found.length === 0) {
    throw new OrinError({
      code: 'usage',
      what: `there is no stored build ${name}`,
      why: builds.length === 0 ? 'none is stored' : `stored are ${namesOf(builds)}`,
      next: 'orin-remote runtime list',
    });
  }
  for (const { id } of found) await rm(join(buildsDir, id), { recursive: true });
  return found;
}

/** `gpu-jp6, gpu-jp5`, each name once. */
function namesOf(builds: readonly StoredBuild[]): string {
  return [...new Set(builds.map(({ name }) => name))].join(', ');
}

/** Copies the package's files that a board needs; the id covers their paths and contents. */
async function copyInto(directory: string, build: UserBuild, signal: AbortSignal) {
  const prefix = 'node_modules/onnxruntime-node/';
  const files = (await onnxRuntimeFiles(build.platform, build.directory)).filter(({ path }) =>
    path.startsWith(prefix),
  );
  const manifest = createHash('sha256');
  let bytes = 0;
  let librarySha256 = '';
  for (const { path, source } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const target = join(directory, path.slice(prefix.length));
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(source, target);
    const { sha256, sizeBytes } = await hashFile(target, signal);
    manifest.update(`${sha256} ${path}\n`);
    bytes += sizeBytes;
    if (basename(path) === 'libonnxruntime.so.1') librarySha256 = sha256;
  }
  return { id: manifest.digest('hex'), bytes, librarySha256 };
}

async function readStored(directory: string): Promise<StoredBuild> {
  const known = record.parse(JSON.parse(await readFile(join(directory, 'build.json'), 'utf8')));
  return {
    id: basename(directory),
    name: known.name,
    directory: join(directory, 'package'),
    platform: known.platform,
    glibc: known.glibc,
    providers: known.providers,
    librarySha256: known.library_sha256,
    sizeBytes: known.bytes,
    addedUtc: known.added_utc,
  };
}

function badName(name: string): OrinError {
  return new OrinError({
    code: 'usage',
    what: `--name ${name}: no name for a build`,
    why: 'letters, digits, dots, dashes and underscores, at most 64, beginning with a letter or digit',
    next: 'write it like --name gpu-jp6',
  });
}

function takenName(name: string): OrinError {
  return new OrinError({
    code: 'usage',
    what: `another build is stored as ${name} for this platform`,
    next: `give --name, or remove the other: orin-remote runtime remove ${name}`,
  });
}
