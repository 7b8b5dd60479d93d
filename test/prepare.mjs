// Makes sure that what the tests run besides Node is here: a real SSH server, shells, mpstat. Runs
// before `npm test`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Debian package → what it brings, and whether tests fail without it (others print why they are
 * skipped).
 */
const parts = [
  { debian: 'openssh-server', paths: ['/usr/sbin/sshd'], isEssential: true },
  { debian: 'openssh-client', paths: ['/usr/bin/ssh'], isEssential: true },
  { debian: 'libnss-wrapper', paths: libraries('libnss_wrapper.so'), isEssential: true },
  { debian: 'util-linux', paths: ['/usr/bin/taskset'], isEssential: true },
  { debian: 'shellcheck', paths: ['/usr/bin/shellcheck'], isEssential: false },
  { debian: 'sysstat', paths: ['/usr/bin/mpstat'], isEssential: false },
  { debian: 'busybox', paths: ['/usr/bin/busybox', '/bin/busybox'], isEssential: false },
  { debian: 'tmux', paths: ['/usr/bin/tmux'], isEssential: false },
  { debian: 'fish', paths: ['/usr/bin/fish'], isEssential: false },
  { debian: 'tcsh', paths: ['/usr/bin/tcsh', '/bin/tcsh'], isEssential: false },
  { debian: 'zsh', paths: ['/usr/bin/zsh', '/bin/zsh'], isEssential: false },
  {
    debian: 'qemu-user-static',
    paths: ['/usr/bin/qemu-aarch64-static', '/usr/bin/qemu-aarch64'],
    isEssential: false,
  },
  {
    debian: 'debian-archive-keyring',
    paths: ['/usr/share/keyrings/debian-archive-keyring.gpg'],
    isEssential: false,
  },
];

function libraries(name) {
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
  ];
  return folders.map((folder) => `${folder}/${name}`);
}

function missingParts() {
  return parts.filter(({ paths }) => !paths.some((path) => existsSync(path)));
}

function run(command, args) {
  const { status } = spawnSync(command, args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}

/** The words before apt-get that make it run as root without asking, or null where nothing does. */
function asRoot() {
  if (!existsSync('/usr/bin/apt-get')) return null;
  if (process.getuid?.() === 0) return [];
  return run('sudo', ['-n', 'true']) ? ['sudo', '-n'] : null;
}

function install(packages) {
  const prefix = asRoot();
  if (prefix === null) return;
  const [command, ...rest] = [...prefix, 'apt-get'];
  const args = [...rest, 'install', '-y', '--no-install-recommends', ...packages];
  console.log(`installing what the tests need: ${packages.join(' ')}`);
  if (run(command, args)) return;
  run(command, [...rest, 'update']);
  run(command, args);
}

const wanted = missingParts().map(({ debian }) => debian);
if (wanted.length > 0) install(wanted);
const missing = missingParts();
if (missing.length > 0) {
  const essential = missing.filter(({ isEssential }) => isEssential);
  const names = missing.map(({ debian }) => debian).join(' ');
  console.error(
    `the tests ${essential.length > 0 ? 'need' : 'check more with'}: sudo apt-get install ${names}`,
  );
  if (essential.length > 0) process.exitCode = 1;
}
