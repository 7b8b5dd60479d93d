import type { GpuMeans } from '../../host/board/gpu-means.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';

/** What a board has for its GPU, each with the command that measures through it. */
export function describeGpuMeans(board: string, means: GpuMeans, terminal: Terminal): string {
  const { colour } = terminal;
  const lines = [colour.bold(board), ...trtexecLines(board, means), ''];
  for (const { path, version, providers } of means.libraries) {
    const release = version === null ? 'an unknown release' : version;
    lines.push(
      `  ${path}`,
      `      ONNX Runtime ${release}; provider libraries beside it: ${providers.join(', ') || 'none'}`,
    );
    const ep = ['tensorrt', 'cuda'].find((name) => providers.includes(name)) ?? 'cpu';
    lines.push(`      orin-remote bench ${board} --ep ${ep} --ort-lib ${path}`);
  }
  if (means.libraries.length === 0) {
    lines.push('  no libonnxruntime.so in the usual places; --ort-lib takes one from anywhere');
  }
  lines.push(
    '',
    '  A library that is there is not one that runs: the first benchmark proves it. See docs/gpu/README.md.',
    '',
  );
  return plainText(lines.join('\n'), terminal.isUnicode);
}

function trtexecLines(board: string, { trtexec }: GpuMeans): string[] {
  if (trtexec === null) {
    return ['  no trtexec', '      on the board: sudo apt-get install libnvinfer-bin'];
  }
  const version = trtexec.version === null ? 'does not tell its version' : trtexec.version;
  return [
    `  ${trtexec.path}`,
    `      TensorRT ${version}`,
    `      orin-remote bench ${board} --ep trtexec`,
  ];
}
