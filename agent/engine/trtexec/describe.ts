import { tensorRtVersion } from '../../contract/tensorrt-version.ts';
import { EngineRefusal } from '../engine.ts';
import { findTrtexec } from './find-trtexec.ts';
import { runTrtexec } from './run-trtexec.ts';

/** A trtexec as it describes itself. */
export interface Trtexec {
  readonly path: string;
  /** Of TensorRT: `8.5.2`. */
  readonly version: string;
  /** Its parts: major, minor, patch. */
  readonly release: readonly [number, number, number];
  /** Every flag that its help names: an unknown one would fail the whole run. */
  readonly flags: ReadonlySet<string>;
}

/** First release whose `--exportTimes` we know. */
const oldest = [8, 4] as const;

/** The trtexec of this board, described. Throws `EngineRefusal` when there is none. */
export async function installedTrtexec(signal: AbortSignal): Promise<Trtexec> {
  const path = findTrtexec();
  if (path !== null) return describeTrtexec(path, signal);
  throw new EngineRefusal('trtexec is not on this board, neither on the PATH nor with JetPack', {
    next: 'on the board: sudo apt-get install libnvinfer-bin',
  });
}

/**
 * Reads the banner and `--help`. Throws `EngineRefusal` when it is no trtexec, or one older than
 * 8.4.
 */
async function describeTrtexec(path: string, signal: AbortSignal): Promise<Trtexec> {
  const { output } = await runTrtexec(path, ['--help'], { signal });
  const number = /\[TensorRT v(\d{4,6})\]/.exec(output)?.[1];
  if (number === undefined) {
    const said = output.trim().split('\n', 1)[0]?.slice(0, 200) || 'nothing';
    throw new EngineRefusal(`${path} does not answer as trtexec does; it said: ${said}`, {
      next: 'it comes with JetPack: sudo apt-get install libnvinfer-bin',
    });
  }
  const release = tensorRtVersion(Number(number));
  const [major, minor, patch] = release;
  const version = `${major}.${minor}.${patch}`;
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new EngineRefusal(`${path} is of TensorRT ${version}; its times are not known to us`, {
      next: 'use JetPack 5 or newer, which has TensorRT 8.4 and up',
    });
  }
  return { path, version, release, flags: flagsOf(output) };
}

/**
 * Flags stand at the beginning of a line of the help; the words after them may name others that are
 * gone.
 */
function flagsOf(help: string): ReadonlySet<string> {
  return new Set([...help.matchAll(/^\s*(--[A-Za-z]\w*)/gm)].map(([, flag = '']) => flag));
}
