import { statfsSync } from 'node:fs';
import { EngineRefusal } from '../engine.ts';

/**
 * With less room than this the last that was written may not be whole: programs do not always look.
 */
const fullBelowBytes = 64 * 1024;

/** There is no room for what this step writes. */
export function diskFull(step: string, directory: string): EngineRefusal {
  return new EngineRefusal(`the board's disk is full: no room to ${step} in ${directory}`, {
    next: `free some space on the board (df -h ${directory}); a smaller --keep removes engines and models used longest ago`,
  });
}

/** Whether a write failed for want of room. */
export function isNoSpace(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Whether there is no room left in a directory, as far as its file system tells. */
export function isFull(directory: string): boolean {
  try {
    const { bavail, bfree, bsize } = statfsSync(directory);
    // Root may use what is kept back.
    return (process.getuid?.() === 0 ? bfree : bavail) * bsize < fullBelowBytes;
  } catch {
    return false;
  }
}
