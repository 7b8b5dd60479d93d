// A relay in a process of its own, so that it does not take CPU time from the client that is
// measured.
import { startRelay } from '../../test/support/relay.ts';

process.once('message', async (options: Parameters<typeof startRelay>[0]) => {
  const relay = await startRelay(options);
  process.send?.(relay.port);
});
process.once('disconnect', () => process.exit());
