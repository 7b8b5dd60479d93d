import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The format wants a file, whose end says where everything is; stdout gets it afterwards. */
export async function parquetToStdout(write: (path: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'orin-remote-export-'));
  try {
    const path = join(directory, 'export.parquet');
    await write(path);
    await pipeline(createReadStream(path), process.stdout, { end: false });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
