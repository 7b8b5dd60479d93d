import { EventEmitter } from 'node:events';

/** A terminal of 160 by 44 that counts what is written and shows nothing. */
export class Nowhere extends EventEmitter {
  readonly columns = 160;
  readonly rows = 44;
  bytes = 0;

  write(text: string): void {
    this.bytes += text.length;
  }
}
