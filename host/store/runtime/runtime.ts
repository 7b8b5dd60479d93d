import { createHash } from 'node:crypto';
import type { StoreFile } from '../push/store-file.ts';

/** One file of a runtime tree. */
export interface RuntimeFile {
  /** Relative to the runtime's directory: `bin/node`. */
  readonly path: string;
  readonly mode: 0o600 | 0o700;
  readonly file: StoreFile;
}

/** What a board needs to run the agent: Node, ONNX Runtime and the agent itself. */
export interface Runtime {
  /** SHA-256 of the manifest: equal trees have equal ids. */
  readonly id: string;
  readonly files: readonly RuntimeFile[];
}

/** The runtime made of these files; the id covers path, mode and content of each. */
export function runtimeOf(files: readonly RuntimeFile[]): Runtime {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest = sorted
    .map(({ path, mode, file }) => `${mode.toString(8)} ${file.sha256} ${path}\n`)
    .join('');
  return { id: createHash('sha256').update(manifest).digest('hex'), files: sorted };
}
