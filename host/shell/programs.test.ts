import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { oneLine, program } from './program.ts';
import { sh } from './sh.ts';

const directory = join(import.meta.dirname, 'programs');
const names = readdirSync(directory).filter((name) => name.endsWith('.sh'));
const textOf = (name: string) => readFileSync(join(directory, name), 'utf8');

const has = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const shells = ['sh', 'dash', 'bash --posix', 'busybox ash'].filter((shell) => {
  const [command = ''] = shell.split(' ');
  return has(command);
});

/**
 * How bash understands a program: spread over lines in its own way, whatever the lines of the text
 * were. What stands in `$(…)` it leaves as it was, so a line end counts as a semicolon.
 */
function understood(text: string): string {
  const script = `program() {\n${text}\n}\ndeclare -f program`;
  const spread = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  return spread.replace(/ *(?:;|\n)[;\s]*/g, ';');
}

describe('the shell programs', () => {
  test.runIf(has('shellcheck'))('pass shellcheck', () => {
    const paths = names.map((name) => join(directory, name));
    const { status, stdout } = spawnSync('shellcheck', ['--shell=sh', ...paths]);
    expect(stdout.toString()).toBe('');
    expect(status).toBe(0);
  });

  test.each(names)('%s is the same program on one line', (name) => {
    const line = oneLine(textOf(name));
    expect(line).not.toContain('\n');
    expect(line).not.toMatch(/(^|[\s;])#/);
    expect(understood(line)).toBe(understood(textOf(name)));
  });

  test.each(names)('%s can be quoted for every login shell', (name) => {
    expect(() => sh(oneLine(textOf(name)))).not.toThrow();
  });

  test.each(shells)('are read by %s', (shell) => {
    const [command = '', ...words] = shell.split(' ');
    for (const name of names) {
      const line = oneLine(textOf(name));
      const { status, stderr } = spawnSync(command, [...words, '-n', '-c', line]);
      expect(stderr.toString(), name).toBe('');
      expect(status, name).toBe(0);
    }
  });
});

describe('a program', () => {
  test('begins with its values as positional parameters, quoted where they have to be', () => {
    const script = program('for x in "$@"; do\n  # each\n  echo "<$x>"\ndone', ['a b', '', 7, 'é']);
    const output = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(output).toBe('<a b>\n<>\n<7>\n<é>\n');
  });

  test.each(['$(reboot)', '`reboot`', '"; reboot; "', "it's", 'a\nb', 'back\\slash', '!!'])(
    'does not take %j for a value',
    (value) => {
      expect(() => program('echo "$1"', [value])).toThrow('cannot be quoted');
    },
  );
});
