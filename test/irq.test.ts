import { execFileSync } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cli, makeCli } from './support/cli.ts';

const dump = (name: string) => resolve('test/fixtures/proc', name);
const orin = ['--file', dump('orin-interrupts.txt'), '--softirqs', dump('orin-softirqs.txt')];
let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(() => cli.remove());

describe('orin-remote irq --file', () => {
  test("answers the thesis' question from its own dumps", async () => {
    const { code, stdout, stderr } = await cli.run(['irq', ...orin]);
    expect([code, stderr]).toEqual([0, '']);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain('166,295,906 device interrupts');
    expect(text).toContain('all of them on CPU0');
    expect(text).toContain('SCHED peaks on CPU1 at 1.56× the mean');
    expect(stdout.split('\n').every((line) => stringWidth(line) <= 100)).toBe(true);
  });

  test('--json has the findings and every source', async () => {
    const { code, stdout } = await cli.run(['irq', ...orin, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      isDifference: false,
      byKind: { device: { total: 166_295_906, busiest: { cpu: 0, share: 1 } } },
      sources: { length: 32 },
      softirqs: { types: { length: 9 } },
    });
  });

  test('what could not be read stands first, and is in --json', async () => {
    const args = ['irq', '--file', dump('dumps/damaged.txt')];
    const { stdout } = await cli.run(args);
    expect(stdout.split('\n')[1]).toContain('1 row could not be read: line 4: 300: ');
    const json = await cli.run([...args, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      findings: [{ kind: 'unread' }, { kind: 'scope' }, ...Array(4).fill({})],
      unread: { count: 1, rows: [{ dump: 'later', table: 'interrupts', line: 4, id: '300' }] },
    });
  });

  test('of a table that was cut it does not say that the rows behind the cut were none', async () => {
    const { stdout } = await cli.run(['irq', '--file', dump('dumps/cut.txt')]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      "because 800 timer interrupts fall on every CPU (of the timer's it has 12.5 %, of those between processors an unknown share)",
    );
  });

  test('one file with both tables, and a prompt before them', async () => {
    const both = join(cli.home, 'both.txt');
    const [interrupts, softirqs] = await Promise.all(
      ['orin-interrupts.txt', 'orin-softirqs.txt'].map((name) => readFile(dump(name), 'utf8')),
    );
    await writeFile(both, `$ cat /proc/interrupts /proc/softirqs\n${interrupts}${softirqs}`);
    const fromOne = await cli.run(['irq', '--file', both, '--json']);
    const fromTwo = await cli.run(['irq', ...orin, '--json']);
    expect(fromOne.stdout).toBe(fromTwo.stdout);
  });

  test('pipes are read: a process substitution, and - for standard input', async () => {
    const [interrupts, softirqs] = ['orin-interrupts.txt', 'orin-softirqs.txt'].map(dump);
    const shell = (line: string) => {
      const options = { encoding: 'utf8' as const, env: { ...process.env, NO_COLOR: '1' } };
      return execFileSync('bash', ['-c', line], options);
    };
    const program = `${process.execPath} ${resolve('dist/cli.js')} irq --json --file`;
    const whole = shell(`${program} ${interrupts} --softirqs ${softirqs}`);
    const late = (file: string | undefined) => `<(sleep 0.3; cat ${file})`;
    expect(shell(`${program} ${late(interrupts)} --softirqs ${late(softirqs)}`)).toBe(whole);
    expect(shell(`cat ${interrupts} ${softirqs} | ${program} -`)).toBe(whole);
    expect(shell(`${program} /dev/stdin --softirqs ${softirqs} < ${interrupts}`)).toBe(whole);
  });

  test('--before-file counts what came between', async () => {
    const [before, after] = [0, 5].map((n) => dump(`replay/A/${n}/interrupts`));
    const { stdout } = await cli.run([
      'irq',
      '--file',
      String(after),
      '--before-file',
      String(before),
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ isDifference: true, all: { total: 20_113 } });
  });

  test.each([
    [['irq'], 'give a host, or a dump as --file'],
    [['irq', '--file', 'nowhere.txt'], 'cannot read nowhere.txt'],
    [['irq', '--file', '/'], 'why: it is a directory'],
    [['irq', '--file', 'fifo'], 'a pipe to which nobody writes'],
    [['irq', '--file', '-'], 'no table of /proc/interrupts or /proc/softirqs in standard input'],
    [['irq', '--file', 'softirqs.txt'], 'has softirqs, not interrupts'],
    [['irq', '--file', 'notes.txt'], 'cat /proc/interrupts > interrupts.txt'],
    [['irq', ...orin, '--before-file', dump('orin-interrupts.txt')], '--before-softirqs'],
    [['irq', ...orin, '--before-softirqs', 'softirqs.txt'], '--before-file'],
  ])(
    '%j is refused with what to do',
    async (args, said) => {
      await copyFile(dump('orin-softirqs.txt'), join(cli.home, 'softirqs.txt'));
      await writeFile(join(cli.home, 'notes.txt'), 'all on CPU0?\n');
      if (args.includes('fifo')) execFileSync('mkfifo', [join(cli.home, 'fifo')]);
      const { code, stdout, stderr } = await cli.run(args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(said);
    },
    20_000,
  );
});
