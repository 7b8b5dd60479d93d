import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { cleanText } from '../../../agent/contract/clean-text.ts';
import type { Environment } from '../config/environment.ts';
import type { Prompter, Question } from '../trust/prompter.ts';
import { askpassProgram, askpassScript } from './askpass-program.ts';

export interface AskpassListener {
  readonly prompter: Prompter;
  /** Something to be done rather than answered: touch the security key. */
  readonly onNotice: (text: string) => void;
  /** The person broke off a question. */
  readonly onBrokenOff: (reason: unknown) => void;
  /** Runs with the clock of the login stopped. */
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface Askpass {
  /** What ssh must have in its environment so that it asks here. */
  readonly environment: Environment;
  close(): void;
}

/** What ssh's environment says of the question: a yes or no, or nothing to answer at all. */
type Hint = 'answer' | 'confirm' | 'none';

/**
 * Lets ssh ask a person: SSH_ASKPASS is a tiny program in `directory`, which only this user may
 * enter, that passes each question over a socket in the same directory. Answers travel through that
 * socket and a pipe, nothing else.
 */
export async function openAskpass(directory: string, listener: AskpassListener): Promise<Askpass> {
  const program = join(directory, 'askpass');
  const source = `${program}.mjs`;
  const socketPath = join(directory, 'ask');
  await writeFile(source, askpassProgram, { mode: 0o600 });
  await writeFile(program, askpassScript(process.execPath, source));
  await chmod(program, 0o700);
  const open = new Set<Socket>();
  let turn: Promise<unknown> = Promise.resolve();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    readQuestion(socket, (hint, text) => {
      // One question at a time: a jump host and the board behind it may both have some.
      turn = turn.then(() => listener.hold(() => answer(socket, hint, text, listener)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    environment: {
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: 'force',
      // Before OpenSSH 8.4 a display and no terminal made ssh use SSH_ASKPASS.
      DISPLAY: ':0',
      ORIN_REMOTE_ASKPASS: socketPath,
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function readQuestion(socket: Socket, onQuestion: (hint: Hint, text: string) => void): void {
  let received = '';
  const read = (chunk: Buffer) => {
    received += chunk.toString('utf8');
    if (received.length > 64 * 1024) socket.destroy();
    const end = received.indexOf('\n');
    if (end < 0) return;
    socket.off('data', read);
    socket.resume();
    try {
      const { hint, text } = JSON.parse(received.slice(0, end)) as Record<string, unknown>;
      const isHint = hint === 'confirm' || hint === 'none';
      onQuestion(isHint ? hint : 'answer', cleanText(String(text), 4000));
    } catch {
      socket.destroy();
    }
  };
  socket.on('data', read);
}

async function answer(
  socket: Socket,
  hint: Hint,
  text: string,
  listener: AskpassListener,
): Promise<void> {
  if (socket.destroyed) return;
  const gone = new AbortController();
  const isGone = new Promise<void>((resolve) => {
    socket.once('close', () => {
      gone.abort(new Error('ssh no longer waits for an answer'));
      resolve();
    });
  });
  if (hint === 'none') {
    listener.onNotice(text.trim());
    // ssh ends the program as soon as the key was touched.
    await isGone;
    return;
  }
  try {
    const said = await Promise.race([
      listener.prompter.ask(questionOf(hint, text), gone.signal),
      isGone.then(() => null),
    ]);
    const isYes = said !== null && /^y(es)?$/i.test(said.trim());
    const reply = hint === 'confirm' ? (isYes ? '' : null) : said;
    socket.end(`${JSON.stringify({ answer: reply })}\n`);
  } catch (error) {
    socket.destroy();
    if (!gone.signal.aborted) listener.onBrokenOff(error);
  }
}

/**
 * The question as its wording tells: ssh passes on neither its kind nor whether the answer may be
 * seen.
 */
function questionOf(hint: 'answer' | 'confirm', text: string): Question {
  if (hint === 'confirm') {
    return { kind: 'host-key', text: `${text.trim()} (yes/no) `, echo: true };
  }
  if (/\(yes\/no|type 'yes'/i.test(text)) return { kind: 'host-key', text, echo: true };
  if (/passphrase|\bPIN\b/i.test(text)) return { kind: 'passphrase', text, echo: false };
  // A server's own question begins with (user@host).
  const kind = text.startsWith('(') ? 'keyboard-interactive' : 'password';
  return { kind, text, echo: false };
}
