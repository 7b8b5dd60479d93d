/**
 * The part of ONNX Runtime's C interface that we call: index of each function in `struct OrtApi`,
 * counted from 0, and its prototype with opaque pointers as `void *`. Source:
 * `onnxruntime_c_api.h`, whose table only ever grows at its end, so that one list serves every
 * release since 1.16. Each returns an `OrtStatus *`, null when all went well, but for those that
 * release or read something.
 */
export const apiFunctions = {
  getErrorMessage: [2, 'const char *GetErrorMessage(void *status)'],
  createEnv: [3, 'void *CreateEnv(int level, const char *id, _Out_ void **env)'],
  createSession: [
    7,
    'void *CreateSession(void *env, const char *path, void *options, _Out_ void **session)',
  ],
  run: [
    9,
    'void *Run(void *session, void *options, void *input_names, void *inputs, size_t input_count, void *output_names, size_t output_count, void *outputs)',
  ],
  createSessionOptions: [10, 'void *CreateSessionOptions(_Out_ void **options)'],
  setSessionExecutionMode: [13, 'void *SetSessionExecutionMode(void *options, int mode)'],
  enableProfiling: [14, 'void *EnableProfiling(void *options, const char *prefix)'],
  setSessionGraphOptimizationLevel: [
    23,
    'void *SetSessionGraphOptimizationLevel(void *options, int level)',
  ],
  setIntraOpNumThreads: [24, 'void *SetIntraOpNumThreads(void *options, int threads)'],
  setInterOpNumThreads: [25, 'void *SetInterOpNumThreads(void *options, int threads)'],
  sessionGetInputCount: [30, 'void *SessionGetInputCount(void *session, _Out_ size_t *count)'],
  sessionGetOutputCount: [31, 'void *SessionGetOutputCount(void *session, _Out_ size_t *count)'],
  sessionGetOutputTypeInfo: [
    34,
    'void *SessionGetOutputTypeInfo(void *session, size_t index, _Out_ void **info)',
  ],
  sessionGetInputName: [
    36,
    'void *SessionGetInputName(void *session, size_t index, void *allocator, _Out_ void **name)',
  ],
  sessionGetOutputName: [
    37,
    'void *SessionGetOutputName(void *session, size_t index, void *allocator, _Out_ void **name)',
  ],
  createRunOptions: [39, 'void *CreateRunOptions(_Out_ void **options)'],
  runOptionsSetTerminate: [46, 'void *RunOptionsSetTerminate(void *options)'],
  createTensorAsOrtValue: [
    48,
    'void *CreateTensorAsOrtValue(void *allocator, const int64_t *shape, size_t rank, int type, _Out_ void **value)',
  ],
  createTensorWithDataAsOrtValue: [
    49,
    'void *CreateTensorWithDataAsOrtValue(void *memory, void *data, size_t bytes, const int64_t *shape, size_t rank, int type, _Out_ void **value)',
  ],
  isTensor: [50, 'void *IsTensor(void *value, _Out_ int *is)'],
  getTensorMutableData: [51, 'void *GetTensorMutableData(void *value, _Out_ void **data)'],
  fillStringTensor: [52, 'void *FillStringTensor(void *value, const char **texts, size_t count)'],
  getStringTensorDataLength: [
    53,
    'void *GetStringTensorDataLength(void *value, _Out_ size_t *length)',
  ],
  getStringTensorContent: [
    54,
    'void *GetStringTensorContent(void *value, void *bytes, size_t length, void *offsets, size_t count)',
  ],
  /** Gives null in `tensor` for what is no tensor; the result belongs to `info`. */
  castTypeInfoToTensorInfo: [55, 'void *CastTypeInfoToTensorInfo(void *info, _Out_ void **tensor)'],
  getTensorElementType: [60, 'void *GetTensorElementType(void *tensor, _Out_ int *type)'],
  getDimensionsCount: [61, 'void *GetDimensionsCount(void *tensor, _Out_ size_t *rank)'],
  getDimensions: [62, 'void *GetDimensions(void *tensor, void *shape, size_t rank)'],
  getTensorTypeAndShape: [65, 'void *GetTensorTypeAndShape(void *value, _Out_ void **tensor)'],
  createCpuMemoryInfo: [
    69,
    'void *CreateCpuMemoryInfo(int allocator, int type, _Out_ void **memory)',
  ],
  allocatorFree: [76, 'void *AllocatorFree(void *allocator, void *pointer)'],
  getAllocatorWithDefaultOptions: [
    78,
    'void *GetAllocatorWithDefaultOptions(_Out_ void **allocator)',
  ],
  releaseEnv: [92, 'void ReleaseEnv(void *env)'],
  releaseStatus: [93, 'void ReleaseStatus(void *status)'],
  releaseMemoryInfo: [94, 'void ReleaseMemoryInfo(void *memory)'],
  releaseSession: [95, 'void ReleaseSession(void *session)'],
  releaseValue: [96, 'void ReleaseValue(void *value)'],
  releaseRunOptions: [97, 'void ReleaseRunOptions(void *options)'],
  releaseTypeInfo: [98, 'void ReleaseTypeInfo(void *info)'],
  releaseTensorTypeAndShapeInfo: [99, 'void ReleaseTensorTypeAndShapeInfo(void *tensor)'],
  releaseSessionOptions: [100, 'void ReleaseSessionOptions(void *options)'],
  sessionEndProfiling: [
    110,
    'void *SessionEndProfiling(void *session, void *allocator, _Out_ void **path)',
  ],
  getAvailableProviders: [125, 'void *GetAvailableProviders(_Out_ void **names, _Out_ int *count)'],
  releaseAvailableProviders: [126, 'void *ReleaseAvailableProviders(void *names, int count)'],
  addSessionConfigEntry: [
    130,
    'void *AddSessionConfigEntry(void *options, const char *key, const char *value)',
  ],
  runWithBinding: [133, 'void *RunWithBinding(void *session, void *options, void *binding)'],
  createIoBinding: [134, 'void *CreateIoBinding(void *session, _Out_ void **binding)'],
  releaseIoBinding: [135, 'void ReleaseIoBinding(void *binding)'],
  bindInput: [136, 'void *BindInput(void *binding, const char *name, void *value)'],
  bindOutput: [137, 'void *BindOutput(void *binding, const char *name, void *value)'],
  bindOutputToDevice: [
    138,
    'void *BindOutputToDevice(void *binding, const char *name, void *memory)',
  ],
  getBoundOutputValues: [
    140,
    'void *GetBoundOutputValues(void *binding, void *allocator, _Out_ void **values, _Out_ size_t *count)',
  ],
  appendTensorRt: [170, 'void *AppendTensorRT(void *options, void *provider)'],
  createTensorRtOptions: [171, 'void *CreateTensorRTProviderOptions(_Out_ void **provider)'],
  updateTensorRtOptions: [
    172,
    'void *UpdateTensorRTProviderOptions(void *provider, const char **keys, const char **values, size_t count)',
  ],
  releaseTensorRtOptions: [174, 'void ReleaseTensorRTProviderOptions(void *provider)'],
  appendCuda: [204, 'void *AppendCUDA(void *options, void *provider)'],
  createCudaOptions: [205, 'void *CreateCUDAProviderOptions(_Out_ void **provider)'],
  updateCudaOptions: [
    206,
    'void *UpdateCUDAProviderOptions(void *provider, const char **keys, const char **values, size_t count)',
  ],
  releaseCudaOptions: [208, 'void ReleaseCUDAProviderOptions(void *provider)'],
  /** For the providers without options of their own type: WebGPU among them. */
  appendByName: [
    216,
    'void *AppendExecutionProvider(void *options, const char *name, const char **keys, const char **values, size_t count)',
  ],
} as const satisfies Readonly<Record<string, readonly [index: number, prototype: string]>>;

export type ApiFunction = keyof typeof apiFunctions;

/**
 * Version of the table that we ask for: the one of ONNX Runtime 1.16, on the oldest JetPack with a
 * GPU build.
 */
export const apiVersion = 16;

/** Functions of the table that we read: its last index and one. */
export const tableLength = 1 + Math.max(...Object.values(apiFunctions).map(([index]) => index));
