import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A shared library in a process' memory. */
export interface MappedLibrary {
  /**
   * Links followed, as the kernel names it; without the ` (deleted)` of a file that was replaced.
   */
  readonly path: string;
  /** `fe:00`, hexadecimal. */
  readonly device: string;
  readonly inode: number;
}

/**
 * Libraries that compute, what they link to that decides how fast, and allocators that stand in for
 * glibc's.
 */
const told =
  /^lib(onnxruntime|nvinfer|nvonnxparser|cudnn|cublas|cudart|cufft|curand|cusparse|nvrtc|cuda|vulkan|webgpu|dnnl|arm_compute|openblas|mkl|gomp|omp|iomp|stdc\+\+|c[.-]|jemalloc|tcmalloc|mimalloc)[\w.+-]*$/;
const maxLibraries = 128;

/**
 * Those of process `pid` that `told` names, and the one at `inode`, whatever its name:
 * proc_pid_maps(5). Empty when it is gone.
 */
export function mappedLibraries(
  pid: number | 'self',
  inode: number | null = null,
): MappedLibrary[] {
  const found = new Map<string, MappedLibrary>();
  for (const line of mapsOf(pid).split('\n')) {
    const library = libraryOn(line);
    if (library === null) continue;
    const isTold = told.test(basename(library.path)) || library.inode === inode;
    if (isTold && found.size < maxLibraries)
      found.set(`${library.device}:${library.inode}`, library);
  }
  return [...found.values()];
}

/** `7f…-7f… r-xp 0013c000 fe:00 2146323   /path with blanks` */
function libraryOn(line: string): MappedLibrary | null {
  const match = /^\S+ \S+ \S+ ([0-9a-f]+:[0-9a-f]+) (\d+) +(\/.*)$/.exec(line);
  if (match === null) return null;
  const [, device = '', inode = '', path = ''] = match;
  return { path: path.replace(/ \(deleted\)$/, ''), device, inode: Number(inode) };
}

function mapsOf(pid: number | 'self'): string {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    return '';
  }
}
