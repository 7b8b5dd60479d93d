import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson } from '../channel/frames.ts';
import type { ProfileJob, ProfileMessage } from '../channel/messages.ts';
import { cleanText } from '../contract/clean-text.ts';
import { providerNames } from '../contract/provider-names.ts';
import { readInputs } from '../engine/inputs.ts';
import { openEngine } from '../engine/open-engine.ts';
import { agentExitCodes } from '../process/exit-codes.ts';
import { digestProfile } from './digest-profile.ts';
import { profileLayers } from './trtexec-layers.ts';

const supervisorFd = 3;
const fewestRuns = 2;
const mostRuns = 20;
/** Enough for 20 runs of most models; the rest get fewer. */
const enoughMs = 2000;
/**
 * A trace takes some 650 bytes per node and run; larger ones would not fit a small board's memory.
 */
const maxProfileBytes = 256 * 1024 * 1024;

/**
 * Role `profile`: one untimed session of a cell under its engine's profiler; answers where its
 * nodes ran, or its layers.
 */
export async function profile(): Promise<number> {
  const job = JSON.parse(readFileSync(0, 'utf8')) as ProfileJob;
  const prefix = join(job.profileDirectory, 'profile');
  try {
    report(job.cell.engine === 'trtexec' ? await profileLayers(job) : profileSession(job, prefix));
    return agentExitCodes.ok;
  } catch (error) {
    const failure = cleanText((error as Error).message, 2048);
    report({ failure, runs: 0, islands: 0, providers: [], nodes: [] });
    return agentExitCodes.failed;
  } finally {
    rmSync(job.profileDirectory, { recursive: true, force: true });
  }
}

function profileSession(job: ProfileJob, prefix: string): ProfileMessage {
  runProfiled(job, prefix);
  const digest = digestProfile(readProfile(job.profileDirectory), providerNames[job.cell.ep].id);
  return { failure: null, ...digest };
}

function report(message: ProfileMessage): void {
  writeJson(supervisorFd, message);
}

function runProfiled(job: ProfileJob, prefix: string): void {
  const { cell, modelPath, storePath } = job;
  const session = openEngine(job).open(cell, modelPath, { profilePrefix: prefix });
  session.bind(readInputs(cell.inputs, storePath).tensors);
  const endMs = performance.now() + enoughMs;
  for (let run = 0; run < mostRuns; run += 1) {
    if (run >= fewestRuns && performance.now() > endMs) break;
    session.run();
  }
  session.close();
}

/** ONNX Runtime adds date and time to the name, and its Node binding does not tell which. */
function readProfile(directory: string): string {
  const name = readdirSync(directory).find((file) => file.startsWith('profile_'));
  if (name === undefined) throw new Error('ONNX Runtime wrote no profile');
  const path = join(directory, name);
  const { size } = statSync(path);
  if (size > maxProfileBytes) throw new Error(`the profile has ${size} bytes`);
  return readFileSync(path, 'utf8');
}
