import { EngineRefusal, type EngineSession, type NamedTensor } from '../engine.ts';
import { emptyTensorData } from '../tensor-data.ts';
import { BoundInvocation } from './bound-invocation.ts';
import type { Address, Capi } from './capi.ts';
import { CopyingInvocation } from './copying-invocation.ts';
import type { Invocation } from './invocation.ts';
import { readTensorType, readValue, stringValue, type TensorType, valueOver } from './values.ts';

/** `enum OrtAllocatorType` and `enum OrtMemType` of plain host memory. */
const arenaAllocator = 1;
const defaultMemory = 0;

interface Output {
  readonly name: string;
  /** Memory that runs write into; null while the shape is not known, or for strings. */
  tensor: NamedTensor | null;
}

/**
 * One opened model: inputs lie in host memory before a run, outputs after it, wherever it computes.
 */
export class CapiSession implements EngineSession {
  readonly #capi: Capi;
  readonly #env: Address;
  readonly #session: Address;
  readonly #isProfiled: boolean;
  readonly #allocator: Address;
  readonly #memory: Address;
  readonly #runOptions: Address;
  readonly #inputNames: readonly string[];
  readonly #invocation: Invocation;
  readonly #values: Address[] = [];
  readonly #outputs: readonly Output[];
  /**
   * ONNX Runtime reads inputs and writes outputs where they are: they must not be collected before
   * it is closed.
   */
  readonly #alive: NamedTensor[] = [];
  #hasRun = false;

  /** `computesInHostMemory`: the provider reads inputs and writes outputs where they are. */
  constructor(
    capi: Capi,
    { env, session }: { readonly env: Address; readonly session: Address },
    options: { readonly computesInHostMemory: boolean; readonly isProfiled: boolean },
  ) {
    this.#capi = capi;
    this.#env = env;
    this.#session = session;
    this.#isProfiled = options.isProfiled;
    this.#allocator = capi.create('getAllocatorWithDefaultOptions');
    this.#memory = capi.create('createCpuMemoryInfo', arenaAllocator, defaultMemory);
    this.#runOptions = capi.create('createRunOptions');
    this.#inputNames = this.#names('Input');
    this.#outputs = this.#names('Output').map((name) => ({ name, tensor: null }));
    const invoked = {
      session,
      runOptions: this.#runOptions,
      inputNames: this.#inputNames,
      outputNames: this.#outputs.map(({ name }) => name),
    };
    this.#invocation = options.computesInHostMemory
      ? new BoundInvocation(capi, invoked, this.#allocator, this.#memory)
      : new CopyingInvocation(capi, invoked);
  }

  bind(inputs: readonly NamedTensor[]): void {
    const given = inputs.map(({ name }) => name);
    if (this.#inputNames.toSorted().join() !== given.toSorted().join()) {
      throw new EngineRefusal(
        `the model takes inputs ${this.#inputNames.join(', ')}; given: ${given.join(', ')}`,
      );
    }
    for (const input of inputs) this.#bindInput(input);
    for (const [index, output] of this.#outputs.entries()) {
      const type = this.#declaredType(index);
      if (type === null || !this.#preallocate(output, index, type)) {
        this.#invocation.setOutput(index, null);
      }
    }
  }

  run(): void {
    this.#invocation.run();
    this.#hasRun = true;
  }

  async runAsync(): Promise<void> {
    await this.#invocation.runAsync();
    this.#hasRun = true;
  }

  terminate(): void {
    this.#capi.call('runOptionsSetTerminate', this.#runOptions);
  }

  /**
   * Outputs of unknown shape are read back, and get memory of their own for all following runs:
   * with inputs of fixed shapes the next run's are the same.
   */
  outputs(): readonly NamedTensor[] {
    if (!this.#hasRun) throw new EngineRefusal('no iteration has run');
    if (this.#outputs.every(({ tensor }) => tensor !== null)) {
      return this.#outputs.flatMap(({ tensor }) => tensor ?? []);
    }
    const read = this.#invocation.readOutputs((values) =>
      values.map((value, i) => readValue(this.#capi, this.#outputs[i]?.name ?? '', value)),
    );
    return this.#outputs.flatMap((output, index) => {
      const tensor = output.tensor ?? read[index] ?? null;
      if (tensor !== null && output.tensor === null) this.#preallocate(output, index, tensor);
      return tensor ?? [];
    });
  }

  close(): void {
    const capi = this.#capi;
    this.#invocation.release();
    if (this.#isProfiled) {
      capi.text(
        capi.create('sessionEndProfiling', this.#session, this.#allocator),
        this.#allocator,
      );
    }
    for (const value of this.#values) capi.release('releaseValue', value);
    capi.release('releaseRunOptions', this.#runOptions);
    capi.release('releaseMemoryInfo', this.#memory);
    capi.release('releaseSession', this.#session);
    capi.release('releaseEnv', this.#env);
    this.#alive.length = 0;
  }

  #bindInput(input: NamedTensor): void {
    const value =
      input.dtype === 'string'
        ? stringValue(this.#capi, input, this.#allocator)
        : valueOver(this.#capi, input, this.#memory);
    this.#alive.push(input);
    this.#values.push(value);
    this.#invocation.setInput(this.#inputNames.indexOf(input.name), value);
  }

  /** Gives an output memory of its own where its whole shape is known; false where it is not. */
  #preallocate(output: Output, index: number, { dtype, shape }: TensorType): boolean {
    if (dtype === 'string' || shape.some((length) => length <= 0)) return false;
    const tensor = { name: output.name, dtype, shape, data: emptyTensorData(dtype, shape) };
    const value = valueOver(this.#capi, tensor, this.#memory);
    this.#alive.push(tensor);
    this.#values.push(value);
    this.#invocation.setOutput(index, value);
    output.tensor = tensor;
    return true;
  }

  #declaredType(index: number): TensorType | null {
    const capi = this.#capi;
    const info = capi.create('sessionGetOutputTypeInfo', this.#session, index);
    const tensor = capi.create('castTypeInfoToTensorInfo', info);
    const type = tensor === 0n ? null : readTensorType(capi, tensor);
    capi.release('releaseTypeInfo', info);
    return type;
  }

  #names(side: 'Input' | 'Output'): readonly string[] {
    const capi = this.#capi;
    const count = capi.number(`sessionGet${side}Count`, this.#session);
    return Array.from({ length: count }, (_, index) => {
      const args = [this.#session, index, this.#allocator] as const;
      return capi.text(capi.create(`sessionGet${side}Name`, ...args), this.#allocator);
    });
  }
}
