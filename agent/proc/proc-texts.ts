import { ProcFile } from './proc-file.ts';
import { procPath } from './proc-path.ts';

const files = [
  ['stat', 65_536],
  ['interrupts', 1_048_576],
  ['softirqs', 65_536],
] as const;

/** /proc/{stat,interrupts,softirqs} of one moment, as text; empty where a file cannot be read. */
export interface ProcTexts {
  readonly stat: string;
  readonly interrupts: string;
  readonly softirqs: string;
}

/** Takes the files into buffers made beforehand; text is made of them only when it is asked for. */
export class ProcSnapshot {
  readonly #files: readonly (ProcFile | null)[];
  #bytes: readonly (Buffer | null)[] | null = null;

  /** `rootPath` is `/`, but in tests. */
  constructor(rootPath: string) {
    this.#files = files.map(([name, bytes]) => openIfThere(procPath(rootPath, name), bytes));
  }

  take(): void {
    this.#bytes = this.#files.map((file) => file?.read() ?? null);
  }

  /** What was taken; null before the first time. */
  texts(): ProcTexts | null {
    if (this.#bytes === null) return null;
    const [stat = '', interrupts = '', softirqs = ''] = this.#bytes.map(
      (bytes) => bytes?.toString('latin1') ?? '',
    );
    return { stat, interrupts, softirqs };
  }

  close(): void {
    for (const file of this.#files) file?.close();
  }
}

function openIfThere(path: string, capacityBytes: number): ProcFile | null {
  try {
    return new ProcFile(path, capacityBytes);
  } catch {
    return null;
  }
}
