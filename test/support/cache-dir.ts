import { resolve } from 'node:path';

/**
 * Where tests keep what is large and never changes, such as the Node for boards: not downloaded
 * every time.
 */
export const testCacheDir = resolve(import.meta.dirname, '../../node_modules/.cache/orin-remote');
