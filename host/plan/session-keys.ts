import { nearestName } from '../../models/nearest-name.ts';
import { OrinError } from '../errors.ts';
import { ONNX_RUNTIME_VERSION } from '../store/runtime/onnxruntime-files.ts';
import type { Axes } from './axes.ts';

/**
 * Configuration entries that ONNX Runtime 1.30.0 reads, by the names in its libraries for x64 and
 * arm64.
 */
export const sessionKeys: readonly string[] = [
  'memory.enable_memory_arena_shrinkage',
  'mlas.disable_kleidiai',
  'mlas.enable_gemm_fastmath_arm64_bfloat16',
  'mlas.kleidiai.conv_igemm_max_work',
  'mlas.nchwc_pointwise_conv_max_input_channel_batch',
  'mlas.use_lut_gemm',
  'optimization.constant_folding_max_output_size_in_bytes',
  'optimization.disable_specified_optimizers',
  'optimization.enable_cast_chain_elimination',
  'optimization.enable_gelu_approximation',
  'optimization.minimal_build_optimizations',
  'session.allow_released_opsets_only',
  'session.collect_node_memory_stats_to_file',
  'session.compile_only',
  'session.debug_layout_transformation',
  'session.disable_aot_function_inlining',
  'session.disable_cpu_ep_fallback',
  'session.disable_double_qdq_remover',
  'session.disable_model_compile',
  'session.disable_prepacking',
  'session.disable_qdq_constant_folding',
  'session.disable_quant_qdq',
  'session.dynamic_block_base',
  'session.enable_dq_matmulnbits_fusion',
  'session.enable_quant_qdq_cleanup',
  'session.enable_saved_runtime_optimizations',
  'session.fail_on_suboptimal_compiled_model',
  'session.force_spinning_stop',
  'session.gqa_value_layout',
  'session.graph_optimizations_loop_level',
  'session.inter_op.allow_spinning',
  'session.inter_op.spin_backoff_max',
  'session.inter_op.spin_duration_us',
  'session.intra_op.allow_spinning',
  'session.intra_op.spin_backoff_max',
  'session.intra_op.spin_duration_us',
  'session.intra_op_thread_affinities',
  'session.layer_assignment_settings',
  'session.load_model_format',
  'session.max_shape_override',
  'session.model_external_initializers_file_folder_path',
  'session.name_based_layer_assignment',
  'session.node_partition_config_file',
  'session.optimized_model_external_initializers_file_name',
  'session.optimized_model_external_initializers_min_size_in_bytes',
  'session.qdq_matmulnbits_accuracy_level',
  'session.qdq_matmulnbits_block_size',
  'session.qdqisint8allowed',
  'session.record_ep_graph_assignment_info',
  'session.resource_cuda_partitioning_settings',
  'session.save_external_prepacked_constant_initializers',
  'session.save_model_format',
  'session.set_denormal_as_zero',
  'session.strict_shape_type_inference',
  'session.use_device_allocator_for_initializers',
  'session.use_env_allocators',
  'session.use_memory_mapped_ort_model',
  'session.use_ort_model_bytes_directly',
  'session.use_ort_model_bytes_for_initializers',
  'session.x64quantprecision',
];

/**
 * What its WebGPU provider reads; CUDA and TensorRT refuse unknown options by themselves, WebGPU
 * passes over them.
 */
export const webGpuOptions: readonly string[] = [
  'dawnBackendType',
  'dawnProcTable',
  'defaultBufferCacheMode',
  'deviceId',
  'enableInt64',
  'enableRobustness',
  'maxNumPendingDispatches',
  'maxStorageBufferBindingSize',
  'multiRotaryCacheConcatOffset',
  'powerPreference',
  'preserveDevice',
  'queryResolveBufferCacheMode',
  'sessionBufferPoolGenerations',
  'storageBufferCacheMode',
  'uniformBufferCacheMode',
  'validationMode',
  'webgpuDevice',
  'webgpuInstance',
];

const families = /^(session|optimization|memory|mlas)\./;

/**
 * ONNX Runtime passes over entries that it does not know, so that a misspelt one would be measured
 * as if it were set. Gives notes on those that another release, or a provider, may know.
 * @throws OrinError `usage` for an entry that the release in use does not know.
 */
export function checkKeys({
  sessionConfig,
  epOptions,
  targets,
  ortLibrary,
}: Axes): readonly string[] {
  for (const key of Object.keys(epOptions.webgpu ?? {})) {
    if (!webGpuOptions.includes(key)) throw unknown('--ep-option webgpu.', key, webGpuOptions);
  }
  const isOtherRelease =
    ortLibrary !== null || targets.some((target) => target.ortLibrary !== undefined);
  return Object.keys(sessionConfig).flatMap((key) => {
    if (sessionKeys.includes(key)) return [];
    const isOurs = families.test(key) || nearestName(key, sessionKeys) !== undefined;
    if (isOurs && !isOtherRelease) throw unknown('--session ', key, sessionKeys);
    return [
      `--session ${key}: not among the entries of ONNX Runtime ${ONNX_RUNTIME_VERSION}; a release that does not know it passes over it`,
    ];
  });
}

function unknown(option: string, key: string, known: readonly string[]): OrinError {
  const near = nearestName(key, known);
  return new OrinError({
    code: 'usage',
    what: `${option}${key}: ONNX Runtime ${ONNX_RUNTIME_VERSION} does not know it`,
    why: 'it would pass over it in silence, and the cell would be called what it is not',
    next: near === undefined ? 'look the name up in its documentation' : `perhaps you mean ${near}`,
  });
}
