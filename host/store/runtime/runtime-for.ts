import { stat } from 'node:fs/promises';
import { OrinError } from '../../errors.ts';
import { storeFileFrom } from '../push/store-file-from.ts';
import { koffiFiles } from './koffi-files.ts';
import { type BoardPlatform, type FetchOptions, nodeProgram } from './node-package.ts';
import { onnxRuntimeFiles } from './onnxruntime-files.ts';
import { type Runtime, type RuntimeFile, runtimeOf } from './runtime.ts';

export interface RuntimeOptions extends FetchOptions {
  /** The agent as one bundled file. */
  readonly agentPath: string;
  /** Also what calls ONNX Runtime's C interface. */
  readonly needsKoffi?: boolean;
  /** Directory of another onnxruntime-node than the installed one. */
  readonly ortPackage?: string | undefined;
}

/**
 * Everything a board of this platform needs: `bin/node`, `agent.cjs`, and ONNX Runtime under
 * `node_modules`. Downloads Node on first use, else only looks at time stamps.
 * @throws OrinError `runtime-unavailable`; the signal's reason.
 */
export async function runtimeFor(
  platform: BoardPlatform,
  options: RuntimeOptions,
): Promise<Runtime> {
  const { cacheDir, signal } = options;
  await requireAgent(options.agentPath);
  const node = await nodeProgram(platform, options);
  const runtimeFile = async (
    path: string,
    source: string,
    mode: RuntimeFile['mode'],
    isCompressible: boolean,
  ): Promise<RuntimeFile> => ({
    path,
    mode,
    file: await storeFileFrom(source, { name: path, cacheDir, signal, isCompressible }),
  });
  const files = [
    await runtimeFile('bin/node', node, 0o700, true),
    await runtimeFile('agent.cjs', options.agentPath, 0o600, false),
  ];
  const packages = [
    ...(await onnxRuntimeFiles(platform, options.ortPackage)),
    ...(options.needsKoffi ? await koffiFiles(platform, options) : []),
  ];
  for (const { path, source, isNative } of packages) {
    files.push(await runtimeFile(path, source, 0o600, isNative));
  }
  return runtimeOf(files);
}

async function requireAgent(path: string): Promise<void> {
  if ((await stat(path).catch(() => null))?.isFile()) return;
  throw new OrinError({
    code: 'runtime-unavailable',
    what: `the agent is not at ${path}`,
    why: 'it is built with the program',
    next: 'reinstall orin-remote, or `npm run build` in a checkout',
  });
}
