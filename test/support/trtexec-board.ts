import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EventOf, JournalEvent } from '../../agent/contract/events.ts';
import type { Cell } from '../../agent/contract/plan.ts';
import { encodeEvent } from '../../agent/contract/wire.ts';
import { resultFromJournal } from '../../host/analysis/compute.ts';
import type { Result } from '../../host/analysis/result/result.ts';
import { readJournal } from '../../host/journal/journal.ts';
import {
  ofKind,
  type StartOptions,
  shortEffort,
  TestBoard,
  type TestModel,
  type TestRun,
} from './board.ts';
import { fixedInput, testCell } from './cells.ts';
import { unaryModel } from './tiny-models.ts';

export const negModel: TestModel = {
  id: 'neg',
  main: 'm.onnx',
  files: { 'm.onnx': unaryModel([1, 8], 'Neg') },
};
const values = new Uint8Array(Float32Array.from({ length: 64 }, (_, i) => i + 0.25).buffer);

/** One process of each cell. */
export const once = { ...shortEffort, minBlocks: 1, maxBlocks: 1 };

/** See trtexec-stand-in.cjs. */
export interface StandIn {
  readonly version?: string;
  readonly fault?: string;
  readonly isStatic?: boolean;
  /** How long it builds an engine. */
  readonly buildMs?: number;
  /** How long its loop takes, warm-up and all. */
  readonly loopMs?: number;
  /** How its engines begin, and the only ones that it loads. */
  readonly magic?: string;
  readonly engineBytes?: number;
  /** Elements of the model's input. */
  readonly dtype?: 'float32' | 'float64' | 'int8' | 'int64';
}

/** A board with a stand-in for trtexec, and what it was asked to do. */
export class TrtexecBoard extends TestBoard {
  readonly programs = join(this.path, 'programs');
  readonly engines = join(this.basePath, 'engines/trtexec');
  readonly #log = join(this.path, 'calls.log');

  /** Forgets engines and calls. */
  forget(): void {
    rmSync(join(this.basePath, 'engines'), { recursive: true, force: true });
    rmSync(this.#log, { force: true });
  }

  /** Puts a trtexec of this kind on the board's PATH. */
  provide({ version = '8.5', fault = '', isStatic = false, ...rest }: StandIn): void {
    mkdirSync(this.programs, { recursive: true });
    const path = join(this.programs, 'trtexec');
    const standIn = JSON.stringify(resolve('test/support/trtexec-stand-in.cjs'));
    const config = JSON.stringify({ version, fault, isStatic, ...rest, log: this.#log });
    writeFileSync(path, `#!${process.execPath}\nrequire(${standIn})(${config});\n`);
    chmodSync(path, 0o755);
  }

  cell(id: string, changes: Partial<Cell> = {}): Cell {
    const input = fixedInput('x', [1, 8], this.store(values));
    return testCell(id, 'neg', [input], { engine: 'trtexec', ep: 'tensorrt', ...changes });
  }

  begin(
    cells: readonly Cell[],
    effort = once,
    model: TestModel = negModel,
    options: StartOptions = {},
  ): TestRun {
    const plan = this.plan([model], cells, { effort, placement: true });
    return this.start(plan, { searchPath: `${this.programs}:${process.env.PATH}`, ...options });
  }

  async measure(
    cells: readonly Cell[],
    effort = once,
    model: TestModel = negModel,
  ): Promise<readonly JournalEvent[]> {
    const run = this.begin(cells, effort, model);
    await run.exit;
    return run.events();
  }

  /** How the one process of one cell ended with this trtexec. */
  async endOf(standIn: StandIn, changes: Partial<Cell> = {}): Promise<EventOf<'process-end'>> {
    this.provide(standIn);
    const [end] = ofKind(await this.measure([this.cell('trt', changes)]), 'process-end');
    if (end === undefined) throw new Error('no process ended');
    return end;
  }

  /** Whether it was called for more than its help. */
  wasCalled(): boolean {
    return existsSync(this.#log) && this.calls().length > 0;
  }

  /** Arguments of every call but that for help. */
  calls(): string[][] {
    const lines = readFileSync(this.#log, 'utf8').split('\n').slice(0, -1);
    return lines
      .map((line) => JSON.parse(line) as string[])
      .filter(([first]) => first !== '--help');
  }

  /** Arguments of the calls that build or time. */
  timedCalls(): string[][] {
    return this.calls().filter((words) => !words.includes('--dumpProfile'));
  }
}

export function resultOf(events: readonly JournalEvent[]): Result {
  return resultFromJournal(readJournal(Buffer.from(events.map(encodeEvent).join(''))));
}
