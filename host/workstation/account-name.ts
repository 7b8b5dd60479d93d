import { userInfo } from 'node:os';

/**
 * Name of the account that runs this program; its number where no account has it, as in a container
 * with `--user 1000`.
 */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
