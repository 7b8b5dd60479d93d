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
    .option('--engine <list>', 'ort (onnxruntime-node) or ort-capi (the C interface)', 'ort')
    .option('--ort <dir|tgz>', 'your own GPU build of onnxruntime-node, pushed to the board')
    .option('--ort-lib <path>', 'libonnxruntime.so on the board; implies --engine ort-capi')
    .option('--ep-option <ep.key=value>', 'e.g. tensorrt.trt_fp16_enable=1', collect, [])
    .option('--gpu-precision <list>', 'fp32, fp16 or int8 for TensorRT (default: as the model is)')
    .option('--profile', 'print the operators and their times, the longest first');
}
