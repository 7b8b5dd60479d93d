import { createHash } from 'node:crypto';
import {
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Cell } from '../../protocol/plan.ts';
import { buildArguments, precisionFlags, shapesOf } from './arguments.ts';
import type { Trtexec } from './describe.ts';
import { failureOf, hasPassed, runTrtexec, type TrtexecOptions } from './run-trtexec.ts';

/** What stands beside a cached engine. */
const record = z.object({
  duration_ns: z.int().check(z.nonnegative()),
  /** The model's shapes are free: a run must say them again. */
  hasFreeShapes: z.boolean(),
});

export interface BuiltEngine extends z.infer<typeof record> {
  readonly path: string;
  readonly bytes: number;
  readonly isCached: boolean;
}

export interface EngineRequest {
  readonly cell: Cell;
  readonly modelPath: string;
  /** Of all files of the model. */
  readonly modelHashes: readonly string[];
  readonly cachePath: string;
}

const staticModel = /Static model does not take explicit shapes/;

/**
 * The engine for a cell: from the cache, or built by trtexec and kept there. An engine belongs to one model, one
 * TensorRT, one device, one set of shapes and one precision. Throws `EngineRefusal` with trtexec's words.
 */
export async function builtEngine(
  trtexec: Trtexec,
  request: EngineRequest,
  options: TrtexecOptions,
): Promise<BuiltEngine> {
  const { cell, modelPath, cachePath } = request;
  const precision = precisionFlags(trtexec, cell);
  const base = join(cachePath, cacheKey(trtexec, request, precision));
  const cached = readCached(base);
  if (cached !== null) return cached;
  const temporary = `${base}.${process.pid}.tmp`;
  const build = async (args: readonly string[]) => {
    const began = process.hrtime.bigint();
    const run = await runTrtexec(trtexec.path, args, options);
    return { run, duration_ns: Number(process.hrtime.bigint() - began) };
  };
  try {
    const files = { model: modelPath, engine: temporary };
    const withShapes = buildArguments(trtexec, cell, files, precision);
    const isShapes = (arg: string) => arg.startsWith('--shapes=');
    let hasFreeShapes = withShapes.some(isShapes);
    let { run, duration_ns } = await build(withShapes);
    if (!hasPassed(run) && staticModel.test(run.output)) {
      hasFreeShapes = false;
      ({ run, duration_ns } = await build(withShapes.filter((arg) => !isShapes(arg))));
    }
    options.signal.throwIfAborted();
    if (!hasPassed(run) || !existsSync(temporary)) throw failureOf('build the engine', run);
    writeFileSync(`${base}.json`, JSON.stringify({ duration_ns, hasFreeShapes }));
    renameSync(temporary, `${base}.plan`);
    const bytes = statSync(`${base}.plan`).size;
    return { path: `${base}.plan`, bytes, isCached: false, duration_ns, hasFreeShapes };
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readCached(base: string): BuiltEngine | null {
  try {
    const known = record.parse(JSON.parse(readFileSync(`${base}.json`, 'utf8')));
    const { size } = statSync(`${base}.plan`);
    // What was used last is the last to be removed to make room.
    const now = new Date();
    utimesSync(`${base}.plan`, now, now);
    utimesSync(`${base}.json`, now, now);
    return { ...known, path: `${base}.plan`, bytes: size, isCached: true };
  } catch {
    return null;
  }
}

function cacheKey(
  { version }: Trtexec,
  { cell, modelHashes }: EngineRequest,
  precision: readonly string[],
): string {
  const parts = [modelHashes, version, deviceName(), shapesOf(cell), precision];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
}

/** An engine is made for one GPU; on a Jetson the module's name says which. */
function deviceName(): string {
  try {
    return readFileSync('/proc/device-tree/model', 'latin1');
  } catch {
    return process.arch;
  }
}
