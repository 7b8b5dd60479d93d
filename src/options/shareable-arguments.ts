import { basename } from 'node:path';

/** Options that say how a board is reached: names, users and addresses that a shared result must not carry. */
const connectionOptions = new Set([
  '-p',
  '--port',
  '-l',
  '--login',
  '-i',
  '--identity',
  '-F',
  '--ssh-config',
  '--ssh-option',
]);

/** Options whose value is a path of this machine: its last part tells enough. */
const pathOptions = new Set(['--model', '--input', '--data', '--ort', '--ort-lib']);

/** The arguments as a result keeps them: the host replaced, connection options left out, paths shortened. */
export function shareableArguments(argv: readonly string[], host: string): string[] {
  const [first, ...rest] = argv;
  if (first === undefined) return [];
  const [name, inline] = splitOnce(first);
  const takesValue = connectionOptions.has(name) || pathOptions.has(name);
  const value = inline ?? rest[0] ?? '';
  const after = takesValue && inline === undefined ? rest.slice(1) : rest;
  return [...keptOf(first, name, value, host), ...shareableArguments(after, host)];
}

function keptOf(argument: string, name: string, value: string, host: string): string[] {
  if (connectionOptions.has(name)) return [];
  if (pathOptions.has(name)) return [name, shortened(value)];
  return [argument === host ? '<host>' : argument];
}

/** `--login=me` and `-lme` hold their value; short options without one may stand before: `-qlme`. */
function splitOnce(argument: string): [string, string | undefined] {
  const short = /^-q*([pliF])(.*)$/s.exec(argument);
  if (short) return [`-${short[1]}`, short[2] === '' ? undefined : short[2]];
  const at = argument.indexOf('=');
  if (!argument.startsWith('--') || at < 0) return [argument, undefined];
  return [argument.slice(0, at), argument.slice(at + 1)];
}

/** `x=/home/me/a.npy` and `cifar10:/data/test_batch.bin` keep what stands before the path. */
function shortened(value: string): string {
  const prefix = /^[^/=:]*[=:]/.exec(value)?.[0] ?? '';
  return prefix + basename(value.slice(prefix.length));
}
