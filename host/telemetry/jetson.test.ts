import { describe, expect, test } from 'vitest';
import { cpuModel, jetpackOf, l4tRelease, powerMode } from './jetson.ts';

describe('the L4T release', () => {
  // First lines of /etc/nv_tegra_release as real boards have them.
  test.each([
    [
      '# R36 (release), REVISION: 4.4, GCID: 41062509, BOARD: generic, EABI: aarch64, DATE: Mon Jun 16 16:07:13 UTC 2025',
      '36.4.4',
      '6.2.1',
    ],
    [
      '# R38 (release), REVISION: 4.0, GCID: 43443517, BOARD: generic, EABI: aarch64, DATE: Wed Dec 31 00:15:19 UTC 2025',
      '38.4.0',
      '7.1',
    ],
    [
      '# R39 (release), REVISION: 2.1, GCID: 46758480, BOARD: generic, EABI: aarch64, DATE: Fri Aug  7 05:54:22 AM UTC 2026',
      '39.2.1',
      '7.2.1',
    ],
    ['# R35 (release), REVISION: 4.1, GCID: 33958178, BOARD: t186ref', '35.4.1', '5.1.2'],
  ])('%s', (line, l4t, jetpack) => {
    expect(l4tRelease(line, null)).toBe(l4t);
    expect(jetpackOf(l4t)).toBe(jetpack);
  });

  test('comes from the package where the file is missing', () => {
    expect(l4tRelease(null, '36.4.4-20250616085344')).toBe('36.4.4');
    expect(l4tRelease(null, 'not a version')).toBeNull();
  });

  test('that no table knows still has its JetPack’s major', () => {
    expect(jetpackOf('36.9.9')).toBe('6.x');
    expect(jetpackOf('38.2.1')).toBe('7.0');
    expect(jetpackOf('99.1.0')).toBeNull();
    expect(jetpackOf(null)).toBeNull();
  });
});

describe('the power mode', () => {
  // /etc/nvpmodel.conf of an Orin Nano Super: ids are in no order of power.
  const conf = [
    '< POWER_MODEL ID=0 NAME=15W >',
    '< POWER_MODEL ID=1 NAME=25W >',
    '< POWER_MODEL ID=2 NAME=MAXN_SUPER >',
    '< PM_CONFIG DEFAULT=1 >',
  ];
  test('is named by the configuration', () => {
    expect(powerMode('pmode:0002', conf)).toBe('MAXN_SUPER');
    expect(powerMode('pmode:0000 fmode:quiet', conf)).toBe('15W');
  });
  test('that was never set is the default, and says so', () => {
    expect(powerMode(null, conf)).toBe('25W (default)');
  });
  test('without a name is its number, and without anything unknown', () => {
    expect(powerMode('pmode:0003', conf)).toBe('mode 3');
    expect(powerMode(null, [])).toBeNull();
    expect(powerMode('garbage', [])).toBeNull();
  });
});

test('an Arm core is named by its ids, an x86 CPU by itself', () => {
  expect(cpuModel(['CPU implementer : 0x41', 'CPU part : 0xd42'])).toBe('Cortex-A78AE');
  expect(cpuModel(['model name : Intel(R) Xeon(R) Processor'])).toBe('Intel(R) Xeon(R) Processor');
  expect(cpuModel(['CPU implementer : 0x7f', 'CPU part : 0x001'])).toBeNull();
});
