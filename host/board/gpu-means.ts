import { tensorRtVersion } from '../../agent/contract/tensorrt-version.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { runScript } from '../shell/run-script.ts';
import { type ProbeAnswer, readAnswer } from './probe-answer.ts';

/** A libonnxruntime.so that lies on a board. */
interface LibraryOnBoard {
  /** Absolute; links followed, but for one that a person named. */
  readonly path: string;
  /** `1.16.3`, from the version of its symbols. */
  readonly version: string | null;
  /** `cuda`, `tensorrt`, …: those whose library lies beside it. Listed is not proved. */
  readonly providers: readonly string[];
}

/** What a board has by itself to run models on its GPU. */
export interface GpuMeans {
  /** `version` is TensorRT's: `10.3.0`. */
  readonly trtexec: { readonly path: string; readonly version: string | null } | null;
  readonly libraries: readonly LibraryOnBoard[];
}

/** Where libraries of ONNX Runtime end up: installs of one's own, distributions, Python wheels, unpacked archives. */
const places = [
  '/usr/local/lib',
  '/usr/lib',
  '/usr/lib/*-linux-gnu',
  '/opt/*/lib',
  '/opt/*/*/lib',
  '/usr/local/lib/python3*/*-packages/onnxruntime/capi',
  '/usr/lib/python3*/*-packages/onnxruntime/capi',
  '"$HOME"/.local/lib/python3*/site-packages/onnxruntime/capi',
  '"$HOME"/*/lib/python3*/site-packages/onnxruntime/capi',
  // Environments that hide themselves or lie in a folder of them: venv, virtualenvwrapper, pipenv, poetry, pyenv, conda.
  '"$HOME"/.venv*/lib/python3*/site-packages/onnxruntime/capi',
  '"$HOME"/*/.venv*/lib/python3*/site-packages/onnxruntime/capi',
  '"$HOME"/.virtualenvs/*/lib/python3*/site-packages/onnxruntime/capi',
  '"$HOME"/.local/share/virtualenvs/*/lib/python3*/site-packages/onnxruntime/capi',
  '"$HOME"/.cache/pypoetry/virtualenvs/*/lib/python3*/site-packages/onnxruntime/capi',
  '"$HOME"/.pyenv/versions/*/lib/python3*/site-packages/onnxruntime/capi',
  '"$HOME"/.conda/envs/*/lib/python3*/site-packages/onnxruntime/capi',
  '"$HOME"/*/envs/*/lib/python3*/site-packages/onnxruntime/capi',
  '/opt/*/lib/python3*/site-packages/onnxruntime/capi',
  '/opt/*/envs/*/lib/python3*/site-packages/onnxruntime/capi',
  '"$HOME"/onnxruntime*/lib',
] as const;

/** A path that stands between double quotes of any shell as it is; about another one nothing is found out. */
const quotable = /^\/[\w@%+=:,./ -]+$/;

/** Prints `key=value` lines, of a bounded number of files; changes nothing on the board. */
const scriptFor = (named: string | undefined) =>
  [
    'export LC_ALL=C',
    'PATH=$PATH:/usr/src/tensorrt/bin:/usr/local/tensorrt/bin',
    'o() { printf %s "$1=$2"; echo; }',
    't=$(command -v trtexec)',
    'if [ -n "$t" ]; then o trtexec "$t"; o banner "$("$t" --help 2>&1 | head -n 1)"; fi',
    // Two names of one library are one library; a person's own name for it is the one that is known here.
    `look() { o lib "$1"; o version "$(grep -aom1 "VERS_[0-9][0-9.]*" "$2" | head -n 1)"; for p in "\${2%/*}"/libonnxruntime_providers_*.so; do [ -f "$p" ] && o provider "\${p##*/}"; done; }`,
    ...(named !== undefined && quotable.test(named)
      ? [`n="${named}"`, 'if [ -f "$n" ]; then look "$n" "$(readlink -f "$n")"; fi']
      : []),
    `for f in ${places.map((place) => `${place}/libonnxruntime.so*`).join(' ')}; do [ -f "$f" ] && echo "$f"; done | head -n 256 | while read -r f; do readlink -f "$f"; done | sort -u | head -n 64 | while read -r f; do look "$f" "$f"; done`,
    'echo complete=1',
  ].join('; ');

/**
 * Looks for trtexec and for libraries of ONNX Runtime in their usual places; one that a person names comes first, by that name.
 * @throws OrinError `remote-command` when the answer is incomplete, and what `runScript` throws.
 */
export async function findGpuMeans(
  link: Link,
  signal?: AbortSignal,
  named?: string,
): Promise<GpuMeans> {
  const { output, stderr } = await runScript(link, scriptFor(named), {
    step: `look for GPU runtimes on ${link.board}`,
    ...(signal && { signal }),
  });
  const answer = readAnswer(output);
  if (answer.first('complete') === '1') return readGpuMeans(answer, output);
  throw new OrinError({
    code: 'remote-command',
    what: `cannot tell what ${link.board} has for its GPU`,
    why: stderr || 'the shell on the board stopped before the end of the script',
    board: link.board,
  });
}

function readGpuMeans(answer: ProbeAnswer, output: string): GpuMeans {
  const path = answer.first('trtexec');
  const number = /\[TensorRT v(\d{4,6})\]/.exec(answer.first('banner') ?? '')?.[1];
  const version = number === undefined ? null : tensorRtVersion(Number(number)).join('.');
  // Each library is followed by its version and its providers: one answer per library.
  const parts = output.split(/^(?=lib=)/m).filter((part) => part.startsWith('lib='));
  return {
    trtexec: path === null ? null : { path, version },
    libraries: parts.flatMap((part) => libraryOf(readAnswer(part))),
  };
}

function libraryOf(answer: ProbeAnswer): readonly LibraryOnBoard[] {
  const path = answer.first('lib');
  if (path === null || !/^\/[^\s"$`'!\\]{1,400}$/.test(path)) return [];
  const version = /^VERS_(\d{1,3}(?:\.\d{1,3}){1,2})$/.exec(answer.first('version') ?? '')?.[1];
  const providers = answer
    .all('provider')
    .flatMap((name) => /^libonnxruntime_providers_(?!shared)(\w{1,40})\.so$/.exec(name)?.[1] ?? []);
  return [{ path, version: version ?? null, providers }];
}
