import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { arm64Userland, userlandHome } from './arm64-userland.ts';
import { type Sshd, startSshd } from './sshd.ts';

/**
 * A board whose every program is an arm64 one, executed by QEMU: a Debian userland in namespaces of
 * its own, entered by the login shell of a real sshd. Only its kernel is this machine's. Times
 * measured on it mean nothing.
 */
export interface Arm64Board {
  readonly sshd: Sshd;
  /** Its user's home as this machine sees it; on the board it is `/home/board`. */
  readonly home: string;
  /** The program that executes its programs, as `/proc/<pid>/exe` names it. */
  readonly emulator: string;
  stop(): Promise<void>;
}

const emulators = ['/usr/bin/qemu-aarch64-static', '/usr/bin/qemu-aarch64'];
/**
 * Of those that QEMU has, the next of kin to an Orin's Cortex-A78AE: the same instructions, no SVE.
 */
const cpu = { qemu: 'cortex-a76', implementer: '0x41', part: '0xd0b' };

/**
 * ELF, 64 bits, little-endian, program or shared object, machine 183: what the kernel hands to
 * QEMU.
 */
const magic = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`;
const mask = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;

/**
 * Builds the board within namespaces that only its own processes are in, and is their process 1:
 * with its end, or that of its standard input, all of them end and every mount is gone. binfmt_misc
 * of a user namespace of its own (Linux 6.7) tells nothing to this machine's. $1 userland, $2 where
 * to mount it, $3 home, $4 cpuinfo, $5 emulator.
 */
const boardInit = [
  'set -e',
  'mount --bind "$1" "$2"',
  'mount --rbind /sys "$2/sys"',
  'mount --rbind /dev "$2/dev"',
  'mount -t tmpfs tmpfs "$2/tmp"',
  'mount -t tmpfs tmpfs "$2/var/tmp"',
  'mount -t proc proc "$2/proc"',
  // ONNX Runtime reads what CPU this is, and crashes where it finds that of an x86-64.
  'mount --bind "$4" "$2/proc/cpuinfo"',
  `mount --bind "$3" "$2${userlandHome}"`,
  'mount -t binfmt_misc binfmt_misc "$2/mnt"',
  `printf %s ":arm64:M::${magic}:${mask}:$5:F" > "$2/mnt/register"`,
  'mount -o remount,bind,ro "$2"',
  '/usr/sbin/chroot "$2" /bin/true',
  'echo ready',
  // bash, as process 1 must, reaps what was orphaned while it waits here.
  'read -r _ || :',
].join('\n');

/** Null, with the reason printed, where this machine cannot be such a board. */
export async function startArm64Board(): Promise<Arm64Board | null> {
  const directory = await mkdtemp(join(tmpdir(), 'orin-arm64-'));
  try {
    return await boardIn(directory);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    console.warn(`skipped: no arm64 board here: ${(error as Error).message.trim()}`);
    return null;
  }
}

async function boardIn(directory: string): Promise<Arm64Board> {
  if (process.arch === 'arm64') throw new Error('this machine is one: all other tests run on it');
  const emulator = emulators.find((path) => existsSync(path));
  if (emulator === undefined) throw new Error('needs: apt-get install qemu-user-static');
  const userland = await arm64Userland();
  const root = join(directory, 'root');
  const home = join(directory, 'home');
  const cpuinfo = join(directory, 'cpuinfo');
  for (const path of [root, home]) await mkdir(path);
  await writeFile(cpuinfo, cpuInfo());
  const init = await startInit([userland, root, home, cpuinfo, emulator]);
  try {
    const shell = join(directory, 'login-shell');
    await writeFile(shell, loginShell(init.pid ?? 0, root));
    await chmod(shell, 0o755);
    const sshd = await startSshd({ shell });
    const stop = async () => {
      await sshd.stop();
      await end(init);
      await rm(directory, { recursive: true, force: true });
    };
    return { sshd, home, emulator, stop };
  } catch (error) {
    await end(init);
    throw error;
  }
}

async function startInit(words: readonly string[]): Promise<ChildProcess> {
  const namespaces = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child'];
  const child = spawn('unshare', [...namespaces, 'bash', '-c', boardInit, 'board', ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C', QEMU_CPU: cpu.qemu },
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const isReady = await new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.stdout?.once('data', () => resolve(true));
    child.once('close', () => resolve(false));
  });
  if (!isReady) throw new Error(said || 'its namespaces could not be made');
  return child;
}

async function end(init: ChildProcess): Promise<void> {
  if (init.exitCode !== null || init.signalCode !== null) return;
  const exit = once(init, 'exit');
  init.stdin?.end();
  await exit;
}

/**
 * Enters the namespaces that `unshare` made for its child; of sshd's environment only what tells
 * boards apart goes along.
 */
function loginShell(unsharePid: number, root: string): string {
  const ns = `/proc/${unsharePid}/ns`;
  const enter = `nsenter --preserve-credentials --user=${ns}/user --mount=${ns}/mnt --pid=${ns}/pid_for_children`;
  const environment = [
    `HOME=${userlandHome}`,
    'USER=root',
    'SHELL=/bin/bash',
    'PATH=/usr/local/bin:/usr/bin:/bin',
    `QEMU_CPU=${cpu.qemu}`,
    // Compiling the agent anew in each process is what costs most under emulation.
    'NODE_COMPILE_CACHE=/tmp/compiled',
    'ORIN_REMOTE_LOCK="$ORIN_REMOTE_LOCK"',
  ];
  return `#!/bin/sh\nexec ${enter} /usr/sbin/chroot '${root}' /usr/bin/env -i ${environment.join(' ')} /bin/bash "$@"\n`;
}

/** `/proc/cpuinfo` as an arm64 kernel writes it. */
function cpuInfo(): string {
  const features = 'fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm';
  return Array.from({ length: availableParallelism() }, (_, index) =>
    [
      `processor\t: ${index}`,
      'BogoMIPS\t: 62.50',
      `Features\t: ${features} lrcpc dcpop asimddp`,
      `CPU implementer\t: ${cpu.implementer}`,
      'CPU architecture: 8',
      'CPU variant\t: 0x3',
      `CPU part\t: ${cpu.part}`,
      'CPU revision\t: 1',
      '\n',
    ].join('\n'),
  ).join('');
}
