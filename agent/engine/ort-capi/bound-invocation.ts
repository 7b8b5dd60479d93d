import type { Address, Capi } from './capi.ts';
import type { Invocation, Invoked } from './invocation.ts';

/**
 * `RunWithBinding`: names and memory are resolved once, so that it is the least that a run can
 * cost. Only for providers that compute in host memory: any other would get its inputs here, when
 * they are bound, and never again (onnxruntime#5857).
 */
export class BoundInvocation implements Invocation {
  readonly #capi: Capi;
  readonly #invoked: Invoked;
  // At hand for the loop, in which each look-up is in the time.
  readonly #call: Capi['functions']['runWithBinding'];
  readonly #session: Address;
  readonly #runOptions: Address;
  readonly #allocator: Address;
  readonly #hostMemory: Address;
  readonly #binding: Address;

  constructor(capi: Capi, invoked: Invoked, allocator: Address, hostMemory: Address) {
    this.#capi = capi;
    this.#invoked = invoked;
    this.#call = capi.functions.runWithBinding;
    this.#session = invoked.session;
    this.#runOptions = invoked.runOptions;
    this.#allocator = allocator;
    this.#hostMemory = hostMemory;
    this.#binding = capi.create('createIoBinding', invoked.session);
  }

  setInput(index: number, value: Address): void {
    const name = this.#invoked.inputNames[index] ?? '';
    this.#capi.call('bindInput', this.#binding, name, value);
  }

  setOutput(index: number, value: Address | null): void {
    const name = this.#invoked.outputNames[index] ?? '';
    if (value !== null) this.#capi.call('bindOutput', this.#binding, name, value);
    else this.#capi.call('bindOutputToDevice', this.#binding, name, this.#hostMemory);
  }

  run(): void {
    const status = this.#call(this.#session, this.#runOptions, this.#binding);
    if (status) throw this.#capi.refusal(status as Address);
  }

  runAsync(): Promise<void> {
    return this.#capi.callAsync('runWithBinding', this.#session, this.#runOptions, this.#binding);
  }

  /** The binding's order is the model's, because we bound them so. */
  readOutputs<T>(read: (values: readonly Address[]) => T): T {
    const capi = this.#capi;
    const list: (Address | null)[] = [null];
    const count = [0];
    capi.call('getBoundOutputValues', this.#binding, this.#allocator, list, count);
    const address = list[0] ?? 0n;
    const type = capi.koffi.array('void *', Number(count[0]));
    const values = capi.koffi.decode(address, type) as Address[];
    try {
      return read(values);
    } finally {
      for (const value of values) capi.release('releaseValue', value);
      capi.call('allocatorFree', this.#allocator, address);
    }
  }

  release(): void {
    this.#capi.release('releaseIoBinding', this.#binding);
  }
}
