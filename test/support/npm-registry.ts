import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from 'tar';

export interface RegistryOptions {
  readonly name: string;
  readonly version: string;
  /** Answers 401 to whoever does not send it. */
  readonly token?: string;
  /** Sends a slice of the tarball every so often; all at once by default. */
  readonly sliceEveryMs?: number;
  /** Closes the connection after so many bytes of the tarball. */
  readonly cutAfterBytes?: number;
}

/** An npm registry on loopback that has one package. */
export interface NpmRegistry {
  readonly url: string;
  /** Of the tarball. */
  readonly integrity: string;
  readonly sizeBytes: number;
  /** Settles when the first byte of the tarball has been asked for. */
  readonly tarballAsked: Promise<void>;
  close(): Promise<void>;
}

export async function startNpmRegistry(options: RegistryOptions): Promise<NpmRegistry> {
  const { name, version, token } = options;
  const tarball = packageOf(name, version);
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  let tellAsked = () => {};
  const tarballAsked = new Promise<void>((resolve) => {
    tellAsked = resolve;
  });
  const server = createServer((request, response) => {
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      return response.writeHead(401).end('{"error":"who are you"}');
    }
    if (request.url?.endsWith('.tgz')) {
      tellAsked();
      return void sendTarball(response, tarball, options).catch(() => response.destroy());
    }
    if (decodeURIComponent(request.url ?? '') !== `/${name}`) {
      return response.writeHead(404).end('{"error":"not found"}');
    }
    const dist = { tarball: `${url}/${name}/-/${version}.tgz`, integrity };
    return response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        name,
        'dist-tags': { latest: version },
        versions: { [version]: { name, version, dist } },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    integrity,
    sizeBytes: tarball.length,
    tarballAsked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/**
 * Large enough that npm writes it to its cache while it arrives, and of bytes that do not compress.
 */
function packageOf(name: string, version: string): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'orin-package-'));
  try {
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, version }));
    writeFileSync(join(directory, 'data'), randomBytes(8 * 1024 ** 2));
    const file = join(directory, 'out.tgz');
    const names = ['package.json', 'data'];
    create({ cwd: directory, file, gzip: true, prefix: 'package', sync: true }, names);
    return readFileSync(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function sendTarball(
  response: ServerResponse,
  tarball: Buffer,
  { sliceEveryMs = 0, cutAfterBytes = Number.POSITIVE_INFINITY }: RegistryOptions,
): Promise<void> {
  response.writeHead(200, { 'content-length': tarball.length });
  const sliceBytes = sliceEveryMs > 0 ? 512 * 1024 : tarball.length;
  for (let from = 0; from < tarball.length; from += sliceBytes) {
    if (from + sliceBytes > cutAfterBytes) {
      response.write(tarball.subarray(from, cutAfterBytes));
      await sleep(50);
      response.destroy();
      return;
    }
    response.write(tarball.subarray(from, from + sliceBytes));
    await sleep(sliceEveryMs);
  }
  response.end();
}
