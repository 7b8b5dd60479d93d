import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openLocalLink } from '../../test/support/local-link.ts';
import type { Link } from '../link/link.ts';
import { requireLockedClocks } from './locked-clocks.ts';

// A Jetson's clocks cannot be had here: its own files, captured, are replayed as the answer to the
// script.

const files = JSON.parse(
  readFileSync('test/fixtures/jetson/sysfs-orin-nano-jp6.json', 'utf8'),
) as Record<string, string | null>;
const clock =
  /cpufreq\/scaling_(?:min|max)_freq$|devfreq\/[^/]+\/(?:min_freq|max_freq|device\/of_node\/name)$/;

/** A board that answers with these files, whatever it is asked. */
function boardWith(change: (path: string, text: string) => string): Link {
  const lines = Object.entries(files).flatMap(([path, text]) =>
    clock.test(path) && text !== null
      ? [`${path}:${change(path, text).replaceAll(/[^\x20-\x7e]/g, '')}`]
      : [],
  );
  const link = openLocalLink({ env: { PATH: process.env.PATH ?? '', ANSWER: lines.join('\n') } });
  const start: Link['start'] = (command, signal) =>
    link.start(command.replace(/\( .* \); s=/s, '( printenv ANSWER ); s='), signal);
  return { ...link, start };
}

const { signal } = new AbortController();
const pinned = (path: string, text: string) =>
  path.includes('cpufreq') ? '1510400' : path.includes('_freq') ? '624750000' : text;

test('a board whose clocks have one frequency each passes --require-locked', async () => {
  await expect(requireLockedClocks(boardWith(pinned), signal)).resolves.toBeUndefined();
});

test.each([
  ['one CPU', /cpu0\/cpufreq\/scaling_min_freq$/, '729600', /cpu0 may run at 730 to 1510 MHz/],
  ['the GPU', /devfreq\/.*\/min_freq$/, '306000000', /the GPU may run at 306 to 625 MHz/],
])('%s that can move is refused, with its range', async (_name, moving, value, why) => {
  const board = boardWith((path, text) => (moving.test(path) ? value : pinned(path, text)));
  await expect(requireLockedClocks(board, signal)).rejects.toMatchObject({
    code: 'clocks-not-locked',
    why: expect.stringMatching(why),
  });
});
