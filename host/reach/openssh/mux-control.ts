import { connect } from 'node:net';

/** Our own end of a ControlMaster's socket. The master lives at least as long as this is open. */
export interface MuxControl {
  /** Process id of the master. */
  readonly pid: number;
  /** Settles when the master is gone or `release` was called. */
  readonly closed: Promise<void>;
  /** Asks the master to end with all that runs over it. */
  terminate(): void;
  release(): void;
}

// OpenSSH's PROTOCOL.mux, §1 and §6–7.
const version = 4;
const hello = 0x0000_0001;
const aliveCheck = 0x1000_0004;
const terminateRequest = 0x1000_0005;
const alive = 0x8000_0005;
const maxPacketBytes = 256 * 1024;

/**
 * Connects to a ControlMaster as ssh's own multiplexing clients do and asks whether it lives.
 * @throws Error when nothing answers at `path` within 5 s, or something else does.
 */
export function openMuxControl(path: string): Promise<MuxControl> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let bytes: Buffer = Buffer.alloc(0);
    let requests = 0;
    const send = (type: number, ...more: readonly number[]) => socket.write(packet(type, more));
    const timer = setTimeout(() => socket.destroy(new Error('no answer within 5 s')), 5000);
    const closed = new Promise<void>((settle) => {
      socket.once('close', () => settle());
    });
    socket.on('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new Error('the control socket was closed'));
    });
    socket.once('connect', () => {
      send(hello, version);
      send(aliveCheck, requests++);
    });
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let next = takePacket(bytes); next !== null; next = takePacket(bytes)) {
        bytes = next.rest;
        if (next.body.length < 12 || next.body.readUInt32BE(0) !== alive) continue;
        clearTimeout(timer);
        resolve({
          pid: next.body.readUInt32BE(8),
          closed,
          terminate: () => send(terminateRequest, requests++),
          release: () => socket.destroy(),
        });
      }
      if (bytes.length > maxPacketBytes) socket.destroy(new Error('not a control socket of ssh'));
    });
  });
}

function packet(type: number, fields: readonly number[]): Buffer {
  const values = [4 + 4 * fields.length, type, ...fields];
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

function takePacket(bytes: Buffer): { readonly body: Buffer; readonly rest: Buffer } | null {
  if (bytes.length < 4) return null;
  const end = 4 + bytes.readUInt32BE(0);
  if (bytes.length < end) return null;
  return { body: bytes.subarray(4, end), rest: bytes.subarray(end) };
}
