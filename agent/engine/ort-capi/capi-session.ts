import {
  EngineRefusal,
  type EngineSession,
  type NamedTensor,
  type Termination,
} from '../engine.ts';
import { emptyTensorData } from '../tensor-data.ts';
import type { Address, Capi } from './capi.ts';
import { readTensorType, readValue, stringValue, type TensorType, valueOver } from './values.ts';

/** `enum OrtAllocatorType` and `enum OrtMemType` of plain host memory. */
const arenaAllocator = 1;
const defaultMemory = 0;

interface Output {
  readonly name: string;
  /** Memory that runs write into; null while the shape is not known, or for strings. */
  tensor: NamedTensor | null;
}

/** One opened model, run over an IoBinding: names and memory are resolved once, a run is one call. */
export class CapiSession implements EngineSession {
  readonly #capi: Capi;
  readonly #env: Address;
  readonly #session: Address;
  readonly #isProfiled: boolean;
  readonly #allocator: Address;
  readonly #memory: Address;
  readonly #runOptions: Address;
  readonly #binding: Address;
  readonly #values: Address[] = [];
  readonly #outputs: readonly Output[];
  /** ONNX Runtime reads inputs and writes outputs where they are: they must not be collected before it is closed. */
  readonly #alive: NamedTensor[] = [];
  #hasRun = false;

  constructor(
    capi: Capi,
    { env, session }: { readonly env: Address; readonly session: Address },
    isProfiled: boolean,
  ) {
    this.#capi = capi;
    this.#env = env;
    this.#session = session;
    this.#isProfiled = isProfiled;
    this.#allocator = capi.create('getAllocatorWithDefaultOptions');
    this.#memory = capi.create('createCpuMemoryInfo', arenaAllocator, defaultMemory);
    this.#runOptions = capi.create('createRunOptions');
    this.#binding = capi.create('createIoBinding', session);
    this.#outputs = this.#names('Output').map((name) => ({ name, tensor: null }));
  }

  get termination(): Termination {
    return { libraryPath: this.#capi.library.path, options: this.#runOptions };
  }

  bind(inputs: readonly NamedTensor[]): void {
    const wanted = this.#names('Input');
    const given = inputs.map(({ name }) => name);
    if (wanted.toSorted().join() !== given.toSorted().join()) {
      throw new EngineRefusal(
        `the model takes inputs ${wanted.join(', ')}; given: ${given.join(', ')}`,
      );
    }
    for (const input of inputs) this.#bindInput(input);
    for (const [index, output] of this.#outputs.entries()) {
      const type = this.#declaredType(index);
      if (type === null || !this.#preallocate(output, type)) {
        this.#capi.call('bindOutputToDevice', this.#binding, output.name, this.#memory);
      }
    }
  }

  run(): void {
    const { functions } = this.#capi;
    const status = functions.runWithBinding(this.#session, this.#runOptions, this.#binding);
    if (status) throw this.#capi.refusal(status as Address);
    this.#hasRun = true;
  }

  /**
   * Outputs of unknown shape are read back, and get memory of their own for all following runs: with inputs of
   * fixed shapes the next run's are the same.
   */
  outputs(): readonly NamedTensor[] {
    if (!this.#hasRun) throw new EngineRefusal('no iteration has run');
    if (this.#outputs.every(({ tensor }) => tensor !== null)) {
      return this.#outputs.flatMap(({ tensor }) => tensor ?? []);
    }
    const read = this.#readBound();
    return this.#outputs.flatMap((output, index) => {
      const tensor = output.tensor ?? read[index] ?? null;
      if (tensor !== null && output.tensor === null) this.#preallocate(output, tensor);
      return tensor ?? [];
    });
  }

  close(): void {
    const capi = this.#capi;
    capi.release('releaseIoBinding', this.#binding);
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
    const capi = this.#capi;
    const value =
      input.dtype === 'string'
        ? stringValue(capi, input, this.#allocator)
        : valueOver(capi, input, this.#memory);
    this.#alive.push(input);
    this.#values.push(value);
    capi.call('bindInput', this.#binding, input.name, value);
  }

  /** Gives an output memory of its own where its whole shape is known; false where it is not. */
  #preallocate(output: Output, { dtype, shape }: TensorType): boolean {
    if (dtype === 'string' || shape.some((length) => length <= 0)) return false;
    const tensor = { name: output.name, dtype, shape, data: emptyTensorData(dtype, shape) };
    const value = valueOver(this.#capi, tensor, this.#memory);
    this.#alive.push(tensor);
    this.#values.push(value);
    this.#capi.call('bindOutput', this.#binding, output.name, value);
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

  /** Values of all outputs in the model's order, which is that of the binding: we bound them so. */
  #readBound(): readonly (NamedTensor | null)[] {
    const capi = this.#capi;
    const list: (Address | null)[] = [null];
    const count = [0];
    capi.call('getBoundOutputValues', this.#binding, this.#allocator, list, count);
    const address = list[0] ?? 0n;
    const type = capi.koffi.array('void *', Number(count[0]));
    const values = capi.koffi.decode(address, type) as Address[];
    const tensors = values.map((value, i) => readValue(capi, this.#outputs[i]?.name ?? '', value));
    for (const value of values) capi.release('releaseValue', value);
    capi.call('allocatorFree', this.#allocator, address);
    return tensors;
  }
}
