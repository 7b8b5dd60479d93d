import type { WorkerDone, WorkerJob } from '../channel/messages.ts';
export async function measureWithTrtexec(
  _j: WorkerJob,
  _c: unknown,
  _s: AbortSignal,
): Promise<Omit<WorkerDone, 'kind'>> {
  throw new Error('x');
}
