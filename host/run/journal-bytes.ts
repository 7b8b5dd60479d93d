import { cleanLine } from '../../agent/contract/clean-text.ts';
import { wholeNumber } from '../board/probe-answer.ts';
import { OrinError } from '../errors.ts';
import { lastBytes, readMarked } from '../shell/marked-output.ts';
import { exitOf, inTime, type Silence } from '../shell/silence.ts';
import type { JournalStream } from './launch.ts';

/** A stream of which the first line was read. */
export interface OpenJournal {
  /**
   * Bytes of the whole journal when no supervisor is there any more to make it longer; null while
   * one is.
   */
  readonly finalBytes: number | null;
  /** Of the board as it is now. Untrusted text. */
  readonly bootId: string;
  /** Journal bytes, without what login scripts printed before them. */
  readonly bytes: AsyncIterable<Buffer>;
}

/**
 * Reads up to the first journal byte.
 * @throws OrinError `agent-failed` when the board said that there is no such run, with its reason;
 *   `remote-command` when it ended without a word; `board-silent` when it does neither in time;
 *   `connection-lost` when the link died before it said anything.
 */
export async function openJournal(stream: JournalStream, silence: Silence): Promise<OpenJournal> {
  return await inTime(stream.process, silence, () => firstWord(stream, silence.board));
}

async function firstWord(stream: JournalStream, board: string): Promise<OpenJournal> {
  const stderr = lastBytes(stream.process.stderr, 4096);
  const { answer, body } = await readMarked(stream.process.stdout, stream.marker);
  const [kind, state, bootId = '', size] = answer?.split(':') ?? [];
  if (kind === 'run') {
    return { finalBytes: state === 'ended' ? (wholeNumber(size) ?? 0) : null, bootId, bytes: body };
  }
  const said = `${await lastBytes(body, 4096)} ${await stderr}`;
  await exitOf(stream.process);
  throw notStarted(answer, said, board);
}

const reasons: Record<string, string> = {
  'failed:mkdir': 'the run directory could not be made on the board',
  'failed:resumed': 'somebody else lets the run go on already',
  'failed:runtime': 'the runtime on the board was changed after it was installed; run it again',
  'failed:disk': 'the plan could not be written on the board',
  'failed:plan':
    'the plan did not arrive whole: something on the board reads the input of its commands (a login script, or the program of a forced command)',
  'failed:agent': 'the agent ended before it wrote anything',
};

function notStarted(answer: string | null, said: string, board: string): OrinError {
  if (answer === 'failed:gone') {
    return new OrinError({
      code: 'run-unknown',
      what: `the run is not on ${board} any more`,
      why: 'another program collected it, or it was removed',
      next: 'orin-remote results',
      board,
    });
  }
  const reason = answer === null ? undefined : reasons[answer];
  return new OrinError({
    // Without an answer nobody knows what became of it.
    code: answer === null ? 'remote-command' : 'agent-failed',
    what: `the run did not start on ${board}`,
    why: [reason, cleanLine(said, 600)].filter(Boolean).join(': ') || 'no answer',
    next: `orin-remote doctor ${board}`,
    board,
  });
}
