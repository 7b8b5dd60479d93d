const newline = 10;
const space = 32;
const zero = 48;
const nine = 57;
/** user nice system idle iowait irq softirq steal guest guest_nice: proc(5). */
const jiffiesPerCpu = 10;

export interface Counters {
  readonly cpus: { cpu: number; jiffies: number[] }[];
  /** Interrupts and context switches since boot, all CPUs. */
  readonly intr: number;
  readonly ctxt: number;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

/** The numbers of one line from `at` on, at most `max` of them. */
function numbersOfLine(bytes: Buffer, at: number, max: number): number[] {
  const numbers: number[] = [];
  let i = at;
  while (numbers.length < max) {
    while (bytes[i] === space) i += 1;
    if (!isDigit(bytes[i])) break;
    let value = 0;
    for (; isDigit(bytes[i]); i += 1) value = value * 10 + (bytes[i] ?? zero) - zero;
    numbers.push(value);
  }
  return numbers;
}

/** Reads /proc/stat from its bytes: no string is made of the thousand zeros of its `intr` line. */
export function parseStat(bytes: Buffer): Counters {
  const cpus: { cpu: number; jiffies: number[] }[] = [];
  let intr = 0;
  let ctxt = 0;
  let line = 0;
  while (line >= 0 && line < bytes.length) {
    const word = bytes.toString('latin1', line, line + 5);
    if (word.startsWith('cpu') && isDigit(bytes[line + 3])) {
      const [cpu = 0, ...jiffies] = numbersOfLine(bytes, line + 3, jiffiesPerCpu + 1);
      cpus.push({ cpu, jiffies });
    } else if (word === 'intr ') {
      intr = numbersOfLine(bytes, line + 5, 1)[0] ?? 0;
    } else if (word === 'ctxt ') {
      ctxt = numbersOfLine(bytes, line + 5, 1)[0] ?? 0;
    }
    const end = bytes.indexOf(newline, line);
    line = end < 0 ? -1 : end + 1;
  }
  return { cpus, intr, ctxt };
}

/** MemAvailable of /proc/meminfo in bytes; 0 where the kernel does not tell (before 3.14). */
export function parseMemAvailable(bytes: Buffer): number {
  const key = 'MemAvailable:';
  const at = bytes.indexOf(key);
  return at < 0 ? 0 : (numbersOfLine(bytes, at + key.length, 1)[0] ?? 0) * 1024;
}
