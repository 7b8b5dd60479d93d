import type { Cell } from '../../contract/plan.ts';
import { providerNames } from '../../contract/provider-names.ts';
import { EngineRefusal } from '../engine.ts';
import { gpuNext, refusePrecision, sessionRefusal } from '../refusals.ts';
import type { Address, Capi } from './capi.ts';

const optimizationLevels: Readonly<Record<Cell['graphOptimization'], number>> = {
  disabled: 0,
  basic: 1,
  extended: 2,
  layout: 3,
  all: 99,
};

/** Options of a session exactly as the cell says; the caller releases them. */
export function createOptions(capi: Capi, cell: Cell, cachePath: string | null): Address {
  const options = capi.create('createSessionOptions');
  const spinning = cell.spinning ? '1' : '0';
  const entries = {
    'session.intra_op.allow_spinning': spinning,
    'session.inter_op.allow_spinning': spinning,
    ...cell.sessionConfig,
  };
  capi.call('setIntraOpNumThreads', options, cell.threads);
  capi.call('setInterOpNumThreads', options, cell.interOpThreads ?? 1);
  capi.call('setSessionExecutionMode', options, cell.interOpThreads === null ? 0 : 1);
  const level = optimizationLevels[cell.graphOptimization];
  capi.call('setSessionGraphOptimizationLevel', options, level);
  for (const [key, value] of Object.entries(entries)) {
    capi.call('addSessionConfigEntry', options, key, value);
  }
  appendProvider(capi, options, cell, cachePath);
  return options;
}

/**
 * Adds the one provider that the cell names. The CPU provider is always there and takes no options.
 */
function appendProvider(capi: Capi, options: Address, cell: Cell, cachePath: string | null): void {
  const { ep } = cell;
  const given = providerOptions(cell, cachePath);
  if (ep === 'cpu') {
    const [option] = given.keys();
    if (option === undefined) return;
    throw new EngineRefusal(`the CPU provider takes no options; ${option} was given`);
  }
  refuseAbsentProvider(capi, ep);
  const lists = [[...given.keys()], [...given.values()], given.size] as const;
  try {
    if (ep === 'webgpu') capi.call('appendByName', options, 'WebGPU', ...lists);
    else if (ep === 'cuda') append(capi, options, cudaFunctions, lists);
    else append(capi, options, tensorRtFunctions, lists);
  } catch (error) {
    throw sessionRefusal(ep, error);
  }
}

function refuseAbsentProvider(capi: Capi, ep: Cell['ep']): void {
  const available = capi.availableProviders();
  if (available.includes(providerNames[ep].id)) return;
  const { path, version } = capi.library;
  throw new EngineRefusal(
    `ONNX Runtime ${version} at ${path} has no ${providerNames[ep].id}: it was built with ${available.join(', ')}`,
    { next: gpuNext() },
  );
}

/**
 * What was asked for, over what a benchmark needs: TensorRT would build its engine anew in every
 * process.
 */
function providerOptions(cell: Cell, cachePath: string | null): ReadonlyMap<string, string> {
  const { ep, epOptions, precision } = cell;
  refusePrecision(cell);
  refuseCudaGraph(epOptions);
  if (ep !== 'tensorrt') return new Map(Object.entries(epOptions));
  return new Map(
    Object.entries({
      // For a model that is in these types already, too: without the flag TensorRT refuses it or
      // computes in others.
      ...(precision === 'fp16' ? { trt_fp16_enable: '1' } : {}),
      ...(precision === 'int8' ? { trt_int8_enable: '1' } : {}),
      ...epOptions,
      ...(cachePath === null
        ? {}
        : { trt_engine_cache_enable: '1', trt_engine_cache_path: cachePath }),
    }),
  );
}

/** Options of CUDA and of TensorRT that have whole runs replayed by the GPU. */
const graphOptions = ['enable_cuda_graph', 'trt_cuda_graph_enable'];

/** A replay reads and writes only what was on the GPU when it was captured (onnxruntime#29782). */
function refuseCudaGraph(epOptions: Cell['epOptions']): void {
  const key = graphOptions.find((option) => /^(1|true)$/i.test(epOptions[option] ?? ''));
  if (key === undefined) return;
  throw new EngineRefusal(
    `${key} leaves out the copies between host memory and the GPU, so that later iterations would not see their inputs`,
    { next: `leave ${key} out` },
  );
}

const cudaFunctions = {
  create: 'createCudaOptions',
  update: 'updateCudaOptions',
  append: 'appendCuda',
  release: 'releaseCudaOptions',
} as const;
const tensorRtFunctions = {
  create: 'createTensorRtOptions',
  update: 'updateTensorRtOptions',
  append: 'appendTensorRt',
  release: 'releaseTensorRtOptions',
} as const;

function append(
  capi: Capi,
  options: Address,
  functions: typeof cudaFunctions | typeof tensorRtFunctions,
  lists: readonly [readonly string[], readonly string[], number],
): void {
  const provider = capi.create(functions.create);
  try {
    capi.call(functions.update, provider, ...lists);
    capi.call(functions.append, options, provider);
  } finally {
    capi.release(functions.release, provider);
  }
}
