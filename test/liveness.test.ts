import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultyRelay, startFaultyRelay } from './soak/faulty-relay.ts';
import { failure } from './support/failure.ts';
import { type Sshd, startSshd } from './support/sshd.ts';
import { connectBy, transports } from './support/transports.ts';

/**
 * Instead of 20 s. The ssh client's own clock counts whole seconds, four of which make the least.
 */
const deadAfterMs = 4000;
/** sshd grants more to send every 96 kB that have arrived: at this rate well within the bound. */
const SLOW_BYTES_PER_SECOND = 80_000;
/**
 * Takes several times the bound, and fits the first grant: all of it is on its way at once,
 * questions behind it.
 */
const UPLOAD_BYTES = 1_000_000;

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

async function behindRelay(work: (relay: FaultyRelay) => Promise<void>): Promise<void> {
  const relay = await startFaultyRelay(sshd.port);
  try {
    await work(relay);
  } finally {
    await relay.close();
  }
}

describe.concurrent.each(transports)('over $name', { timeout: 60_000 }, (transport) => {
  it('a peer that says nothing any more is noticed while its connection stays open', () =>
    behindRelay(async (relay) => {
      const link = await connectBy(transport, sshd, { port: relay.port, deadAfterMs });
      const held = await link.start('cat');
      for (const stream of [held.stdout, held.stderr]) stream.resume();
      const ended = failure(held.exit);
      relay.stall();
      expect(await ended).toMatchObject({ code: 'connection-lost' });
      expect(await link.closed).toBeInstanceOf(Error);
    }));

  it('a slow upload is never taken for dead, however long its questions wait behind it', () =>
    behindRelay(async (relay) => {
      const link = await connectBy(transport, sshd, { port: relay.port, deadAfterMs });
      relay.limit(SLOW_BYTES_PER_SECOND);
      const upload = await link.start('wc -c');
      upload.stderr.resume();
      upload.stdin.end(Buffer.alloc(UPLOAD_BYTES, 1));
      const said = Buffer.concat(await upload.stdout.toArray()).toString();
      expect(Number(said)).toBe(UPLOAD_BYTES);
      expect(await upload.exit).toMatchObject({ code: 0 });
      relay.flow();
      await link.end();
    }));
});
