/** What programs are known to say, and what helps; the traps are those of docs/gpu/README.md. */
const known: readonly (readonly [said: RegExp, action: string])[] = [
  [
    /no kernel image is available/i,
    'take a build of ONNX Runtime for the GPU of this board (an Orin is sm_87): docs/gpu/onnxruntime.md, Traps',
  ],
  [
    /((could not|unable to|failed to) load|cannot open)[^\n]*lib(cudnn|cublas|cudart|cufft|curand|nvinfer)\w*\.so|lib(cudnn|cublas|cudart|cufft|curand|nvinfer)[\w.-]*( is missing|: cannot open)|(cannot load|undefined) symbol:? cudnn|CUDNN_STATUS_NOT_INITIALIZED/i,
    'CUDA, cuDNN and TensorRT of the board must be those of the build of ONNX Runtime: docs/gpu/onnxruntime.md, Traps',
  ],
  [
    /Non tensor type is temporarily not supported/,
    'measure it with --engine ort-capi: onnxruntime-node returns tensors only, and an output is none (ZipMap makes such outputs)',
  ],
  [
    /^no sign of life/,
    'try a smaller batch or another provider: it was silent for longer than a process is waited for',
  ],
];

/**
 * What to do about a failed process.
 * @param failure What became of it, as `processFailure` says.
 * @param said All that it said.
 */
export function failureAdvice(failure: string, said: string): string {
  // What we ended ourselves was not ended by the kernel for want of memory.
  if (failure.startsWith('killed by SIGKILL')) {
    return 'free memory on the board or take a smaller batch: the kernel kills what does not fit';
  }
  const found = known.find(([words]) => words.test(said));
  if (found !== undefined) return found[1];
  if (failure.startsWith('refused')) return 'check the model: orin-remote model inspect FILE';
  return 'look for the cause in the message; the journal has the rest of it';
}
