import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  decodeIrqRecord,
  type IrqChange,
  irqDirectory,
  irqFiles,
  isSameValue,
} from '../contract/irq-record.ts';
import { PreparationError } from './model-files.ts';

const lookEveryMs = 10;
const answerWithinMs = 10_000;

/** What became of a command to move interrupts, or to move them back. */
export interface SteeringReport {
  readonly moved: readonly string[];
  /**
   * Files that the kernel would not take the new value of: chained and per-CPU interrupts, MSI on
   * some boards.
   */
  readonly refused: readonly string[];
}

/**
 * The supervisor's side of moving interrupts: tells the root guardian on the board, which was
 * started before the run, when to change and when to put back. The guardian puts everything back
 * when this process ends, however it ends.
 */
export class Steering {
  readonly #control: number;
  readonly #ack: number;
  readonly #changes: readonly IrqChange[];
  readonly #recordPath: string;
  #isOn = false;
  #moved: readonly IrqChange[] = [];

  private constructor(
    fifos: { readonly control: number; readonly ack: number },
    changes: readonly IrqChange[],
    recordPath: string,
  ) {
    this.#control = fifos.control;
    this.#ack = fifos.ack;
    this.#changes = changes;
    this.#recordPath = recordPath;
  }

  /** @throws PreparationError when no guardian waits. */
  static open(basePath: string): Steering {
    const at = (name: string) => join(basePath, irqDirectory, name);
    try {
      const changes = decodeIrqRecord(readFileSync(at(irqFiles.record), 'latin1')).changes;
      // Without O_NONBLOCK this would wait for a guardian that is not there.
      const control = openSync(at(irqFiles.control), constants.O_WRONLY | constants.O_NONBLOCK);
      const ack = openSync(at(irqFiles.ack), constants.O_RDONLY | constants.O_NONBLOCK);
      writeFileSync(at(irqFiles.claimed), '');
      return new Steering({ control, ack }, changes, at(irqFiles.record));
    } catch (error) {
      const { message } = error as Error;
      throw new PreparationError(`the guardian that moves interrupts is not there: ${message}`);
    }
  }

  /**
   * Moves the interrupts, or moves them back; null when they are so already.
   * @throws Error when the guardian is gone or does not answer: `end` is all that is left to do
   *   then.
   */
  async set(isOn: boolean): Promise<SteeringReport | null> {
    if (isOn === this.#isOn) return null;
    await this.#command(isOn ? 'on' : 'off');
    this.#isOn = isOn;
    if (isOn) this.#moved = this.#changes.filter(isMoved);
    const moved = isOn ? this.#moved : [];
    const refused = isOn ? this.#changes.filter((change) => !isMoved(change)) : [];
    return { moved: moved.map(pathOf), refused: refused.map(pathOf) };
  }

  /**
   * Whether what was moved still is: somebody else, or the guardian's end, may have put it back
   * meanwhile.
   */
  isIntact(): boolean {
    return !this.#isOn || this.#moved.every(isMoved);
  }

  /**
   * Moves nothing any more: the guardian puts everything back at the end of the file, whatever it
   * last understood. False when something is still where it was moved to after ten seconds, because
   * the guardian was killed as well, say.
   */
  async end(): Promise<boolean> {
    closeSync(this.#control);
    closeSync(this.#ack);
    this.#isOn = false;
    const untilMs = performance.now() + answerWithinMs;
    while (!this.#isAllBack()) {
      if (performance.now() > untilMs) return false;
      await sleep(lookEveryMs);
    }
    return true;
  }

  /**
   * The guardian removes the record once all is as it was; what it may not see to, the files say.
   */
  #isAllBack(): boolean {
    const isElsewhere = (change: IrqChange) =>
      isMoved(change) && !isSameValue(change.path, change.old, change.moved);
    return !existsSync(this.#recordPath) || !this.#changes.some(isElsewhere);
  }

  async #command(word: 'on' | 'off'): Promise<void> {
    writeSync(this.#control, `${word}\n`);
    const untilMs = performance.now() + answerWithinMs;
    let answer = '';
    while (!answer.includes(`${word}\n`)) {
      if (performance.now() > untilMs) throw new Error('the guardian does not answer');
      const more = this.#read();
      if (more === null) throw new Error('the guardian is gone');
      answer += more;
      if (more === '') await sleep(lookEveryMs);
    }
  }

  /** Null at the end of the file: no guardian holds it any more. */
  #read(): string | null {
    const buffer = Buffer.alloc(64);
    try {
      const length = readSync(this.#ack, buffer);
      return length === 0 ? null : buffer.toString('latin1', 0, length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
      throw error;
    }
  }
}

function pathOf({ path }: IrqChange): string {
  return path;
}

function isMoved({ path, moved }: IrqChange): boolean {
  const value = currentValue(path);
  return value !== null && isSameValue(path, value, moved);
}

function currentValue(path: string): string | null {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return null;
  }
}
