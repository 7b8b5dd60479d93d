import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = resolve('node_modules/.cache/arm64-userland');
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
/**
 * glibc 2.31 and the libstdc++ of GCC 10, as JetPack 5 has them: the oldest that boards are
 * measured with.
 */
const suite = 'bullseye';
const mirror = 'http://deb.debian.org/debian';
/** What a bare system has of what our scripts call; apt adds what these need. */
const packages = [
  'base-files',
  'bash',
  'coreutils',
  'dash',
  'findutils',
  'grep',
  'gzip',
  'libc-bin',
  'libstdc++6',
  'openssl',
  'procps',
  'sed',
  'sysstat',
  'tar',
  'util-linux',
  'zstd',
];

/** The user's home in it. */
export const userlandHome = '/home/board';

/**
 * Directory of a small arm64 Debian, whose user is root: from the cache of these tests, or from
 * Debian's mirror by an apt that knows nothing of this machine and leaves nothing on it. Packages
 * are only unpacked: nothing of them runs.
 * @throws Error when apt or the mirror does not give them.
 */
export async function arm64Userland(): Promise<string> {
  const key = createHash('sha256')
    .update([suite, ...packages].join(' '))
    .digest('hex');
  const directory = join(cache, `${suite}-${key.slice(0, 12)}`);
  if (existsSync(directory)) return directory;
  if (!existsSync(keyring)) throw new Error(`${keyring} is missing (debian-archive-keyring)`);
  const temporary = `${directory}.${process.pid}`;
  try {
    const archives = await download(temporary);
    const root = join(temporary, 'root');
    for (const archive of archives) await run('dpkg-deb', ['-x', archive, root]);
    await finish(root);
    await rename(root, directory);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return directory;
}

/** The packages with all that they need, downloaded into `directory`. */
async function download(directory: string): Promise<readonly string[]> {
  const archives = join(directory, 'cache/archives');
  for (const path of [join(archives, 'partial'), join(directory, 'lists/partial')])
    await mkdir(path, { recursive: true });
  await mkdir(join(directory, 'none'));
  await writeFile(join(directory, 'status'), '');
  const source = `deb [arch=arm64 signed-by=${keyring}] ${mirror} ${suite} main\n`;
  await writeFile(join(directory, 'sources.list'), source);
  // Read after the machine's own configuration, which may say how the network is reached.
  const settings = [
    // Hooks of this machine are about its own packages.
    ...['APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success', 'APT::Architectures'].map(
      (name) => `#clear ${name};`,
    ),
    'APT::Architecture "arm64";',
    'APT::Architectures { "arm64"; };',
    'APT::Install-Recommends "false";',
    // An unprivileged user of its own could not write below this directory.
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    `Dir::State "${directory}";`,
    `Dir::State::status "${directory}/status";`,
    `Dir::Cache "${directory}/cache";`,
    `Dir::Etc::sourcelist "${directory}/sources.list";`,
    `Dir::Etc::sourceparts "${directory}/none";`,
    `Dir::Etc::preferences "${directory}/none/preferences";`,
    `Dir::Etc::preferencesparts "${directory}/none";`,
  ];
  const configuration = join(directory, 'apt.conf');
  await writeFile(configuration, `${settings.join('\n')}\n`);
  const apt = (...words: readonly string[]) =>
    run('apt-get', ['-q', '-c', configuration, ...words]);
  await apt('update');
  await apt('install', '--yes', '--download-only', ...packages);
  const names = await readdir(archives);
  return names.filter((name) => name.endsWith('.deb')).map((name) => join(archives, name));
}

/**
 * What maintainer scripts would have made, as far as our scripts see it, and places to mount things
 * on.
 */
async function finish(root: string): Promise<void> {
  await writeFile(join(root, 'etc/passwd'), `root:x:0:0:root:${userlandHome}:/bin/bash\n`);
  await writeFile(join(root, 'etc/group'), 'root:x:0:\n');
  for (const path of [userlandHome, '/mnt', '/tmp', '/var/tmp'])
    await mkdir(join(root, path), { recursive: true });
}
