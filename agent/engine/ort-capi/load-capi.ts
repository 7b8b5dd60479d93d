import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { EngineRefusal } from '../engine.ts';
import { pushedLibrary } from '../pushed-library.ts';
import { type Address, Capi, type Koffi } from './capi.ts';
import { apiFunctions, apiVersion, tableLength } from './functions.ts';

/**
 * What koffi must be: another release may marshal differently, and a wrong call ends the process.
 */
const koffiVersion = '3.3.4';

/**
 * koffi calls on stacks of its own, of 2 MiB and, asynchronously, of 128 KiB: kernels that need
 * more end the process. This is the stack that Linux gives a program.
 */
const stackBytes = 8 * 1024 * 1024;

/**
 * Loads ONNX Runtime's C interface from a `libonnxruntime.so`: the one at `libraryPath`, or else
 * the one pushed with the agent. Throws `EngineRefusal` when a file is missing, is none, or is
 * older than 1.16.
 */
export function loadOrtCapi(runtimePath: string, libraryPath: string | null): Capi {
  const koffi = loadKoffi(runtimePath);
  const path = libraryPath ?? pushedLibrary(runtimePath);
  if (!existsSync(path)) {
    throw new EngineRefusal(`${path} is not on this board`, {
      next: 'name the library with --ort-lib; `orin-remote runtime list HOST` shows those that were found',
    });
  }
  const base = openLibrary(koffi, path);
  // struct OrtApiBase { const OrtApi *(*GetApi)(uint32_t); const char *(*GetVersionString)(void); }
  const getApi = functionAt(koffi, base, 0, 'void *GetApi(uint32_t version)');
  const getVersion = functionAt(koffi, base, 8, 'const char *GetVersionString()');
  const version = String(getVersion());
  const api = getApi(apiVersion) as Address | null;
  if (!api) {
    throw new EngineRefusal(
      `${path} is ONNX Runtime ${version}: its C interface is older than version ${apiVersion}`,
      { next: 'use ONNX Runtime 1.16 or newer' },
    );
  }
  const addresses = koffi.decode(api, koffi.array('void *', tableLength)) as Address[];
  const functions = Object.fromEntries(
    Object.entries(apiFunctions).map(([name, [index, prototype]]) => [
      name,
      koffi.decode(addresses[index] ?? 0n, koffi.proto(prototype)),
    ]),
  );
  return new Capi(koffi, functions as ConstructorParameters<typeof Capi>[1], { path, version });
}

function loadKoffi(runtimePath: string): Koffi {
  const requireFrom = createRequire(join(runtimePath, 'agent.cjs'));
  try {
    const koffi = requireFrom('koffi') as Koffi;
    if (koffi.version === koffiVersion) return withStacks(koffi);
    throw new EngineRefusal(`koffi ${koffi.version} is beside the agent, not ${koffiVersion}`);
  } catch (error) {
    if (error instanceof EngineRefusal) throw error;
    throw new EngineRefusal(`cannot load koffi: ${(error as Error).message}`);
  }
}

let hasStacks = false;

/** Only before the first call of the process. */
function withStacks(koffi: Koffi): Koffi {
  if (!hasStacks) koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });
  hasStacks = true;
  return koffi;
}

/**
 * koffi unloads a library whose handle was collected, under the threads that ONNX Runtime has in
 * it.
 */
const loaded: ReturnType<Koffi['load']>[] = [];

function openLibrary(koffi: Koffi, path: string): Address {
  try {
    const library = koffi.load(path);
    loaded.push(library);
    return library.func('void *OrtGetApiBase()')() as Address;
  } catch (error) {
    throw new EngineRefusal(`cannot load ${path}: ${(error as Error).message}`, {
      cause: error,
      next: 'the path must be that of a libonnxruntime.so of this board, with all that it links to',
    });
  }
}

function functionAt(koffi: Koffi, base: Address, offset: number, prototype: string) {
  const address = koffi.decode(base, offset, 'void *') as Address;
  return koffi.decode(address, koffi.proto(prototype)) as (...args: unknown[]) => unknown;
}
