/**
 * What ssh runs to ask: hands the question over and prints the answer; a question nobody answers
 * fails.
 */
export const askpassProgram = `
import { connect } from 'node:net';
const socket = connect(process.env.ORIN_REMOTE_ASKPASS);
let answer = '';
socket.on('error', () => process.exit(1));
socket.on('data', (chunk) => { answer += chunk; });
socket.on('end', () => {
  let said = null;
  try { said = JSON.parse(answer).answer; } catch {}
  if (typeof said !== 'string') process.exit(1);
  process.stdout.write(said + '\\n', () => process.exit(0));
});
const hint = process.env.SSH_ASKPASS_PROMPT;
socket.write(JSON.stringify({ hint, text: process.argv[2] ?? '' }) + '\\n');
`;

/**
 * SSH_ASKPASS must be one executable file, so a script starts the program with the node that runs
 * us.
 */
export function askpassScript(node: string, program: string): string {
  return `#!/bin/sh\nunset NODE_OPTIONS\nexec ${quoted(node)} ${quoted(program)} "$@"\n`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
