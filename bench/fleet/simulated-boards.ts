// Many boards in one process of its own: real SSH servers on loopback, each of which replays a journal at 4 events a second when it is
// asked for one, and answers everything else with exit code 0. Writes an ssh_config into the directory, then says `ready`.
// Run by main.ts: simulated-boards.ts <directory> <boards> <events>
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2, { type ServerChannel } from 'ssh2';
import { ephemeralKeys } from '../../host/demo/demo-keys.ts';
import { simulatedJournal } from './simulated-journal.ts';

const EVENT_MS = 250;
const [directory = '', boards = '1', events = '40'] = process.argv.slice(2);
const host = ephemeralKeys();
const client = ephemeralKeys();

function replay(channel: ServerChannel, marker: string, lines: readonly string[]): void {
  channel.write(`\n${marker}run:live:simulated\n${lines[0]}`);
  let at = 1;
  const timer = setInterval(() => {
    channel.write(lines[at] ?? '');
    at += 1;
    if (at < lines.length) return;
    clearInterval(timer);
    channel.exit(0);
    channel.end();
  }, EVENT_MS);
  channel.on('close', () => clearInterval(timer));
}

async function startBoard(board: number): Promise<number> {
  const lines = simulatedJournal(board, Number(events));
  const server = new ssh2.Server({ hostKeys: [host.privateKey] }, (connection) => {
    connection.on('error', () => {});
    connection.on('authentication', (attempt) => attempt.accept());
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        const marker = /@orin:[0-9a-f]{12}:/.exec(command)?.[0];
        if (marker !== undefined && command.includes('tail -c')) replay(channel, marker, lines);
        else {
          channel.exit(0);
          channel.end();
        }
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const ports = await Promise.all(Array.from({ length: Number(boards) }, (_, i) => startBoard(i)));
const key = host.publicKey.getPublicSSH().toString('base64');
const knownHosts = ports.map((port) => `[127.0.0.1]:${port} ssh-ed25519 ${key}\n`);
writeFileSync(join(directory, 'known_hosts'), knownHosts.join(''));
writeFileSync(join(directory, 'client_key'), client.privateKey, { mode: 0o600 });
const sections = ports.map((port, i) =>
  [
    `Host sim-${i}`,
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    '  User board',
    `  IdentityFile ${join(directory, 'client_key')}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    `  UserKnownHostsFile ${join(directory, 'known_hosts')}`,
    '  GlobalKnownHostsFile /dev/null',
  ].join('\n'),
);
writeFileSync(join(directory, 'ssh_config'), `${sections.join('\n')}\n`);
process.stdout.write('ready\n');
