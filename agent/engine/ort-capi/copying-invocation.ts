import type { Address, Capi } from './capi.ts';
import type { Invocation, Invoked } from './invocation.ts';

/**
 * `Run`: every run takes the inputs from host memory to the device and the outputs back, as a
 * program that calls `session.run` has it, and as onnxruntime-node does.
 */
export class CopyingInvocation implements Invocation {
  readonly #capi: Capi;
  readonly #inputNames: AddressList;
  readonly #inputs: AddressList;
  readonly #outputNames: AddressList;
  readonly #outputs: AddressList;
  readonly #arguments: readonly unknown[];
  /** Places of the outputs that ONNX Runtime makes anew in each run. */
  #made: readonly number[] = [];

  constructor(capi: Capi, { session, runOptions, inputNames, outputNames }: Invoked) {
    this.#capi = capi;
    this.#inputNames = namesAt(capi, inputNames);
    this.#inputs = new AddressList(capi, inputNames.length);
    this.#outputNames = namesAt(capi, outputNames);
    this.#outputs = new AddressList(capi, outputNames.length);
    this.#arguments = [
      session,
      runOptions,
      this.#inputNames.address,
      this.#inputs.address,
      inputNames.length,
      this.#outputNames.address,
      outputNames.length,
      this.#outputs.address,
    ];
  }

  setInput(index: number, value: Address): void {
    this.#inputs.items[index] = value;
  }

  setOutput(index: number, value: Address | null): void {
    if (this.#made.includes(index)) this.#discard(index);
    const others = this.#made.filter((place) => place !== index);
    this.#made = value === null ? [...others, index] : others;
    this.#outputs.items[index] = value ?? 0n;
  }

  run(): void {
    this.#discardMade();
    this.#capi.call('run', ...this.#arguments);
  }

  runAsync(): Promise<void> {
    this.#discardMade();
    return this.#capi.callAsync('run', ...this.#arguments);
  }

  readOutputs<T>(read: (values: readonly Address[]) => T): T {
    return read([...this.#outputs.items]);
  }

  release(): void {
    this.#discardMade();
    for (const names of [this.#inputNames, this.#outputNames]) {
      for (const name of names.items) this.#capi.koffi.free(name);
      names.free();
    }
    this.#inputs.free();
    this.#outputs.free();
  }

  #discardMade(): void {
    for (const index of this.#made) this.#discard(index);
  }

  #discard(index: number): void {
    this.#capi.release('releaseValue', this.#outputs.items[index] ?? 0n);
    this.#outputs.items[index] = 0n;
  }
}

/** An array of pointers in memory that does not move, whatever thread reads it. */
class AddressList {
  readonly address: Address;
  readonly items: BigUint64Array;
  readonly #capi: Capi;

  constructor(capi: Capi, length: number) {
    this.#capi = capi;
    // A model without inputs has none to point to; an allocation has at least one byte.
    this.address = capi.koffi.alloc('uint64_t', Math.max(1, length));
    this.items = new BigUint64Array(
      capi.koffi.view(this.address, 8 * Math.max(1, length)),
      0,
      length,
    );
    this.items.fill(0n);
  }

  free(): void {
    this.#capi.koffi.free(this.address);
  }
}

function namesAt(capi: Capi, names: readonly string[]): AddressList {
  const list = new AddressList(capi, names.length);
  names.forEach((name, index) => {
    const bytes = Buffer.from(`${name}\0`);
    const address = capi.koffi.alloc('uint8_t', bytes.length);
    new Uint8Array(capi.koffi.view(address, bytes.length)).set(bytes);
    list.items[index] = address;
  });
  return list;
}
