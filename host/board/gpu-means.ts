import { tensorRtVersion } from '../../agent/contract/tensorrt-version.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { program } from '../shell/program.ts';
import answerFunctions from '../shell/programs/answer.sh';
import findMeans from '../shell/programs/find-gpu-means.sh';
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

/**
 * A path that stands between double quotes of any shell as it is; about another one nothing is
 * found out.
 */
const quotable = /^\/[\w@%+=:,./ -]+$/;

/**
 * Looks for trtexec and for libraries of ONNX Runtime in their usual places; one that a person
 * names comes first, by that name.
 * @throws OrinError `remote-command` when the answer is incomplete, and what `runScript` throws.
 */
export async function findGpuMeans(
  link: Link,
  signal?: AbortSignal,
  named?: string,
): Promise<GpuMeans> {
  const first = named !== undefined && quotable.test(named) ? named : '';
  const { output, stderr } = await runScript(link, program([answerFunctions, findMeans], [first]), {
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
