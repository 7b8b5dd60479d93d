// Builds what the bin needs: the command line as lazy chunks, the agent as the one file that is pushed.
import { build } from 'esbuild';

const version = JSON.parse(
  await (await import('node:fs/promises')).readFile('package.json', 'utf8'),
).version;
const define = { __ORIN_REMOTE_VERSION__: JSON.stringify(version) };

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
