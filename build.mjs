// Builds what the bin needs: the command line as lazy chunks, the agent as the one file that is
// pushed.
import { readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const define = { __ORIN_REMOTE_VERSION__: JSON.stringify(version) };

// Chunks carry a hash in their names: those of earlier builds would stay, and be packed.
await rm('dist/chunks', { recursive: true, force: true });
await build({
  entryPoints: ['src/cli.ts'],
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  // Shell programs for boards are imported as text.
  loader: { '.sh': 'text' },
  define,
  logLevel: 'warning',
});
await build({
  entryPoints: ['agent/main.ts'],
  bundle: true,
  external: ['onnxruntime-node', 'onnxruntime-node/*'],
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outfile: 'dist/agent.cjs',
  minify: true,
  define,
  logLevel: 'warning',
});
