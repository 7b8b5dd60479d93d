import { connect } from 'node:net';
import { SshReader } from './ssh-wire.ts';

/** A key that an agent holds, as it lists it. */
export interface AgentKey {
  readonly blob: Buffer;
  readonly comment: string;
}

// draft-ietf-sshm-ssh-agent, §5.
const requestIdentities = Buffer.from([0, 0, 0, 1, 11]);
const identitiesAnswer = 12;
const maxAnswerBytes = 256 * 1024; // OpenSSH's own limit

/**
 * Lists the keys of an agent, also the types that ssh2 cannot use, so that they can be named.
 * @throws Error when the agent does not answer within 10 s or answers with something else.
 */
export function listAgentKeys(socketPath: string): Promise<AgentKey[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const chunks: Buffer[] = [];
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the agent closed the connection')));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      try {
        const keys = parseAnswer(Buffer.concat(chunks));
        if (keys === null) return;
        resolve(keys);
        socket.destroy();
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.write(requestIdentities);
  });
}

/** Null while the answer is not complete. */
function parseAnswer(bytes: Buffer): AgentKey[] | null {
  if (bytes.length < 5) return null;
  const length = bytes.readUInt32BE(0);
  if (length > maxAnswerBytes) throw new Error('the agent sent an oversized answer');
  if (bytes.length < 4 + length) return null;
  if (bytes[4] !== identitiesAnswer) throw new Error('the agent refused to list its keys');
  const reader = new SshReader(bytes.subarray(5, 4 + length));
  return Array.from({ length: Math.min(reader.uint32(), 1000) }, () => ({
    blob: Buffer.from(reader.string()),
    comment: reader.string().toString('utf8'),
  }));
}
