// Many boards in one process of its own: real SSH servers on loopback with a light agent, which
// lets a run begin when it is first asked for its journal, adds 4 events a second to it whoever
// listens, and answers from any byte. Writes an ssh_config into the directory, and `truth/<run>`:
// the journal as it ends up on the board; `removed/<run>` once it was told to remove it. Then says
// `ready`. With `faults` every fifth board has one: see `faultOf`. Run by main.ts:
// simulated-boards.ts <directory> <boards> <events> [faults]
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import { ephemeralKeys } from '../../host/reach/demo/demo-keys.ts';
import { faultOf } from './faults.ts';
import { simulatedJournal, simulatedPlan } from './simulated-journal.ts';

const EVENT_MS = 250;
/** A connection that is cut lives for so many events; it happens so often. */
const CUT_AFTER = 8;
const CUTS = 3;
const [directory = '', boards = '1', events = '40', withFaults] = process.argv.slice(2);
const host = ephemeralKeys();
const client = ephemeralKeys();

class SimulatedBoard {
  readonly #runId: string;
  readonly #fault: ReturnType<typeof faultOf>;
  readonly #journal: Buffer;
  /** Where each line ends. */
  readonly #ends: readonly number[];
  #beganMs: number | null = null;
  #cuts = 0;
  #lies = 0;

  constructor(board: number) {
    this.#runId = simulatedPlan(board).runId;
    this.#fault = withFaults === undefined ? 'none' : faultOf(board);
    const whole = simulatedJournal(board, Number(events));
    const kept = this.#fault === 'killed' ? Math.ceil(whole.length * 0.6) : whole.length;
    const text = whole.slice(0, kept).join('');
    // A full disk takes half of a line.
    const cut = this.#fault === 'full' ? Math.floor(text.length * 0.5) : text.length;
    this.#journal = Buffer.from(text.slice(0, cut));
    const lines = this.#journal.toString().split(/(?<=\n)/u);
    let end = 0;
    this.#ends = lines.map((line) => {
      end += Buffer.byteLength(line);
      return end;
    });
    writeFileSync(join(directory, 'truth', this.#runId), this.#journal);
  }

  answer(connection: Connection, channel: ServerChannel, command: string): void {
    const marker = /@orin:[0-9a-f]{12}:/.exec(command)?.[0] ?? '';
    const from = followedFrom(command);
    if (from !== null) {
      this.#follow(connection, channel, marker, from);
      return;
    }
    // The answers of run-script.ts and fetch-file.ts.
    if (command.includes('sha256sum')) this.#script(channel, marker, `${this.#hash()}  -\n`);
    else if (command.includes('rm -rf "$1"')) {
      writeFileSync(join(directory, 'removed', this.#runId), '');
      this.#script(channel, marker, '');
    } else if (command.includes(`${marker}none`)) channel.write(`\n${marker}none\n`);
    else if (marker !== '') this.#script(channel, marker, '');
    channel.exit(0);
    channel.end();
  }

  #script(channel: ServerChannel, marker: string, output: string): void {
    channel.write(`${marker}begin\n${output}\n${marker}end:0:\n`);
  }

  #hash(): string {
    return createHash('sha256').update(this.#journal).digest('hex');
  }

  /** Bytes that the journal has by now. */
  #written(): number {
    this.#beganMs ??= performance.now();
    const lines = Math.floor((performance.now() - this.#beganMs) / EVENT_MS) + 1;
    return this.#ends[Math.min(lines, this.#ends.length) - 1] ?? 0;
  }

  #follow(connection: Connection, channel: ServerChannel, marker: string, from: number): void {
    let at = from;
    const isOver = () => this.#written() === this.#journal.length;
    const state = isOver() ? `ended:simulated:${this.#journal.length}` : 'live:simulated';
    channel.write(`\n${marker}run:${state}\n`);
    let ticks = 0;
    const finish = () => {
      clearInterval(timer);
      channel.exit(0);
      channel.end();
    };
    const send = () => {
      ticks += 1;
      if (this.#isCutNow(ticks)) {
        connection.end();
        clearInterval(timer);
        return;
      }
      // A slow line carries a few hundred bytes at a time.
      const end = this.#fault === 'slow' ? Math.min(at + 600, this.#written()) : this.#written();
      channel.write(this.#told(at, end));
      at = end;
      if (at === this.#journal.length && isOver()) finish();
    };
    const timer = setInterval(send, EVENT_MS);
    channel.on('close', () => clearInterval(timer));
    send();
  }

  #isCutNow(ticks: number): boolean {
    if (this.#fault !== 'cut' || ticks < CUT_AFTER || this.#cuts >= CUTS) return false;
    this.#cuts += 1;
    return true;
  }

  /**
   * What it says that the journal holds: a lying board changes a digit of the first things that it
   * is asked for.
   */
  #told(from: number, to: number): Buffer {
    const bytes = Buffer.from(this.#journal.subarray(from, to));
    if (this.#fault !== 'lying' || from === 0 || this.#lies >= 5) return bytes;
    const digit = bytes.lastIndexOf('8');
    if (digit < 0) return bytes;
    bytes[digit] = '3'.charCodeAt(0);
    this.#lies += 1;
    return bytes;
  }
}

/**
 * From which byte on a command wants the journal (the parameters of follow-run.sh); null where it
 * wants none.
 */
function followedFrom(command: string): number | null {
  const first = /set -- \S+ @orin:[0-9a-f]{12}: 1 journal\.ndjson (\d+);/.exec(command)?.[1];
  return first === undefined ? null : Number(first) - 1;
}

async function startBoard(board: number): Promise<number> {
  const simulated = new SimulatedBoard(board);
  const server = new ssh2.Server({ hostKeys: [host.privateKey] }, (connection) => {
    connection.on('error', () => {});
    connection.on('authentication', (attempt) => attempt.accept());
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        simulated.answer(connection, acceptExec(), command);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

for (const name of ['truth', 'removed']) mkdirSync(join(directory, name));
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
