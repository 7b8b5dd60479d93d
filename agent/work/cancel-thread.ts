import { Socket } from 'node:net';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Termination } from '../engine/engine.ts';
import { loadOrtCapi } from '../engine/ort-capi/load-capi.ts';

/** Where the supervisor says that the run is over: a byte is all that ever comes. */
const controlFd = 4;

interface ThreadData {
  readonly runtimePath: string;
  readonly termination: Termination;
}

/**
 * A thread that hears a cancel while the main thread is inside an inference, which blocks it, and has ONNX Runtime end
 * that at its next node. It sleeps until then. Resolves when it listens; without it the process is killed instead.
 */
export async function startCancelThread(
  agentFile: string,
  runtimePath: string,
  termination: Termination,
): Promise<void> {
  const data: ThreadData = { runtimePath, termination };
  const thread = new Worker(agentFile, { argv: ['cancel-thread'], workerData: data });
  await new Promise<void>((resolve) => {
    thread.once('message', () => resolve());
    thread.once('error', () => resolve());
    thread.once('exit', () => resolve());
  });
  thread.unref();
}

/** Role `cancel-thread`, of a thread and no process. */
export function cancelThread(): void {
  const { runtimePath, termination } = workerData as ThreadData;
  // The library is loaded already; a thread has a koffi of its own, and with it functions of its own.
  const capi = loadOrtCapi(runtimePath, termination.libraryPath);
  const control = new Socket({ fd: controlFd, readable: true, writable: false });
  control.on('error', () => {});
  control.once('data', () => capi.call('runOptionsSetTerminate', termination.options));
  parentPort?.postMessage('listening');
}
