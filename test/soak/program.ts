import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** Where a program of the soak has its home, its results and its temporary files. */
export interface Workstation {
  readonly home: string;
  readonly data: string;
  readonly temporary: string;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const sharedCache = resolve('node_modules/.cache/orin-remote-tests');

/** The built program as a process. */
export class Program {
  readonly #child: ChildProcess;
  readonly end: Promise<ProgramEnd>;
  #stderr = '';
  #stdout = '';

  constructor(args: readonly string[], { home, data, temporary }: Workstation) {
    this.#child = spawn(process.execPath, [resolve('dist/cli.js'), ...args], {
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: home,
        LANG: 'C.UTF-8',
        TMPDIR: temporary,
        XDG_CACHE_HOME: sharedCache,
        XDG_DATA_HOME: data,
        // npm's own settings reach the registry from behind a proxy or a private certificate.
        ...Object.fromEntries(
          Object.entries(process.env).filter(([name]) =>
            /^(npm_config_|NODE_EXTRA_CA|HTTPS?_PROXY)/i.test(name),
          ),
        ),
      },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.end = new Promise((done, fail) => {
      this.#child.once('error', fail);
      this.#child.once('close', (code) =>
        done({ code, stdout: this.#stdout, stderr: this.#stderr }),
      );
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resident memory in bytes; null when it is gone. */
  async residentBytes(): Promise<number | null> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8').catch(() => '');
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  }
}
