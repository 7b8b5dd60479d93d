import { chmod, chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cli, type CliResult, makeCli } from './support/cli.ts';
import { type SshdOptions, startSshd } from './support/sshd.ts';
import { externalModel, unaryModel } from './support/tiny-models.ts';

let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(() => cli.remove());

/** What failed and where, why, what to do next; nothing on stdout, no stack trace. */
function expectRefusal(result: CliResult, code: number, words: readonly RegExp[]): void {
  const lines = result.stderr.trimEnd().split('\n');
  const at = lines.findIndex((line) => line.startsWith('✗ '));
  expect(at, result.stderr).toBeGreaterThanOrEqual(0);
  expect(lines.slice(at).length, result.stderr).toBeLessThanOrEqual(3);
  expect(lines.at(-1), result.stderr).toMatch(/^ {2}(try|why): /);
  for (const word of words) expect(result.stderr).toMatch(word);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.stdout).toBe('');
  expect(result.code).toBe(code);
}

/** A board behind a real sshd on which programs of `shims` stand before the system's. */
async function withBoard(
  options: SshdOptions & { readonly shims?: Readonly<Record<string, string>> },
  work: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  const shimFiles = Object.fromEntries(
    Object.entries(options.shims ?? {}).map(([name, text]) => [
      `shims/${name}`,
      `#!/bin/sh\n${text}\n`,
    ]),
  );
  const sshd = await startSshd({ ...options, homeFiles: { ...options.homeFiles, ...shimFiles } });
  try {
    for (const name of Object.keys(shimFiles)) await chmod(join(sshd.home, name), 0o755);
    await work([sshd.alias, '-F', sshd.configFile]);
  } finally {
    await sshd.stop();
  }
}

const shimmed = (home: string) => `export PATH=${home}:$PATH`;

