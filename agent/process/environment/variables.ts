import type { Cell } from '../../contract/plan.ts';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The account's variables that a role may see, and why. Whatever no rule names is dropped. */
interface Rule {
  readonly names: readonly string[];
  readonly why: string;
}

/** Passed to every role. */
export const forEveryRole: Rule = {
  names: ['HOME', 'USER', 'LOGNAME', 'TMPDIR'],
  why: 'where CUDA, Mesa and ONNX Runtime keep their caches and temporary files',
};

/** Passed to the supervisor alone. */
export const forSupervisor: Rule = {
  names: [
    'ORIN_REMOTE_DIR',
    'ORIN_REMOTE_LOCK',
    'ORIN_REMOTE_PATH',
    'ORIN_REMOTE_ROOT',
    'SSH_CONNECTION',
  ],
  why: 'our own settings, and by which interface the workstation is connected',
};

type Target = Pick<Cell, 'engine' | 'ep' | 'ortLibrary'>;

const usesCuda = ({ ep }: Target) => ep === 'cuda' || ep === 'tensorrt';

/** Passed to the processes that compute a cell, where its engine or provider cannot do without. */
export const forEngines: readonly (Rule & { readonly isFor: (cell: Target) => boolean })[] = [
  {
    names: ['LD_LIBRARY_PATH'],
    // Its directories stand behind that of the engine's own library: see `libraryPath`.
    why: 'where CUDA, cuDNN, TensorRT, Vulkan or what a library of the board links to may lie',
    isFor: ({ ep, ortLibrary }) => ep !== 'cpu' || ortLibrary !== null,
  },
  {
    names: ['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER'],
    why: 'which GPUs the account may use: a run takes no other',
    isFor: usesCuda,
  },
  {
    names: ['VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES', 'VK_ICD_FILENAMES', 'XDG_DATA_DIRS'],
    why: 'where the Vulkan loader finds the driver',
    isFor: ({ ep }) => ep === 'webgpu',
  },
];

/** Set for every role, whatever the account says. */
export const setForEveryRole = {
  /** Numbers and messages of the board's tools. */
  LC_ALL: 'C',
  /**
   * ONNX Runtime sends telemetry unless told otherwise; a worker thread's own `process.env` would
   * be too late.
   */
  ORT_DISABLE_TELEMETRY: '1',
} as const;
