import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type LocalLink, type LocalLinkOptions, openLocalLink } from './local-link.ts';

/** This machine as a board with a home of its own, some of whose programs are replaced. */
export interface ShimmedBoard {
  /** Its user's home. */
  readonly home: string;
  /** Where our files lie unless ORIN_REMOTE_DIR says otherwise. */
  readonly base: string;
  /** Puts a shell script before the real program on its PATH. */
  shim(program: string, script: string): void;
  open(
    environment?: Readonly<Record<string, string>>,
    options?: Pick<LocalLinkOptions, 'uid' | 'umask' | 'shell'>,
  ): LocalLink;
  /** Gives the home to another user; for root. */
  giveTo(uid: number): void;
  remove(): void;
}

export function makeShimmedBoard(): ShimmedBoard {
  const home = mkdtempSync(`${tmpdir()}/orin-board-`);
  mkdirSync(`${home}/bin`);
  return {
    home,
    base: `${home}/.cache/orin-remote`,
    shim: (program, script) => {
      writeFileSync(`${home}/bin/${program}`, `#!/bin/sh\n${script}\n`);
      chmodSync(`${home}/bin/${program}`, 0o755);
    },
    giveTo: (uid) => chownSync(home, uid, uid),
    open: (environment, options) =>
      openLocalLink({
        ...options,
        env: {
          PATH: `${home}/bin:${process.env.PATH ?? ''}`,
          HOME: home,
          // This machine is many boards in the tests: each has its own lock.
          ORIN_REMOTE_LOCK: `test-${home.slice(-6)}`,
          ...environment,
        },
      }),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
