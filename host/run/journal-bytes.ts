import { cleanLine } from '../../agent/protocol/clean-text.ts';
import { OrinError } from '../errors.ts';
import { lastBytes, readMarked } from '../shell/marked-output.ts';
import type { JournalStream } from './launch.ts';

/**
 * The journal bytes of a stream, without what login scripts printed before them.
 * @throws OrinError `agent-failed` when the board said that the run did not start, with its reason.
 */
export async function* journalBytes(stream: JournalStream, board: string): AsyncIterable<Buffer> {
  const stderr = lastBytes(stream.process.stderr, 4096);
  const { answer, body } = await readMarked(stream.process.stdout, stream.marker);
  if (answer?.startsWith('run:')) {
    yield* body;
    return;
  }
  const said = `${await lastBytes(body, 4096)} ${await stderr}`;
  throw notStarted(answer, said, board);
}

const reasons: Record<string, string> = {
  'failed:mkdir': 'the run directory could not be made on the board',
  'failed:plan': 'the plan did not arrive whole (is the disk full?)',
  'failed:agent': 'the agent ended before it wrote anything',
  'failed:gone': 'the run is no longer on the board',
};

function notStarted(answer: string | null, said: string, board: string): OrinError {
  const reason = answer === null ? undefined : reasons[answer];
  return new OrinError({
    code: 'agent-failed',
    what: `the run did not start on ${board}`,
    why: [reason, cleanLine(said, 600)].filter(Boolean).join(': ') || 'no answer',
    next: `orin-remote doctor ${board}`,
    board,
  });
}
