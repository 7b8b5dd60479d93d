import { readFile, rm } from 'node:fs/promises';

/** How far ssh has come with one command, as its own log tells. */
export interface SessionProgress {
  /** The request for a channel is under way. */
  readonly isAsked: boolean;
  /** The server has opened a channel for the command. */
  readonly isOpen: boolean;
  /** The exit status that the server sent; null when none was, or not yet. */
  readonly status: number | 'sent' | null;
  /** The server named a signal that ended the command. */
  readonly isSignalled: boolean;
  /** The server, or the master, refused another channel. */
  readonly refusal: string | null;
  readonly text: string;
}

/**
 * The file that ssh keeps of one command (`-E`), so that its words never mix with those of the
 * command.
 */
export class SessionLog {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async read(): Promise<SessionProgress> {
    return parseSessionLog(await readFile(this.path, 'utf8').catch(() => ''));
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

/**
 * Reads the debugging output of OpenSSH 7 to 10, of a command over a master and of one on its own.
 */
function parseSessionLog(text: string): SessionProgress {
  const status = /Received exit status from master (\d+)/.exec(text)?.[1];
  const refusal =
    /(?:session request failed|refused session request|channel \d+: open failed): (.+)/;
  return {
    isAsked: /master version \d+/.test(text),
    isOpen: /master session id: \d+|Sending command: /.test(text),
    status:
      status === undefined ? (/rtype exit-status/.test(text) ? 'sent' : null) : Number(status),
    isSignalled: /rtype exit-signal/.test(text),
    refusal: refusal.exec(text)?.[1]?.trim() ?? null,
    text,
  };
}