describe('before anything is connected', () => {
  test.each([
    [['bench', 'demo', '--threads', 'two'], /--threads two/],
    [['bench', 'demo', '--budget', '10'], /--budget 10/],
    [['bench', 'demo', '--quick', '--thorough'], /--quick and --thorough/],
    [['bench', 'demo', '--affinity', 'x'], /--affinity x/],
    [['bench', 'demo', '--shape', 'x=1x'], /--shape x=1x/],
    [['bench', 'demo', '--data', 'imagenet:here'], /--data imagenet:here/],
    [['bench', 'demo', '--exclude', 'cores=1'], /--exclude cores=1/],
    [['results', 'show', 'nothing-like-it'], /nothing-like-it/],
    [['results', 'export', 'nothing', '--format', 'xlsx'], /xlsx/],
    [['model', 'make', 'resnet35-cifar10'], /resnet34-cifar10/],
    [['model', 'make', 'null', '-o', '/nonexistent/null.onnx'], /cannot write/],
    [['bench', 'demo', '--session', 'session.intra_op.allow_spinning=0'], /--spinning/],
  ])('%j is a usage error that says how to write it', async (args, word) => {
    expectRefusal(await cli.run(args), 2, [word]);
  });

  test('an unknown command or option is refused with the nearest one', async () => {
    const command = await cli.run(['bensh', 'demo']);
    expect(command.code).toBe(2);
    expect(command.stderr).toContain('Did you mean bench?');
    const option = await cli.run(['bench', 'demo', '--thread', '1']);
    expect(option.code).toBe(2);
    expect(option.stderr).toContain('--threads');
  });

  test('no arguments show the help and fail, so that a script notices', async () => {
    const result = await cli.run([]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('Usage: orin-remote');
  });
});

describe('models', () => {
  const bench = (model: string, ...more: string[]) =>
    cli.run(['bench', 'demo', '--model', model, '--blocks', '1', ...more]);

  test('a file that is no ONNX', async () => {
    const path = join(cli.home, 'garbage.onnx');
    await writeFile(path, Buffer.alloc(4096, 0xa7));
    expectRefusal(await bench(path), 2, [/garbage\.onnx/]);
  });

  test('a name that is neither a file nor built in', async () => {
    expectRefusal(await bench('resnet34-cifar'), 2, [/resnet34-cifar10/]);
  });

  test('external data that is not there', async () => {
    const path = join(cli.home, 'external.onnx');
    await writeFile(path, externalModel('weights.bin'));
    expectRefusal(await bench(path), 2, [/weights\.bin/]);
  });

  test('a free dimension names itself and the --shape to give', async () => {
    const path = join(cli.home, 'free.onnx');
    await writeFile(path, unaryModel(['N', 'height']));
    expectRefusal(await bench(path), 2, [/height/, /--shape x=/]);
  });

  test('a model that ONNX Runtime refuses ends INVALID in its own words, with exit code 4', async () => {
    const path = join(cli.home, 'refused.onnx');
    await writeFile(path, unaryModel(['N', 4], 'NoSuchOperator'));
    const result = await bench(path, '--threads', '1');
    expect(result.code, result.stderr).toBe(4);
    expect(result.stdout).toMatch(/INVALID .*NoSuchOperator/);
  }, 60_000);

  test('more threads than CPUs, unless insisted on', async () => {
    expectRefusal(await bench('mlp-tiny', '--threads', '99'), 2, [
      /--threads 99/,
      /--oversubscribe/,
    ]);
  });
});

describe('reaching the board', () => {
  test('a host that nobody knows', async () => {
    expectRefusal(await cli.run(['bench', 'no-such-board.invalid']), 4, [/no-such-board\.invalid/]);
  });

  test('a port where nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const address = await new Promise<number>((resolve) =>
      server.on('listening', () => {
        const at = server.address();
        server.close(() => resolve(typeof at === 'object' && at ? at.port : 0));
      }),
    );
    const result = await cli.run(['bench', '127.0.0.1', '-p', String(address), '--batch-mode']);
    expectRefusal(result, 4, [/nothing listens/]);
  });

  test('a changed host key is refused with file and line, and an exit code of its own', async () => {
    const first = await startSshd();
    const second = await startSshd();
    try {
      const known = join(cli.home, 'changed_known_hosts');
      await writeFile(known, `[127.0.0.1]:${second.port} ${first.hostKey}\n`);
      const result = await cli.run([
        'bench',
        second.alias,
        '-F',
        second.configFile,
        '--ssh-option',
        `UserKnownHostsFile=${known}`,
        '--ssh-option',
        'HostKeyAlias=none',
        '--accept-new',
      ]);
      expectRefusal(result, 6, [/changed_known_hosts:1/, /ssh-keygen .*-R/]);
    } finally {
      await first.stop();
      await second.stop();
    }
  });

  test('an unknown host key is not trusted where nobody can be asked', async () => {
    const sshd = await startSshd();
    try {
      const empty = join(cli.home, 'empty_known_hosts');
      const options = ['--ssh-option', `UserKnownHostsFile=${empty}`, '--batch-mode'];
      const result = await cli.run(['bench', sshd.alias, '-F', sshd.configFile, ...options]);
      expectRefusal(result, 6, [/SHA256:/, /--accept-new/]);
    } finally {
      await sshd.stop();
    }
  });
});

