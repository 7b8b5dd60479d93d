// What must work on every laptop, whatever its system: help, models, results, and an SSH
// connection. Usage: node test/smoke.mjs HOST [ssh options of orin-remote]. HOST answers SSH and
// need not be a board.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [host, ...sshOptions] = process.argv.slice(2);
if (host === undefined) throw new Error('which host? usage: node test/smoke.mjs HOST');
const directory = mkdtempSync(join(tmpdir(), 'orin-smoke-'));
const env = {
  ...process.env,
  XDG_CACHE_HOME: join(directory, 'cache'),
  XDG_DATA_HOME: join(directory, 'data'),
};
const model = join(directory, 'mlp-tiny.onnx');

/** Runs the program as a person would; throws where its exit code or its words are not these. */
function check(args, exitCodes, words) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...args], {
    encoding: 'utf8',
    env,
    timeout: 120_000,
  });
  const said = `${stdout}${stderr}`;
  console.log(`orin-remote ${args.join(' ')}: exit code ${status}`);
  if (!exitCodes.includes(status) || !words.test(said))
    throw new Error(`expected exit code ${exitCodes.join(' or ')} and ${words}:\n${said}`);
}

try {
  check(['--help'], [0], /measure a model on one board/);
  check(['model', 'list'], [0], /resnet34-cifar10/);
  check(['model', 'make', 'mlp-tiny', '-o', model], [0], /mlp-tiny/);
  check(['model', 'inspect', model], [0], /input/i);
  check(['results'], [0], /no .*run|bench/i);
  const reach = [...sshOptions, '--accept-new', '--batch-mode', '--transport', 'ssh2'];
  // A laptop is no board: the connection must stand, and what answers may be refused in words.
  check(['doctor', host, ...reach], [0, 4], /can run|cannot|not Linux|unsupported/i);
} finally {
  rmSync(directory, { recursive: true });
}
