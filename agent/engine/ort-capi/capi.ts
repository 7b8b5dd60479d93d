import { EngineRefusal } from '../engine.ts';
import type { ApiFunction } from './functions.ts';

/** An address in this process. */
export type Address = bigint;

interface NativeFunction {
  (...args: unknown[]): unknown;
  /** The same on a thread of libuv's pool; the last argument is told the outcome on this one. */
  async(...args: unknown[]): void;
}

/** The part of koffi that we use. */
export interface Koffi {
  readonly version: string;
  config(settings: { sync_stack_size: number; async_stack_size: number }): unknown;
  load(path: string): { func(definition: string): NativeFunction };
  proto(definition: string): unknown;
  array(type: string, length: number): unknown;
  decode: {
    (address: Address, type: unknown): unknown;
    (address: Address, offset: number, type: unknown): unknown;
    string(address: Address): string;
  };
  view(address: Address, bytes: number): ArrayBuffer;
  alloc(type: string, length: number): Address;
  free(address: Address): void;
}

/**
 * ONNX Runtime's C interface: calls by name, refusals as exceptions with ONNX Runtime's own words.
 */
export class Capi {
  readonly koffi: Koffi;
  readonly functions: Readonly<Record<ApiFunction, NativeFunction>>;
  /** Where the library is and what it calls itself: `1.30.0`. */
  readonly library: { readonly path: string; readonly version: string };

  constructor(
    koffi: Koffi,
    functions: Readonly<Record<ApiFunction, NativeFunction>>,
    library: { readonly path: string; readonly version: string },
  ) {
    this.koffi = koffi;
    this.functions = functions;
    this.library = library;
  }

  /** Calls a function that gives a status. Throws `EngineRefusal` with its message. */
  call(name: ApiFunction, ...args: readonly unknown[]): void {
    const status = this.functions[name](...args);
    if (status) throw this.refusal(status as Address);
  }

  /**
   * The same on another thread. The arguments are addresses and numbers that stay what they are
   * until then.
   */
  callAsync(name: ApiFunction, ...args: readonly unknown[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.functions[name].async(...args, (error: unknown, status: Address | null) => {
        if (error) reject(error);
        else if (status) reject(this.refusal(status));
        else resolve();
      });
    });
  }

  /** Calls a function whose last parameter is the address it fills, and gives that. */
  create(name: ApiFunction, ...args: readonly unknown[]): Address {
    const out: (Address | null)[] = [null];
    this.call(name, ...args, out);
    return out[0] ?? 0n;
  }

  /** Calls a function whose last parameter is the number it fills, and gives that. */
  number(name: ApiFunction, ...args: readonly unknown[]): number {
    const out = [0];
    this.call(name, ...args, out);
    return Number(out[0]);
  }

  /** Releases whatever a `create` gave. */
  release(name: ApiFunction, address: Address): void {
    if (address !== 0n) this.functions[name](address);
  }

  /** A status' message; the status is released. */
  refusal(status: Address): EngineRefusal {
    const message = String(this.functions.getErrorMessage(status));
    this.functions.releaseStatus(status);
    return new EngineRefusal(message);
  }

  /** A string that ONNX Runtime allocated; it is freed. */
  text(address: Address, allocator: Address): string {
    const text = this.koffi.decode.string(address);
    this.call('allocatorFree', allocator, address);
    return text;
  }

  /** Execution providers that the library was built with: `CUDAExecutionProvider`, … */
  availableProviders(): readonly string[] {
    const names: (Address | null)[] = [null];
    const count = [0];
    this.call('getAvailableProviders', names, count);
    const length = count[0] ?? 0;
    const address = names[0] ?? 0n;
    const found = this.koffi.decode(address, this.koffi.array('const char *', length));
    this.call('releaseAvailableProviders', address, length);
    return found as string[];
  }
}
