import { expect, test } from 'vitest';
import { accountRefusal } from './account-refusal.ts';

// As pam_unix, pam_nologin and sshd of Debian 12 say it.
test.each([
  [
    'WARNING: Your password has expired.\nPassword change required but no TTY available.',
    /`ssh jet`/,
  ],
  ['You are required to change your password immediately (administrator enforced).', /`ssh jet`/],
  ['Your account has expired; please contact your system administrator.', /administers/],
  ['System is going down. Unprivileged users are not permitted to log in anymore.', /administers/],
])('%s', (said, next) => {
  const refusal = accountRefusal(said, 'jet');
  expect(refusal?.why).toContain(`the server says: ${said.slice(0, 20)}`);
  expect(refusal?.next).toMatch(next);
});

test('a greeting is no refusal', () => {
  expect(accountRefusal('Welcome. Passwords expire after 90 days.', 'jet')).toBeNull();
  expect(accountRefusal('', 'jet')).toBeNull();
});
