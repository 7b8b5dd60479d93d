import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { FrameReader } from '../channel/frames.ts';
import type { ProfileJob, ProfileMessage } from '../channel/messages.ts';
import { reportedEvent } from '../channel/reported-event.ts';
import { cleanLine } from '../contract/clean-text.ts';
import { cellEnvironment } from '../process/environment/role-environment.ts';
import { StderrTail } from '../process/stderr-tail.ts';
import { limitsFor } from '../process/watchdog.ts';
import type { CellProcessContext } from './cell-process.ts';

/**
 * One untimed process for one cell: writes where its nodes ran into the journal, or why that is not
 * known. Aborting the signal ends it at once.
 */
export async function provePlacement(
  job: Omit<ProfileJob, 'profileDirectory'>,
  runDirectory: string,
  context: CellProcessContext,
  signal: AbortSignal,
): Promise<void> {
  const profileDirectory = join(runDirectory, 'profile');
  mkdirSync(profileDirectory, { recursive: true });
  const answer = await ask({ ...job, profileDirectory }, context, signal);
  const { journal, clock } = context;
  journal.write({ kind: 'placement', t_ns: clock.now_ns(), cell: job.cell.id, ...answer });
}

/** @throws Error when it is no answer of a profiling process. */
function answerIn(payload: Buffer, cell: string): ProfileMessage {
  const message: ProfileMessage = JSON.parse(payload.toString('utf8'));
  const { failure, runs, run_ns, islands, providers, nodes, layers } = reportedEvent(
    { ...message, kind: 'placement', t_ns: 0, cell },
    ['placement'],
  );
  return {
    failure,
    runs,
    ...(run_ns !== undefined && { run_ns }),
    islands,
    providers,
    nodes,
    ...(layers && { layers }),
  };
}

function failed(failure: string): ProfileMessage {
  return { failure: failure.slice(0, 2048), runs: 0, islands: 0, providers: [], nodes: [] };
}

async function ask(
  job: ProfileJob,
  { runtime, dieWithParent, hangLimits }: CellProcessContext,
  signal: AbortSignal,
): Promise<ProfileMessage> {
  const [program = '', ...words] = [
    ...dieWithParent,
    runtime.nodePath,
    runtime.agentFile,
    'profile',
  ];
  const child = spawn(program, words, {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: cellEnvironment(runtime, job.cell),
    signal,
    killSignal: 'SIGKILL',
    timeout: limitsFor(job.cell, hangLimits).firstIterationMs,
  });
  const stderr = new StderrTail(child.stderr as Readable);
  child.stdin?.on('error', () => {});
  child.stdin?.end(JSON.stringify(job));
  let answer: ProfileMessage | null = null;
  const reader = new FrameReader();
  const pipe = child.stdio[3] as Readable;
  pipe.on('error', () => {});
  pipe.on('data', (chunk: Buffer) => {
    try {
      for (const { payload } of reader.push(chunk)) answer = answerIn(payload, job.cell.id);
    } catch (error) {
      pipe.removeAllListeners('data').resume();
      answer = failed(`cannot read its report: ${cleanLine((error as Error).message, 200)}`);
      child.kill('SIGKILL');
    }
  });
  const end = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killed) => resolve(killed ?? `exit code ${code}`));
  });
  return answer ?? failed(`the profiling process ended with ${end}\n${stderr.text()}`.trim());
}
