import { expect, test } from 'vitest';
import { OrinError } from '../../host/errors.ts';
import { completeCommands, withCompleteCommands } from './complete-commands.ts';

const given = {
  host: 'me@orin.local',
  reachedBy: [
    ...['--port', '2222', '--ssh-config', '/my dir/config'],
    ...['--ssh-option', 'ServerAliveInterval=5'],
  ],
};
const flags = "--port 2222 --ssh-config '/my dir/config' --ssh-option ServerAliveInterval=5";

test.each([
  [
    'to measure what is missing: orin-remote attach me@orin.local 2026-a --resume',
    `to measure what is missing: orin-remote attach me@orin.local ${flags} 2026-a --resume`,
  ],
  [
    '`orin-remote clean me@orin.local`, or wait',
    `\`orin-remote clean me@orin.local ${flags}\`, or wait`,
  ],
  ['orin-remote doctor HOST', `orin-remote doctor me@orin.local ${flags}`],
  // No command for this board.
  ['orin-remote doctor me@orin.local.lan', 'orin-remote doctor me@orin.local.lan'],
  ['orin-remote irq measures it', 'orin-remote irq measures it'],
  ['orin-remote results show RUN', 'orin-remote results show RUN'],
])('%s', (text, complete) => {
  expect(completeCommands(text, given)).toBe(complete);
});

test('the run is named where it is known', () => {
  const of = { host: 'demo', runId: '20261201-1' };
  const text = 'see which operators cuda does not take: orin-remote results show RUN --profile';
  expect(completeCommands(text, of)).toBe(text.replace('RUN', '20261201-1'));
  expect(completeCommands('orin-remote attach HOST RUN --resume', of)).toBe(
    'orin-remote attach demo 20261201-1 --resume',
  );
  expect(completeCommands('a RUN of luck', of)).toBe('a RUN of luck');
});

test('an error keeps all but the advice', () => {
  const error = new OrinError({
    code: 'unreachable',
    what: 'cannot connect',
    why: 'no route',
    next: 'orin-remote doctor me@orin.local',
    board: 'me@orin.local',
  });
  const complete = withCompleteCommands(error, given) as OrinError;
  expect(complete).toMatchObject({
    code: 'unreachable',
    message: 'cannot connect',
    why: 'no route',
  });
  expect(complete.next).toBe(`orin-remote doctor me@orin.local ${flags}`);
  expect(complete.stack).toBe(error.stack);
  const other = new Error('x');
  expect(withCompleteCommands(other, given)).toBe(other);
});
