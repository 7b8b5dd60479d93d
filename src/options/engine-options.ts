import { type Command, Option } from 'commander';

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

/** Where and through what the model runs. */
export function addEngineOptions(command: Command): void {
  command
    .option('--ep <providers>', 'cpu, cuda, tensorrt, webgpu or trtexec; never a fallback', 'cpu')
    .addOption(
      new Option('--gpu <auto>', 'also the best GPU engine of the board').choices(['auto']),
    )
    .option('--engine <list>', 'ort (onnxruntime-node), ort-capi (the C interface) (default: ort)')
    .option(
      '--ort <name|dir|tgz|npm>',
      'your GPU build of onnxruntime-node (default: the one of `runtime add`, else that of npm)',
    )
    .option(
      '--ort-lib <path>',
      'libonnxruntime.so on the board, for ort-capi, which it implies where --engine says nothing',
    )
    .option('--ep-option <ep.key=value>', 'e.g. tensorrt.trt_fp16_enable=1', collect, [])
    .option(
      '--precision <list>',
      'fp32, tf32, fp16, int8: what the GPU computes in (default: as the model is; NVIDIA takes fp32 as tf32)',
      collect,
      [],
    )
    .option('--profile', 'print the operators and their times, the longest first');
}
