import { join } from 'node:path';

/** Path of the libonnxruntime of the onnxruntime-node beside the agent. */
export function pushedLibrary(runtimePath: string): string {
  const native = `bin/napi-v6/linux/${process.arch}/libonnxruntime.so.1`;
  return join(runtimePath, 'node_modules/onnxruntime-node', native);
}
