import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeShimmedBoard, type ShimmedBoard } from '../../test/support/shimmed-board.ts';
import { sh } from '../shell/sh.ts';
import { type Probe, probeBoard, readProbe } from './probe.ts';
import { probeScript } from './probe-script.ts';

let board: ShimmedBoard;
beforeEach(() => {
  board = makeShimmedBoard();
});
afterEach(() => board.remove());

const times = { sentMs: 1_000_000, receivedMs: 1_000_100 };

/** The probe script's output on this machine, with board descriptions below `root`. */
function outputWithRoot(root: string): string {
  return execFileSync('sh', ['-c', probeScript(root)], {
    env: { PATH: process.env.PATH ?? '', HOME: board.home },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();
}

function facts(output: string): Probe['facts'] {
  const probe = readProbe(output, times);
  if (!probe) throw new Error('the probe was not understood');
  return probe.facts;
}

describe('a probe of this machine', () => {
  test('finds what its own tools say', async () => {
    const link = board.open();
    const { facts, store, runs } = await probeBoard(link);
    expect(link.execs).toHaveLength(1);
    const says = (command: string) => execFileSync('sh', ['-c', command]).toString().trim();
    expect(facts.machine).toBe(says('uname -m'));
    expect(facts.kernel).toBe(says('uname -r'));
    expect(facts.cpu.online).toHaveLength(Number(says('getconf _NPROCESSORS_ONLN')));
    expect(facts.memory.totalBytes).toBe(
      Number(says("awk '/MemTotal/{print $2}' /proc/meminfo")) * 1024,
    );
    expect(facts.bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    expect(facts.tools.sha256sum).toBe(says('command -v sha256sum'));
    expect(Math.abs(facts.clock.offsetMs)).toBeLessThanOrEqual(facts.clock.errorMs);
    expect(facts.base).toMatchObject({ path: `${board.home}/.cache/orin-remote`, rejected: [] });
    expect(facts.base.freeBytes).toBeGreaterThan(0);
    expect(facts.lock).toBeNull();
    expect([store.size, runs.length]).toEqual([0, 0]);
  });

  test('leaves nothing but a directory that only its owner can enter, marked as ours', async () => {
    await probeBoard(board.open());
    const base = `${board.home}/.cache/orin-remote`;
    expect(statSync(base).mode & 0o777).toBe(0o700);
    expect(execFileSync('ls', ['-A', base]).toString()).toBe('.orin-remote\n');
  });

  test('says where its clock stands', async () => {
    board.shim('date', 'echo 86400.5');
    const { facts } = await probeBoard(board.open());
    const offsetMs = 86_400_500 - Date.now();
    expect(Math.abs(facts.clock.offsetMs - offsetMs)).toBeLessThan(60_000);
  });
});

describe('a Jetson', () => {
  beforeEach(() => {
    const root = `${board.home}/root`;
    const files = {
      'proc/device-tree/model':
        'NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super\0',
      'proc/cpuinfo': 'processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd42\n',
      'proc/meminfo': 'MemTotal:        7802888 kB\nMemFree: 1 kB\nMemAvailable:    5000000 kB\n',
      'proc/uptime': '12.50 40.00\n',
      'proc/loadavg': '0.31 0.20 0.10 1/200 1234\n',
      'proc/sys/kernel/random/boot_id': '3d5e6f70-0000-4000-8000-000000000001\n',
      'etc/os-release': 'NAME="Ubuntu"\nPRETTY_NAME="Ubuntu 22.04.5 LTS"\n',
      'etc/nv_tegra_release':
        '# R36 (release), REVISION: 4.4, GCID: 41062509, BOARD: generic, EABI: aarch64\n',
      'etc/nvpmodel.conf':
        '# comment\n< POWER_MODEL ID=0 NAME=15W >\nCPU_ONLINE CORE_0 1\n< POWER_MODEL ID=2 NAME=MAXN_SUPER >\n< PM_CONFIG DEFAULT=1 >\n',
      'var/lib/nvpmodel/status': 'pmode:0002',
      'sys/devices/system/cpu/online': '0-3,5\n',
    };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(`${root}/${path}`.replace(/\/[^/]*$/, ''), { recursive: true });
      writeFileSync(`${root}/${path}`, content);
    }
  });

  test('is described by its own files', () => {
    expect(facts(outputWithRoot(`${board.home}/root`))).toMatchObject({
      os: 'Ubuntu 22.04.5 LTS',
      model: 'NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super',
      l4t: '36.4.4',
      jetpack: '6.2.1',
      powerMode: 'MAXN_SUPER',
      cpu: { model: 'Cortex-A78AE', online: [0, 1, 2, 3, 5] },
      memory: { totalBytes: 7_802_888 * 1024, availableBytes: 5_120_000_000 },
      uptimeS: 12.5,
      load1: 0.31,
    });
  });
});

describe('what a board must not do to us', () => {
  const good = () => outputWithRoot('');

  test('control characters and huge values stay out of the facts', () => {
    const evil = good()
      .replace(/^hostname=.*$/m, `hostname=\u001b[31mred\u0007\u202e${'x'.repeat(1e6)}`)
      .replace(/^tool=taskset .*$/m, 'tool=taskset /bin/$(reboot)');
    const { hostname, tools } = facts(evil);
    expect(hostname).toMatch(/^redx+…$/);
    expect(hostname.length).toBeLessThanOrEqual(2000);
    expect(tools.taskset).toBeUndefined();
  });

  test('an answer that ends early is no answer', () => {
    const whole = good();
    expect(readProbe(whole.slice(0, whole.length / 2), times)).toBeNull();
    expect(readProbe('', times)).toBeNull();
    expect(readProbe(whole.replace(/^clock=.*\n/gm, ''), times)).toBeNull();
  });

  test('a listing of strange names is not taken for ours', () => {
    const hash = 'a'.repeat(64);
    const lines = [
      `store=store/sha256/../../${hash} 1 1`,
      `store=store/sha256/bb/${hash} 1 1`,
      `store=store/sha256/aa/${hash} 99999999999999999999 1`,
      'part=store/incoming/../x 1 1',
      'runtime=runtimes/../.. 1',
      'run=runs/../x 1',
      'run=runs/-rf 1',
      'pid=runs/x/pid 99999999999999999999',
      'ref=zz',
    ];
    const probe = readProbe(`${lines.join('\n')}\n${good()}`, times);
    expect(probe).toMatchObject({ partials: [], runtimes: [], runs: [] });
    expect([probe?.store.size, probe?.referenced.size]).toEqual([0, 0]);
  });

  test('an identity of the boot that is none goes into no script', () => {
    for (const boot of ['it"s', '$(reboot)', 'a b', 'x'.repeat(65)]) {
      expect(facts(good().replace(/^boot=.*$/m, `boot=${boot}`)).bootId).toBe('');
    }
  });

  test('a base directory that would break out of its quotes is refused', () => {
    const output = good().replace(/^base=.*$/m, 'base=/tmp/"; reboot; "');
    expect(facts(output).base.path).toBe('');
  });
});

test('the script passes through the quoting of every shell', () => {
  expect(() => sh(probeScript())).not.toThrow();
});
