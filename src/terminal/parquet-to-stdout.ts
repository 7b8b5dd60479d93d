import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makePrivateDirectory } from '../../host/workstation/private-directory.ts';

/** The format wants a file, whose end says where everything is; stdout gets it afterwards. */
export async function parquetToStdout(write: (path: string) => Promise<void>): Promise<void> {
  const directory = await makePrivateDirectory('export');
  try {
    const path = join(directory.path, 'export.parquet');
    await write(path);
    await pipeline(createReadStream(path), process.stdout, { end: false });
  } finally {
    await directory.remove();
  }
}
