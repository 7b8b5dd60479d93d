import { closeSync, openSync, writeSync } from 'node:fs';
import { ProcFile } from '../proc/proc-file.ts';
import { procPath } from '../proc/proc-path.ts';

const files = [
  ['uptime', 4096],
  ['stat', 65_536],
  ['interrupts', 1_048_576],
  ['softirqs', 65_536],
] as const;

/**
 * Raw /proc files, once a second, for boards without mpstat. One frame is
 *
 *     @frame <t_ns>
 *     @file <name> <bytes>
 *     <exactly that many bytes>
 *     …
 *
 * with the files `uptime`, `stat`, `interrupts` and `softirqs`, those that are there; a line feed
 * follows each file's bytes.
 */
export class ProcLog {
  readonly #fd: number;
  readonly #files: readonly (readonly [string, ProcFile])[];

  /** `rootPath` is `/`, but in tests. */
  constructor(path: string, rootPath: string) {
    this.#fd = openSync(path, 'a');
    this.#files = files.map(([name, bytes]) => [
      name,
      new ProcFile(procPath(rootPath, name), bytes),
    ]);
  }

  /** Appends one frame in one write; throws when the disk takes no more. */
  append(t_ns: number): void {
    const parts: Buffer[] = [Buffer.from(`@frame ${t_ns}\n`)];
    for (const [name, file] of this.#files) {
      const bytes = file.read();
      parts.push(Buffer.from(`@file ${name} ${bytes.length}\n`), bytes, Buffer.from('\n'));
    }
    const frame = Buffer.concat(parts);
    for (let done = 0; done < frame.length; ) done += writeSync(this.#fd, frame, done);
  }

  close(): void {
    closeSync(this.#fd);
    for (const [, file] of this.#files) file.close();
  }
}
