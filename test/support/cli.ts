import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What a run of the program came to. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with each piece of stderr, and the process, to interrupt it at the right moment. */
  readonly onStderr?: (text: string, interrupt: (signal: NodeJS.Signals) => void) => void;
  /**
   * Runs it on a terminal of its own (util-linux' script), whose output comes as stdout; called
   * with all of that so far, and a way to press keys.
   */
  readonly onTerminal?: (text: string, press: (keys: string) => void) => void;
  readonly cwd?: string;
  /** Umask under which it is started; default ours. */
  readonly umask?: string;
  /** User and group of this number run it; for root. */
  readonly uid?: number;
}

/** Ctrl-C, as a terminal sends it. */
export const CTRL_C = '\u0003';

/**
 * The built program with directories of its own; the runtime cache is shared, as it is by all runs
 * of a person.
 */
export interface Cli {
  readonly home: string;
  readonly runs: string;
  /** What the program keeps of runtimes and models. */
  readonly cache: string;
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  remove(): Promise<void>;
}

const sharedCache = resolve('node_modules/.cache/orin-remote-tests');

/** The program as `npm run build` left it in dist/, with its own home and results. */
export async function makeCli(): Promise<Cli> {
  const home = await mkdtemp(join(tmpdir(), 'orin-cli-'));
  const data = join(home, 'data');
  await mkdir(join(home, '.ssh'), { mode: 0o700 });
  return {
    home,
    runs: join(data, 'orin-remote', 'runs'),
    cache: join(sharedCache, 'orin-remote'),
    run: (args, options = {}) => runCli(args, { home, data }, options),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

async function runCli(
  args: readonly string[],
  places: { readonly home: string; readonly data: string },
  options: CliOptions,
): Promise<CliResult> {
  const { onTerminal } = options;
  const { umask } = options;
  const command = [
    ...(umask === undefined ? [] : ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh']),
    ...[process.execPath, resolve('dist/cli.js'), ...args],
  ];
  const [program = '', ...words] = onTerminal
    ? ['script', '-qfec', `exec ${command.map((word) => `'${word}'`).join(' ')}`, '/dev/null']
    : command;
  const child = spawn(program, words, {
    cwd: options.cwd ?? places.home,
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
    stdio: [onTerminal ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: {
      ...(onTerminal && { TERM: 'xterm' }),
      PATH: process.env.PATH,
      HOME: places.home,
      LANG: 'C.UTF-8',
      XDG_CACHE_HOME: sharedCache,
      XDG_DATA_HOME: places.data,
      // Demo boards of tests that run at the same time: each has its own directory, and its own
      // lock.
      ORIN_REMOTE_DIR: join(places.home, 'demo-board'),
      ORIN_REMOTE_LOCK: `test-${places.home.slice(-6)}`,
      // npm's own settings reach the registry from behind a proxy or a private certificate.
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) =>
          /^(npm_config_|NODE_EXTRA_CA|HTTPS?_PROXY)/i.test(name),
        ),
      ),
      ...options.environment,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onTerminal?.(stdout, (keys) => child.stdin?.write(keys));
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onStderr?.(stderr, (signal) => child.kill(signal));
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
