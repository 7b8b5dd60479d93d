import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** How much one row of /proc/interrupts or /proc/softirqs counts on one CPU in a step. */
export interface Step {
  readonly row: string;
  readonly cpu: number;
  readonly count: number;
}

const procFiles = ['interrupts', 'softirqs', 'stat', 'uptime'] as const;

/**
 * The /proc and /sys of an Orin Nano below a directory, for `ORIN_REMOTE_ROOT`: captured files
 * whose counters go on when the test says so. Files are written in place, as the agent keeps them
 * open.
 */
export class ReplayBoard {
  readonly rootPath: string;
  readonly #texts = new Map<string, string>();

  constructor(rootPath: string) {
    this.rootPath = rootPath;
    const captured = JSON.parse(
      readFileSync('test/fixtures/jetson/sysfs-orin-nano-jp6.json', 'utf8'),
    ) as Record<string, string | null>;
    for (const [path, text] of Object.entries(captured)) {
      if (path.startsWith('/') && text !== null) this.#create(path, text);
    }
    for (const name of procFiles) {
      const text = readFileSync(`test/fixtures/proc/replay/A/0/${name}`, 'latin1');
      this.#create(`/proc/${name}`, text);
    }
  }

  /** Files of /sys as they are from now on. */
  set(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      if (this.#texts.has(path)) this.#rewrite(path, text);
      else this.#create(path, text);
    }
  }

  count(file: 'interrupts' | 'softirqs', steps: readonly Step[]): void {
    const path = `/proc/${file}`;
    const lines = (this.#texts.get(path) ?? '').split('\n');
    for (const { row, cpu, count } of steps) {
      const at = lines.findIndex((line) => line.trimStart().startsWith(`${row}:`));
      if (at < 0) throw new Error(`${path} has no row ${row}`);
      let column = -1;
      lines[at] = (lines[at] ?? '').replace(/ +\d+(?= )| +\d+$/g, (field) => {
        column += 1;
        const sum = String(Number(field) + count);
        return column === cpu ? sum.padStart(field.length) : field;
      });
    }
    this.#rewrite(path, lines.join('\n'));
  }

  /** Jiffies of user time of one CPU, and as many of idle time of the others; context switches. */
  run(busyCpu: number, jiffies: number, switches: number): void {
    const lines = (this.#texts.get('/proc/stat') ?? '').split('\n').map((line) => {
      const [word = '', ...values] = line.trim().split(/ +/);
      if (word === 'ctxt') return `ctxt ${Number(values[0]) + switches}`;
      if (!/^cpu\d+$/.test(word)) return line;
      const column = word === `cpu${busyCpu}` ? 0 : 3;
      return [
        word,
        ...values.map((value, at) => (at === column ? Number(value) + jiffies : value)),
      ].join(' ');
    });
    this.#rewrite('/proc/stat', lines.join('\n'));
  }

  #create(path: string, text: string): void {
    const target = join(this.rootPath, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, 'latin1');
    this.#texts.set(path, text);
  }

  #rewrite(path: string, text: string): void {
    this.#texts.set(path, text);
    const fd = openSync(join(this.rootPath, path), 'r+');
    writeSync(fd, text, 0, 'latin1');
    ftruncateSync(fd, Buffer.byteLength(text, 'latin1'));
    closeSync(fd);
  }
}
