import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Link, RemoteProcess } from '../../link/link.ts';
import { runScript } from '../../shell/run-script.ts';
import { type DemoBoard, startDemoBoard } from './demo-board.ts';

let home: string;
let demo: DemoBoard;
let link: Link;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'orin-demo-'));
  demo = await startDemoBoard({ home });
  link = await demo.connect();
});

afterAll(async () => {
  await link?.end();
  await demo?.close();
  await rm(home, { recursive: true, force: true });
});

async function outputOf(process: RemoteProcess): Promise<string> {
  process.stderr.resume();
  return (await read(process.stdout)).toString('utf8');
}

async function read(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('the demo board', () => {
  it('runs a script and passes on its output and status', async () => {
    const answer = await runScript(link, 'echo "$HOME"; echo oops >&2; exit 3', { step: 'test' });
    expect(answer).toEqual({ output: `${home}\n`, status: 3, stderr: 'oops\n' });
  });

  it('says which signal ended a command', async () => {
    const process = await link.start('kill -9 $$');
    await outputOf(process);
    expect(await process.exit).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('carries 20 MB to a command and back unchanged in size, with several commands at once', async () => {
    const counts = await Promise.all(
      [1, 2, 3].map(async () => {
        const process = await link.start('cat');
        const block = Buffer.alloc(1024 * 1024, 'x');
        const sent = (async () => {
          for (let n = 0; n < 20; n++) {
            await new Promise((resolve) => process.stdin.write(block, resolve));
          }
          process.stdin.end();
        })();
        process.stderr.resume();
        let bytes = 0;
        for await (const chunk of process.stdout) bytes += (chunk as Buffer).length;
        await sent;
        expect(await process.exit).toEqual({ code: 0, signal: null });
        return bytes;
      }),
    );
    expect(counts).toEqual([20, 20, 20].map((n) => n * 1024 * 1024));
  });

  it('keeps stdout and stderr apart and whole when both are floods', async () => {
    const script =
      'for i in 1 2 3 4 5 6; do head -c 3000000 /dev/zero | tr "\\000" $i; head -c 3000000 /dev/zero | tr "\\000" e >&2; done';
    const process = await link.start(script);
    const [out, err] = await Promise.all([read(process.stdout), read(process.stderr)]);
    const wanted = [1, 2, 3, 4, 5, 6].map((digit) => Buffer.alloc(3_000_000, String(digit)));
    expect(out.length).toBe(18_000_000);
    expect(out.equals(Buffer.concat(wanted))).toBe(true);
    expect(err.equals(Buffer.alloc(18_000_000, 'e'))).toBe(true);
    expect(await process.exit).toEqual({ code: 0, signal: null });
  });

  it('lets a detached run outlive its connection', async () => {
    const other = await demo.connect();
    const file = join(home, 'detached');
    await runScript(other, `( sleep 0.5; echo done > ${file} ) >/dev/null 2>&1 </dev/null &`, {
      step: 'test',
    });
    await other.end();
    await expect
      .poll(() => readFile(file, 'utf8').catch(() => ''), { timeout: 5000 })
      .toBe('done\n');
  });

  it('refuses a stranger’s key', async () => {
    const stranger = ssh2.utils.generateKeyPairSync('ed25519').private;
    const client = new ssh2.Client();
    const error = await new Promise<Error>((resolve) => {
      client.on('error', resolve);
      client.on('ready', () => resolve(new Error('it let a stranger in')));
      client.connect({
        port: demo.port,
        host: '127.0.0.1',
        username: demo.user,
        privateKey: stranger,
      });
    });
    client.end();
    expect(error.message).toMatch(/All configured authentication methods failed/);
  });

  it('refuses to stand in for a board where there is no Linux', async () => {
    await expect(startDemoBoard({ platform: 'darwin' })).rejects.toMatchObject({
      code: 'unsupported-board',
    });
  });

  it('ends a running command when the board is closed', async () => {
    const short = await startDemoBoard({ home });
    const other = await short.connect();
    const process = await other.start('echo $$; sleep 600');
    const [first] = await Promise.all([
      new Promise<string>((resolve) => process.stdout.once('data', (b: Buffer) => resolve(`${b}`))),
      sleep(0),
    ]);
    process.stderr.resume();
    const lost = process.exit.catch((error: unknown) => error);
    await short.close();
    await lost;
    const pid = Number(first);
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('a home that is gone does not keep commands from running', async () => {
  const board = await startDemoBoard({ home: '/nonexistent/home' });
  try {
    const link = await board.connect();
    expect(await runScript(link, 'pwd', { step: 'look' })).toMatchObject({
      output: '/\n',
      status: 0,
    });
    await link.end();
  } finally {
    await board.close();
  }
});
