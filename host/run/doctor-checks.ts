import { stat } from 'node:fs/promises';
import type { Probe } from '../board/probe.ts';
import { requireSpace } from '../board/requirements.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { sh } from '../shell/sh.ts';
import { channelCount } from '../store/push/segments.ts';
import { nodeProgramBytes } from '../store/runtime/node-package.ts';
import { onnxRuntimeFiles } from '../store/runtime/onnxruntime-files.ts';

/**
 * What a benchmark would find out about a board only on its way, tried before: room for the
 * runtime, where none is there, and as many sessions at once as a push takes.
 */
export async function boardTrials(
  link: Link,
  probe: Probe,
  signal: AbortSignal,
): Promise<readonly OrinError[]> {
  const found = [await roomProblem(link.board, probe), await sessionProblem(link, signal)];
  return found.filter((problem) => problem !== null);
}

async function roomProblem(board: string, { facts, runtimes }: Probe): Promise<OrinError | null> {
  const { platform, base } = facts;
  if (platform === null || runtimes.length > 0 || base.trouble) return null;
  const files = await onnxRuntimeFiles(platform);
  const sizes = await Promise.all(files.map(async ({ source }) => (await stat(source)).size));
  const unpackedBytes = sizes.reduce((sum, size) => sum + size, nodeProgramBytes(platform));
  try {
    // What is packed lies beside it while it is unpacked: see push.
    requireSpace(board, facts, { unpackedBytes, packedBytes: unpackedBytes * 0.5 });
    return null;
  } catch (error) {
    if (error instanceof OrinError) return error;
    throw error;
  }
}

/**
 * A large file may go over several channels of a far board, beside a batch of small ones and what
 * puts it together.
 */
async function sessionProblem(link: Link, signal: AbortSignal): Promise<OrinError | null> {
  const channels = channelCount(Number.MAX_SAFE_INTEGER, link.roundTripMs, null);
  const needed = channels === 1 ? 2 : channels + 2;
  const opened = await Promise.allSettled(
    Array.from({ length: needed }, () => link.start(sh('read -r x'), signal)),
  );
  const exits = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const process of exits) {
    process.stdout.resume();
    process.stderr.resume();
    process.stdin.end();
  }
  await Promise.allSettled(exits.map(({ exit }) => exit));
  const refused = opened.find((one) => one.status === 'rejected');
  if (refused === undefined) return null;
  signal.throwIfAborted();
  if (refused.reason instanceof OrinError) return refused.reason;
  throw refused.reason;
}
