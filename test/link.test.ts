import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Link, RemoteProcess } from '../host/link/link.ts';
import { resolveTarget } from '../host/reach/config/resolve-target.ts';
import { runScript } from '../host/shell/run-script.ts';
import { person } from './support/person.ts';
import { type Sshd, startSshd } from './support/sshd.ts';
import { connectBy, transports } from './support/transports.ts';

let sshd: Sshd;
const links: Link[] = [];

beforeAll(async () => {
  sshd = await startSshd({ shell: '/bin/dash', config: ['MaxSessions 3'] });
});

afterEach(async () => {
  for (const link of links.splice(0)) await link.end();
});

afterAll(() => sshd?.stop());

async function read(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Writes until a write fails; gives its error. */
async function writeUntilRefused(process: RemoteProcess): Promise<NodeJS.ErrnoException> {
  const block = Buffer.alloc(256 * 1024);
  for (;;) {
    const error = await new Promise<Error | null | undefined>((resolve) => {
      process.stdin.write(block, resolve);
    });
    if (error) return error;
  }
}

/** What a promise rejects with. */
async function refusal(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => expect.fail('it should have been refused'),
    (error: unknown) => error,
  );
}

describe.each(transports)('over $name', (transport) => {
  const connect = async (): Promise<Link> => {
    const link = await connectBy(transport, sshd);
    links.push(link);
    return link;
  };

  describe('a command over a link', () => {
    it('has its three streams and its exit status', async () => {
      const process = await (await connect()).start('cat; echo problem >&2; exit 7');
      process.stdin.end('through and back');
      const [stdout, stderr] = await Promise.all([read(process.stdout), read(process.stderr)]);
      expect(`${stdout}`).toBe('through and back');
      expect(`${stderr}`).toBe('problem\n');
      expect(await process.exit).toEqual({ code: 7, signal: null });
    });

    it('tells its status although it closed its output long before', async () => {
      const process = await (await connect()).start('exec >&- 2>&-; sleep 0.3; exit 9');
      await Promise.all([read(process.stdout), read(process.stderr)]);
      expect(await process.exit).toEqual({ code: 9, signal: null });
    });

    it('that is killed tells the signal', async () => {
      const process = await (await connect()).start('kill -KILL $$');
      process.stdout.resume();
      process.stderr.resume();
      expect(await process.exit).toEqual(transport.killed);
    });

    it('carries bytes unchanged both ways, from one buffer that is used again and again', async () => {
      const process = await (await connect()).start('cat');
      const block = Buffer.alloc(300_000);
      const sending = (async () => {
        for (let round = 0; round < 40; round++) {
          block.fill(round);
          await new Promise((resolve) => process.stdin.write(block, resolve));
        }
        process.stdin.end();
      })();
      const [back] = await Promise.all([read(process.stdout), read(process.stderr), sending]);
      expect(back.length).toBe(40 * block.length);
      const isIntact = Array.from({ length: 40 }, (_, round) => {
        const part = back.subarray(round * block.length, (round + 1) * block.length);
        return part.equals(Buffer.alloc(block.length, round));
      });
      expect(isIntact).not.toContain(false);
    });

    it('takes 20 MB of input and gives back their hash', async () => {
      const process = await (await connect()).start('sha256sum');
      const block = randomBytes(1_000_003);
      const hash = createHash('sha256');
      process.stderr.resume();
      for (let round = 0; round < 20; round++) {
        hash.update(block);
        await new Promise((resolve) => process.stdin.write(block, resolve));
      }
      process.stdin.end();
      expect(`${await read(process.stdout)}`).toContain(hash.digest('hex'));
      expect(await process.exit).toEqual({ code: 0, signal: null });
    });

    it('may end with any status, also 255', async () => {
      const link = await connect();
      for (const code of [0, 1, 126, 254, 255]) {
        const process = await link.start(`exit ${code}`);
        process.stdin.end();
        await Promise.all([read(process.stdout), read(process.stderr)]);
        expect(await process.exit).toEqual({ code, signal: null });
      }
    });

    it('may say 8 MB on stderr before its answer', async () => {
      const script = 'head -c 8388608 /dev/zero >&2; echo done';
      const answer = await runScript(await connect(), script, { step: 'flood' });
      expect(answer).toMatchObject({ output: 'done\n', status: 0 });
    });

    it('that has ended fails the writes that wait for it', async () => {
      const process = await (await connect()).start('sleep 0.2; exit 1');
      process.stdout.resume();
      process.stderr.resume();
      const error = await writeUntilRefused(process);
      expect(error.code).toBe('EPIPE');
      expect(await process.exit).toEqual({ code: 1, signal: null });
      const late = await new Promise((resolve) => process.stdin.write('late', resolve));
      expect(late).toBeInstanceOf(Error);
    });

    it('sees the end of its input when the input is destroyed', async () => {
      const process = await (await connect()).start('wc -c');
      await new Promise((resolve) => process.stdin.write('12345', resolve));
      process.stdin.destroy();
      process.stderr.resume();
      expect(`${await read(process.stdout)}`.trim()).toBe('5');
    });

    it('is closed by its signal, before and after it runs', async () => {
      const link = await connect();
      const reason = new Error('enough');
      expect(await refusal(link.start('true', AbortSignal.abort(reason)))).toBe(reason);
      const controller = new AbortController();
      const process = await link.start('echo ready; sleep 3', controller.signal);
      process.stderr.resume();
      await once(process.stdout, 'data');
      controller.abort(reason);
      await read(process.stdout);
      expect(await process.exit).toEqual({ code: null, signal: null });
      expect((await runScript(link, 'echo usable', { step: 'x' })).output).toBe('usable\n');
    });

    // Where each command has a connection of its own, none is one too many.
    if (transport.isShared)
      it('that is one too many for the server is refused with the reason', async () => {
        const link = await connect();
        const running = await Promise.all([1, 2, 3].map(() => link.start('cat')));
        const error = await refusal(link.start('cat'));
        expect(error).toMatchObject({ code: 'remote-command' });
        expect((error as { why: string }).why).toMatch(/3 open.*MaxSessions/);
        for (const process of running) {
          process.stdin.end();
          await Promise.all([read(process.stdout), read(process.stderr), process.exit]);
        }
        expect((await runScript(link, 'echo again', { step: 'x' })).output).toBe('again\n');
      });
  });

  describe('a link', () => {
    it('knows where it leads and what it carried', async () => {
      const link = await connect();
      const process = await link.start('cat');
      process.stdin.end(Buffer.alloc(5000));
      process.stderr.resume();
      await read(process.stdout);
      expect(link).toMatchObject({
        board: 'board',
        destination: `board@127.0.0.1:${sshd.port}`,
        isLoopback: true,
      });
      if (transport.isShared) expect(link.roundTripMs).toBeGreaterThan(0);
      else expect(link.roundTripMs).toBeNull();
      expect(link.traffic.sentBytes).toBeGreaterThan(5000);
      expect(link.traffic.receivedBytes).toBeGreaterThanOrEqual(5000);
    });

    // ssh asks for signs of life by itself, and tells nobody of them.
    if (transport.name === 'ssh2')
      it('that is quiet is kept alive by answers, which count as signs of life', async () => {
        const { configFile } = sshd;
        const options = ['ServerAliveInterval=1'];
        const target = await resolveTarget('board', { configFile, options, environment: {} });
        const link = await transport.connect(target, { prompter: person(), hostKeyPolicy: 'ask' });
        links.push(link);
        // Three changes could still be the greeting of the server; more are answers to pings.
        const seen = new Set<number>();
        const count = () => seen.add(link.traffic.receivedBytes).size;
        await expect.poll(count, { timeout: 15_000 }).toBeGreaterThan(4);
        await runScript(link, 'true', { step: 'x' });
      });

    it('that was ended is closed without an error, twice over, and starts nothing more', async () => {
      const link = await connect();
      await Promise.all([link.end(), link.end()]);
      expect(await link.closed).toBeUndefined();
      expect(await refusal(link.start('true'))).toMatchObject({ code: 'connection-lost' });
    });

    it('that the server drops says so to everything that runs over it', async () => {
      const link = await connect();
      const process = await link.start('echo ready; cat');
      process.stderr.resume();
      await once(process.stdout, 'data');
      process.stdout.resume();
      for (const pid of await sshd.sessions()) global.process.kill(pid, 'SIGKILL');
      const [exit, write, start] = await Promise.all([
        refusal(process.exit),
        writeUntilRefused(process),
        link.closed.then(() => refusal(link.start('true'))),
      ]);
      expect(exit).toMatchObject({ code: 'connection-lost', board: 'board' });
      expect(write.code).toBe('EPIPE');
      expect(start).toMatchObject({ code: 'connection-lost' });
      expect(await link.closed).toBeInstanceOf(Error);
    });
  });
});
