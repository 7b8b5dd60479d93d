import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('the agent is one file of its own room, small enough to push without a thought', async () => {
  const { metafile } = await build({
    entryPoints: ['agent/main.ts'],
    bundle: true,
    external: ['onnxruntime-node', 'onnxruntime-node/*'],
    platform: 'node',
    format: 'cjs',
    write: false,
    outfile: 'agent.cjs',
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((path) => !/^(agent|node_modules\/zod)\//.test(path))).toEqual([]);
  expect((await stat('dist/agent.cjs')).size).toBeLessThanOrEqual(200_000);
});

test('--help loads neither SSH nor models nor screens', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'orin-imports-'));
  try {
    const log = join(directory, 'imports');
    const preload = pathToFileURL('test/support/log-imports.mjs').href;
    const { stdout } = await run(process.execPath, ['--import', preload, 'dist/cli.js', '--help'], {
      env: { ...process.env, IMPORT_LOG: log },
    });
    expect(stdout).toContain('orin-remote bench demo');
    const loaded = await readFile(log, 'utf8');
    expect(loaded).toContain('commander');
    expect(loaded).not.toMatch(/ssh2|onnxruntime|protobufjs|ink|react|zod|hyparquet|p-queue/);
  } finally {
    await rm(directory, { recursive: true });
  }
});
