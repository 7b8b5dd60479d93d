import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What the stand-in for trtexec is told to be: see trtexec-stand-in.cjs. */
interface StandIn {
  readonly version?: string;
  readonly fault?: string;
  /** How long it builds an engine. */
  readonly buildMs?: number;
}

/** Puts a stand-in for trtexec into a directory; gives a PATH that begins with it. */
export function installTrtexec(directory: string, standIn: StandIn = {}): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'trtexec');
  const module = JSON.stringify(resolve('test/support/trtexec-stand-in.cjs'));
  const log = join(directory, 'calls.log');
  const config = JSON.stringify({ version: '8.5', fault: '', ...standIn, log });
  writeFileSync(path, `#!${process.execPath}\nrequire(${module})(${config});\n`);
  chmodSync(path, 0o755);
  return `${directory}:${process.env.PATH}`;
}
