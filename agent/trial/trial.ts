import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { cleanLine } from '../contract/clean-text.ts';
import { type TrialAnswer, type TrialJob, trialJob } from '../contract/trial.ts';
import type { OrtFeed, OrtNativeSession } from '../engine/ort-binding.ts';
import { loadOrtBinding } from '../engine/ort-binding.ts';
import { emptyTensorData } from '../engine/tensor-data.ts';
import { agentExitCodes } from '../process/exit-codes.ts';

/** A reason is shown to its end: it begins with the node, and ends with what is wrong. */
const MAX_REASON = 4096;

type Candidate = TrialJob['candidates'][number];

/**
 * Role `try`: runs a model once for each of the shapes that it is told, until one runs, on the CPU
 * with one thread. Whoever started it bounds its time and its memory.
 */
export function tryShapes(runtimePath: string): number {
  endFirstWhenMemoryIsShort();
  const job = trialJob.parse(JSON.parse(readFileSync(0, 'utf8')));
  const session = loadOrtBinding(runtimePath).createSession();
  try {
    session.loadModel(job.model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      // What it would gain is a better graph; here it runs once.
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 4,
    });
  } catch (error) {
    answer({ kind: 'unloadable', reason: reasonOf(error) });
    return agentExitCodes.ok;
  }
  for (const [candidate, inputs] of job.candidates.entries()) {
    try {
      runOnce(session, inputs);
      answer({ kind: 'ran', candidate });
      break;
    } catch (error) {
      answer({ kind: 'refused', candidate, reason: reasonOf(error) });
    }
  }
  return agentExitCodes.ok;
}

function runOnce(session: OrtNativeSession, inputs: Candidate): void {
  const feeds = inputs.map(({ name, dtype, shape }): [string, OrtFeed] => {
    // Zero is in every table of embeddings.
    const data = emptyTensorData(dtype, shape);
    return [name, { type: dtype, data, dims: shape, location: 'cpu' }];
  });
  const fetches = session.outputMetadata.map(({ name }): [string, null] => [name, null]);
  session.run(Object.fromEntries(feeds), Object.fromEntries(fetches));
}

function answer(line: TrialAnswer): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function reasonOf(error: unknown): string {
  return cleanLine(error instanceof Error ? error.message : String(error), MAX_REASON);
}

/** Rather this process than any other of the workstation. */
function endFirstWhenMemoryIsShort(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux.
  }
}
