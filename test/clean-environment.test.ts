import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { compileLibrary } from './support/c-library.ts';
import { type Cli, type CliResult, makeCli } from './support/cli.ts';
import { type SshdOptions, startSshd } from './support/sshd.ts';

let cli: Cli;
const directory = mkdtempSync(join(tmpdir(), 'orin-environment-'));
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(async () => {
  await cli.remove();
  rmSync(directory, { recursive: true, force: true });
});

const short = ['--model', 'null', '--quick', '--blocks', '1', '--threads', '1', '--json'];

/** A run on a board whose account has these settings. */
async function benchOn(
  options: SshdOptions & { readonly programs?: readonly string[] },
  args: readonly string[] = [],
): Promise<CliResult & { readonly result: Result }> {
  // One base directory: what the first run pushed is there for the others.
  const environment = { ORIN_REMOTE_DIR: join(directory, 'base'), ...options.environment };
  const sshd = await startSshd({ ...options, environment });
  try {
    for (const name of options.programs ?? []) chmodSync(join(sshd.home, name), 0o755);
    const at = ['bench', sshd.alias, '-F', sshd.configFile, '--telemetry', 'off'];
    const ran = await cli.run([...at, ...short, ...args]);
    expect(ran.code, ran.stderr).toBe(0);
    return { ...ran, result: resultSchema.parse(JSON.parse(ran.stdout)) };
  } finally {
    await sshd.stop();
  }
}

test('variables of the account that end Node, or change what grep prints, do not reach a run', async () => {
  const { result, stdout } = await benchOn({
    environment: {
      NODE_OPTIONS: '"--require /opt/tracing/missing.js"',
      GREP_OPTIONS: '--color=always',
      OMP_NUM_THREADS: '7',
      TOKEN: 'value-of-a-secret',
    },
  });
  expect(result.cells[0]?.n_processes).toBe(1);
  const { passed, dropped } = result.run.variables ?? {};
  expect(dropped).toEqual(
    expect.arrayContaining(['GREP_OPTIONS', 'NODE_OPTIONS', 'OMP_NUM_THREADS', 'TOKEN']),
  );
  expect(passed).toEqual(expect.arrayContaining(['HOME', 'ORIN_REMOTE_LOCK', 'PATH']));
  const journal = readFileSync(journalOf(result), 'utf8');
  expect(`${stdout}${journal}`).not.toContain('value-of-a-secret');
  expect(journal).toContain('"TOKEN"');
}, 60_000);

test('no library of the account stands before ours, and none is loaded into a role', async ({
  skip,
}) => {
  const log = join(directory, 'loaded-by');
  const hook = join(directory, 'hook.so');
  const note = `#include <stdio.h>
    __attribute__((constructor)) static void note(void) {
      char line[4096];
      FILE *in = fopen("/proc/self/cmdline", "r"), *out = fopen("${log}", "a");
      size_t n = in ? fread(line, 1, sizeof line - 1, in) : 0;
      for (size_t i = 0; i < n; i++) if (!line[i]) line[i] = ' ';
      if (out) fprintf(out, "%.*s\\n", (int)n, line), fclose(out);
      if (in) fclose(in);
    }`;
  const isCompiled =
    compileLibrary(hook, note) &&
    compileLibrary(join(directory, 'libonnxruntime.so.1'), 'int nothing_of_onnx_runtime;');
  if (!isCompiled) return skip('there is no C compiler');
  const { result } = await benchOn({
    environment: { LD_PRELOAD: hook, LD_LIBRARY_PATH: directory },
  });
  expect(result.cells[0]?.verdict.kind).not.toBe('INVALID');
  const lines = readFileSync(log, 'utf8').split('\n');
  expect(lines.some((line) => line.startsWith('setsid env -i'))).toBe(true);
  // As `setpriv --pdeathsig KILL …/bin/node …/agent.cjs work`, or without what stands before.
  const roles = /^(\/|setpriv |taskset ).*\/agent\.cjs /;
  expect(lines.filter((line) => roles.test(line))).toEqual([]);
}, 60_000);

test('a taskset of the account is not the one that pins', async () => {
  const mark = join(directory, 'hostile');
  const { result } = await benchOn(
    {
      homeFiles: {
        '.bashrc': 'export PATH=$HOME/programs:$PATH',
        // The probe tries it: only what starts a worker must not.
        'programs/taskset': `#!/bin/sh\ncase $* in *agent.cjs*) : > ${mark};; esac\nexec /usr/bin/taskset "$@"\n`,
      },
      programs: ['programs/taskset'],
    },
    ['--affinity', '0'],
  );
  expect(result.cells[0]?.config.affinity_applied).toEqual(['0']);
  expect(existsSync(mark)).toBe(false);
}, 60_000);

function journalOf({ run_id }: Result): string {
  return join(cli.runs, run_id, 'journal.ndjson');
}
