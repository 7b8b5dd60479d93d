import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell } from '../../contract/plan.ts';
import { engineKey } from '../engine-cache.ts';
import { buildArguments, precisionFlags, shapesOf } from './arguments.ts';
import { type CachedEngine, cachedEngine, keepEngine } from './cached-engine.ts';
import type { Trtexec } from './describe.ts';
import { diskFull, isFull } from './disk-full.ts';
import { failureOf, hasPassed, runTrtexec, type TrtexecOptions } from './run-trtexec.ts';
import { removeStaleBuilds, temporaryOf } from './stale-builds.ts';

export interface BuiltEngine extends CachedEngine {
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
 * The engine for a cell: from the cache, or built by trtexec and kept there. An engine belongs to
 * one model, one TensorRT, one device, one set of shapes and one precision. Throws `EngineRefusal`
 * with trtexec's words.
 */
export async function builtEngine(
  trtexec: Trtexec,
  request: EngineRequest,
  options: TrtexecOptions,
): Promise<BuiltEngine> {
  const { cell, modelPath, cachePath } = request;
  const precision = precisionFlags(trtexec, cell);
  const base = join(
    cachePath,
    engineKey([request.modelHashes, trtexec.version, shapesOf(cell), precision]),
  );
  const cached = await cachedEngine(base, options.signal);
  if (cached !== null) return { ...cached, isCached: true };
  removeStaleBuilds(cachePath);
  const temporary = temporaryOf(base);
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
    if (!hasPassed(run) || !existsSync(temporary)) {
      if (isUnsaved(run.output, cachePath)) throw diskFull('save the engine', cachePath);
      throw failureOf('build the engine', run);
    }
    const facts = { duration_ns, hasFreeShapes };
    return { ...(await keepEngine(temporary, base, facts, options.signal)), isCached: false };
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** trtexec says that it could not save the engine, not why. */
function isUnsaved(output: string, cachePath: string): boolean {
  if (/No space left on device/.test(output)) return true;
  return /Saving engine to file failed/.test(output) && isFull(cachePath);
}
