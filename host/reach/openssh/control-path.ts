import { join } from 'node:path';
import { openMuxControl } from './mux-control.ts';

/** Where a master of ours listens. */
export function controlPathIn(directory: string): string {
  return join(directory, 'control');
}

/** Whether a master of ours listens there. */
export async function holdsMaster(directory: string): Promise<boolean> {
  const control = await openMuxControl(controlPathIn(directory)).catch(() => null);
  control?.release();
  return control !== null;
}