describe('boards that cannot', () => {
  const bench = (args: readonly string[]) =>
    cli.run(['bench', ...args, '--model', 'mlp-tiny', '--blocks', '1']);

  async function shimBoard(
    shims: Record<string, string>,
    work: (args: readonly string[]) => Promise<void>,
  ) {
    // The shims' directory is known only once the server runs: the login script finds it by itself.
    await withBoard({ shims, homeFiles: { '.bashrc': shimmed('$HOME/shims') } }, work);
  }

  test('a 32-bit system', async () => {
    const uname = '/usr/bin/uname "$@" | sed "s/x86_64/armv7l/"';
    await shimBoard({ uname }, async (args) => {
      expectRefusal(await bench(args), 4, [/32-bit/, /armv7l/]);
    });
  });

  test('a C library older than 2.28', async () => {
    await shimBoard({ getconf: 'echo glibc 2.27' }, async (args) => {
      expectRefusal(await bench(args), 4, [/glibc 2\.27/, /JetPack 5/]);
    });
  });

  test('an account that runs a forced command', async () => {
    await withBoard({ keyOptions: 'command="echo only this"' }, async (args) => {
      expectRefusal(await bench(args), 4, [/only this/]);
    });
  });

  test('a clock that starts in 1970 is said, and changes no measured time', async () => {
    const date = 'exec /usr/bin/date --date "@$(cut -d. -f1 /proc/uptime)" "$@"';
    await shimBoard({ date }, async (args) => {
      const doctor = await cli.run(['doctor', ...args]);
      expect(doctor.code, doctor.stderr).toBe(0);
      expect(doctor.stdout).toMatch(/its clock is behind by \d+ h/);
      const result = await bench([...args, '--threads', '1']);
      expect(result.code, result.stderr).toBe(0);
      expect(result.stdout).toContain('1 thread');
    });
  }, 120_000);

  test('what a board says of itself cannot write to the terminal', async () => {
    const hostile = '\\033[2J\\033]0;owned\\007\\342\\200\\256-evil';
    const uname = `/usr/bin/uname "$@" | sed "s/$(/usr/bin/uname -r)/6.66$(printf '${hostile}')/"`;
    await shimBoard({ uname }, async (args) => {
      const { stdout } = await cli.run(['doctor', ...args]);
      expect(stdout).toMatch(/6\.66.*-evil/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    });
  });

  test('a place that cannot be used is passed over, unless ORIN_REMOTE_DIR names it', async () => {
    const homeFiles = { '.cache': 'a file where a directory should be' };
    const sshd = await startSshd({ homeFiles });
    const named = await startSshd({ homeFiles, environment: { ORIN_REMOTE_DIR: '/proc/nowhere' } });
    try {
      const result = await cli.run(['doctor', sshd.alias, '-F', sshd.configFile, '--json']);
      const report = JSON.parse(result.stdout) as {
        facts: { base: { path: string; rejected: { path: string }[] } };
      };
      const home = join(sshd.home, '.cache/orin-remote');
      expect(report.facts.base.rejected.map(({ path }) => path)).toEqual([home]);
      expect(report.facts.base.path).toContain('/var/tmp/orin-remote-');
      const refused = await cli.run(['doctor', named.alias, '-F', named.configFile]);
      expect(refused.stderr).toContain('/proc/nowhere/orin-remote: No such file or directory');
    } finally {
      await sshd.stop();
      await named.stop();
    }
  }, 30_000);

  test.skipIf(process.getuid?.() !== 0)(
    'a place of another user that ORIN_REMOTE_DIR names stops every verb',
    async () => {
      const theirs = await mkdtemp('/var/tmp/orin-theirs-');
      await chown(theirs, 64_321, 64_321);
      const sshd = await startSshd({ environment: { ORIN_REMOTE_DIR: theirs } });
      const on = [sshd.alias, '-F', sshd.configFile];
      try {
        for (const args of [
          ['bench', ...on, '--model', 'mlp-tiny', '--quick'],
          ['doctor', ...on],
          ['clean', ...on],
          ['runs', ...on],
          ['fleet', ...on, '--model', 'mlp-tiny', '--quick'],
          ['fleet', 'check', ...on],
        ]) {
          const { code, stdout, stderr } = await cli.run(args);
          const said = `${args.join(' ')}: ${stdout}${stderr}`;
          expect(code, said).toBe(4);
          expect(said).toContain(`${theirs} belongs to user 64321`);
          // A fleet has a line for each board, without advice.
          if (args[0] !== 'fleet') expect(said).toContain(`sudo chown "$(id -un)" ${theirs}`);
        }
        expect(await readdir(theirs)).toEqual([]);
        expect(await readdir(sshd.home)).not.toContain('.cache');
      } finally {
        await sshd.stop();
        await rm(theirs, { recursive: true });
      }
    },
    60_000,
  );
});
