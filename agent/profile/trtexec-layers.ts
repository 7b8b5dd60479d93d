import { join } from 'node:path';
import type { ProfileJob, ProfileMessage } from '../channel/messages.ts';
import { EngineRefusal } from '../engine/engine.ts';
import { engineCache, enginesPath } from '../engine/engine-cache.ts';
import { layerArguments, shapesOf } from '../engine/trtexec/arguments.ts';
import { builtEngine } from '../engine/trtexec/build-engine.ts';
import { installedTrtexec } from '../engine/trtexec/describe.ts';
import { readLayers } from '../engine/trtexec/layers.ts';
import { failureOf, hasPassed, runTrtexec } from '../engine/trtexec/run-trtexec.ts';
import { readBounded, writeInputs } from '../engine/trtexec/worker-files.ts';
import { dieWithParent } from '../process/die-with-parent.ts';

/** Some 200 bytes a layer: more layers than any network has. */
const maxProfileBytes = 64 * 1024 * 1024;

/**
 * The layers of the engine that was timed and how long each takes, from a run of trtexec that times
 * nothing else: with its profiler on, every layer is waited for. Throws `EngineRefusal`.
 */
export async function profileLayers(job: ProfileJob): Promise<ProfileMessage> {
  // Whoever started this process ends it by a signal that cannot be caught; trtexec goes with it.
  const options = { signal: new AbortController().signal, words: dieWithParent('KILL') };
  const trtexec = await installedTrtexec(options.signal);
  const cachePath = engineCache(enginesPath(job.storePath), 'trtexec');
  const engine = await builtEngine(trtexec, { ...job, cachePath }, options);
  const files = {
    engine: engine.path,
    profile: join(job.profileDirectory, 'layers.json'),
    inputs: writeInputs(job, job.profileDirectory, trtexec),
  };
  const shapes = engine.hasFreeShapes ? shapesOf(job.cell) : null;
  const words = layerArguments(trtexec, files, shapes);
  if (words === null) {
    throw new EngineRefusal(`trtexec of TensorRT ${trtexec.version} exports no profile`);
  }
  const run = await runTrtexec(trtexec.path, words, options);
  if (!hasPassed(run)) throw failureOf('profile the engine', run);
  const { runs, layers } = readLayers(readBounded(files.profile, maxProfileBytes));
  return { failure: null, runs, islands: 0, providers: [], nodes: [], layers };
}
