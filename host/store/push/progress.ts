/** How far the push is; sent at every change worth drawing, at most ten times a second. */
export interface PushProgress {
  readonly state: 'checking' | 'packing' | 'sending' | 'installing' | 'done';
  /** Name of the file under way; empty in `checking` and `done`. */
  readonly file: string;
  /** Over all files of the push, in bytes on the wire. */
  readonly sentBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
  readonly elapsedMs: number;
  /** Files that were on the board already, and their bytes. */
  readonly present: { readonly files: number; readonly bytes: number };
}
