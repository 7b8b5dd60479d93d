import { once } from 'node:events';
import ssh2, { type AuthContext, type ServerChannel, type ServerConfig } from 'ssh2';
import { ephemeralKeys } from '../../host/reach/demo/demo-keys.ts';

export interface OddServerOptions {
  authenticate(attempt: AuthContext): void;
  /** Default: says `ran <command>` and exits with 0. */
  exec?(command: string, channel: ServerChannel): void;
  /** Whether it answers the request to run a command at all; default: always. */
  starts?(command: string): boolean;
  readonly algorithms?: ServerConfig['algorithms'];
}

export interface OddServer {
  readonly port: number;
  /** Its known_hosts line. */
  readonly knownHost: string;
  /** Ends all connections. */
  drop(): void;
  close(): Promise<void>;
}

/**
 * An SSH server that does what no real sshd of this machine can be made to do: passwords, odd
 * answers.
 */
export async function startOddServer(options: OddServerOptions): Promise<OddServer> {
  const { privateKey, publicKey } = ephemeralKeys();
  const connections = new Set<{ end(): unknown }>();
  const server = new ssh2.Server(
    {
      hostKeys: [privateKey],
      ...(options.algorithms === undefined ? {} : { algorithms: options.algorithms }),
    },
    (connection) => {
      connections.add(connection);
      connection.on('error', () => {});
      connection.on('authentication', (attempt) => options.authenticate(attempt));
      connection.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          if (options.starts?.(command) === false) return;
          const channel = acceptExec();
          if (options.exec) options.exec(command, channel);
          else {
            channel.write(`ran ${command}`);
            channel.exit(0);
            channel.end();
          }
        });
      });
    },
  );
  const drop = () => {
    for (const connection of connections) connection.end();
    connections.clear();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  const key = publicKey.getPublicSSH().toString('base64');
  return {
    port: address.port,
    knownHost: `[127.0.0.1]:${address.port} ssh-ed25519 ${key}\n`,
    drop,
    async close() {
      drop();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
