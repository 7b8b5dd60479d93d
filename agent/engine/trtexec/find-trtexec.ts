import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where JetPack and the Debian package put it; seldom on anyone's PATH. */
const usualDirectories = ['/usr/src/tensorrt/bin', '/usr/local/tensorrt/bin'];

/** Full path of `trtexec`: the PATH's, or else the one of JetPack; null where there is none. */
export function findTrtexec(searchPath: string | undefined = pathVariable()): string | null {
  for (const directory of [...(searchPath ?? '').split(':'), ...usualDirectories]) {
    if (directory === '') continue;
    const path = join(directory, 'trtexec');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return null;
}

function pathVariable(): string | undefined {
  // biome-ignore lint/style/noProcessEnv: a worker is started with the PATH of its supervisor
  return process.env.PATH;
}
