import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCounterTable } from '../telemetry/counter-table.ts';
import { interruptSource } from '../telemetry/interrupt-source.ts';
import { analyseDump } from './analyse-dump.ts';
import { findingsOf } from './findings.ts';

const path = (name: string) =>
  new URL(`../../test/fixtures/proc/${name}`, import.meta.url).pathname;
const table = (name: string) => parseCounterTable(readFileSync(path(name), 'utf8'));
const orin = () =>
  analyseDump({
    interrupts: table('orin-interrupts.txt'),
    softirqs: table('orin-softirqs.txt'),
    before: null,
  });
const textOf = (kind: string, analysis = orin()) =>
  findingsOf(analysis)
    .filter((finding) => finding.kind === kind)
    .map(({ text }) => text)
    .join(' ');

describe("the thesis' own dumps of an Orin Nano", () => {
  test('totals: all interrupts, timer, between processors, devices', () => {
    const { all, byKind, gpu, silentSources, sources } = orin();
    expect(all).toMatchObject({ total: 923_314_078, busiest: { cpu: 0 } });
    expect(all.perCpu[0]).toBe(299_615_974);
    expect(all.imbalance).toBeCloseTo(1.947, 3);
    expect(byKind.ipi.total).toBe(306_273_021);
    expect(byKind.ipi).toMatchObject({ busiest: { cpu: 4 }, imbalance: expect.closeTo(1.112, 3) });
    expect(byKind.timer.total).toBe(450_745_151);
    expect(byKind.device.total).toBe(166_295_906);
    expect(byKind.device.perCpu).toEqual([166_295_906, 0, 0, 0, 0, 0]);
    expect(byKind.device.imbalance).toBe(6);
    expect(gpu.total).toBe(183_586 + 4_658 + 241);
    expect([sources.length, silentSources]).toEqual([32, 112]);
  });

  test('softirqs: NET_RX on CPU0, SCHED with its peak on CPU1', () => {
    const { softirqs } = orin();
    const type = (name: string) => softirqs?.types.find((each) => each.type === name);
    expect(softirqs?.all).toMatchObject({ total: 575_972_718, busiest: { cpu: 1 } });
    expect(type('NET_RX')?.busiest).toMatchObject({ cpu: 0, share: expect.closeTo(0.9999, 4) });
    expect(type('SCHED')).toMatchObject({
      busiest: { cpu: 1 },
      imbalance: expect.closeTo(1.558, 3),
    });
    expect(type('BLOCK')?.busiest).toMatchObject({ cpu: 0, share: expect.closeTo(0.596, 3) });
    expect(type('IRQ_POLL')).toBeUndefined();
  });

  test('findings say it in sentences, and what the thesis did not see', () => {
    expect(textOf('scope')).toContain('cannot be attributed to inference');
    expect(textOf('devices')).toContain('166,295,906 device interrupts');
    expect(textOf('devices')).toContain(
      'all of them on CPU0: 28 sources, none ever on another CPU',
    );
    expect(textOf('largest')).toContain('mmc1 (storage) 54,311,800, eth0 (network) 42,525,629');
    expect(textOf('softirqs')).toContain('CPU0 does 99.99 % of NET_RX (network)');
    expect(textOf('softirqs')).toContain('59.6 % of BLOCK');
    expect(textOf('softirqs')).toContain('SCHED peaks on CPU1 at 1.56× the mean');
    expect(textOf('softirqs')).toContain('No device interrupt was counted on CPU1');
    expect(textOf('mpstat')).toContain('CPU1 looks busiest (24.1 % of the softirqs');
    expect(textOf('mpstat')).toContain('where CPU0 is (32.5 % of the interrupts)');
    expect(textOf('gpu')).toContain('host_syncpt 183,586, gk20a_stall 4,899');
    expect(textOf('movable')).toContain('eth0, rtl88x2ce came over PCIe');
  });
});

describe('two dumps', () => {
  const replay = (n: number, file: string) => table(`replay/A/${n}/${file}`);
  const analysis = analyseDump({
    interrupts: replay(5, 'interrupts'),
    softirqs: replay(5, 'softirqs'),
    before: { interrupts: replay(0, 'interrupts'), softirqs: replay(0, 'softirqs') },
  });

  test('give what was counted in between, which mpstat adds up the same', () => {
    // `mpstat -I SUM` over the same five seconds: 1590.60 a second on CPU0, 466.80 on CPU1, …
    const perSecond = analysis.all.perCpu.map((count) => count / 5);
    expect(perSecond).toEqual([1590.6, 466.8, 521.2, 479, 508.8, 456.2]);
    expect(textOf('scope', analysis)).toContain('20,113 interrupts between the two dumps');
    expect(analysis.gpu.total).toBeGreaterThan(0);
  });

  test('across the end of 32 bits, and across a restart', () => {
    const wrapped = analyseDump({
      interrupts: parseCounterTable('  CPU0\n 1: 5 GICv3 7 Level eth0\n 2: 3 GICv3 8 Level mmc0\n'),
      softirqs: null,
      before: {
        interrupts: parseCounterTable('  CPU0\n 1: 4294967290 x\n 2: 900 x\n'),
        softirqs: null,
      },
    });
    expect(wrapped.all.total).toBe(11);
    expect(wrapped.reset).toEqual(['2']);
    expect(textOf('reset', wrapped)).toContain('count as nothing: 2.');
  });

  test('of which one lacks CPUs do not claim to hold everything', () => {
    const frame = (n: number) => table(`replay/C/${n}/interrupts`);
    const [before, after] = [frame(2), frame(3)];
    const analysisOfC = analyseDump({
      interrupts: after,
      softirqs: null,
      before: { interrupts: before, softirqs: null },
    });
    expect(analysisOfC.cpusLeftOut).toEqual([4, 5]);
    expect(textOf('scope', analysisOfC)).toContain('They are not everything that the board did');
    expect(textOf('scope', analysisOfC)).toContain('only one dump has CPU4, CPU5');
    expect(textOf('scope', analysis)).toContain('They are everything that the board did');
  });

  test('of which the later one lacks a source say that its counts are not known', () => {
    const gone = analyseDump({
      interrupts: parseCounterTable('  CPU0 CPU1\n 1: 5 5 x\n'),
      softirqs: null,
      before: {
        interrupts: parseCounterTable('  CPU0 CPU1\n 1: 5 5 x\n 2: 7 7 y\n'),
        softirqs: null,
      },
    });
    expect(gone.gone).toEqual(['2']);
    expect(textOf('scope', gone)).toContain('only the earlier dump has the source 2');
  });

  test('of a board that did nothing say so', () => {
    const still = table('orin-interrupts.txt');
    const nothing = analyseDump({
      interrupts: still,
      softirqs: null,
      before: { interrupts: still, softirqs: null },
    });
    expect(nothing.all).toMatchObject({ total: 0, imbalance: null, busiest: null });
    expect(textOf('devices', nothing)).toBe('No device interrupt was counted.');
  });
});

describe('rows of /proc/interrupts', () => {
  const source = (id: string, description: string) => interruptSource({ id, description });

  test.each([
    ['13', 'GICv3 26 Level arch_timer', 'timer', 'arch_timer', false],
    ['301', 'MSI 1074266112 Edge eth0', 'device', 'eth0', false],
    ['249', 'agic-controller 73 Edge', 'device', 'agic-controller 73', false],
    [
      '20',
      'GICv3 202 Level arm-smmu global fault, arm-smmu-context-fault',
      'device',
      'arm-smmu global fault, arm-smmu-context-fault',
      false,
    ],
    ['128', 'GICv3 480 Level host_syncpt', 'device', 'host_syncpt', true],
    ['232', 'GICv3 100 Level gk20a_stall', 'device', 'gk20a_stall', true],
    ['70', 'GICv3 102 Level 17000000.ga10b', 'device', '17000000.ga10b', true],
    ['70', 'GICv3 102 Level 17000000.gpu', 'device', '17000000.gpu', true],
    ['71', 'GICv3 102 Level nvgpu_nonstall', 'device', 'nvgpu_nonstall', true],
    ['IPI0', 'Rescheduling interrupts', 'ipi', 'Rescheduling interrupts', false],
    ['LOC', 'Local timer interrupts', 'timer', 'Local timer interrupts', false],
    ['TLB', 'TLB shootdowns', 'ipi', 'TLB shootdowns', false],
    ['NMI', 'Non-maskable interrupts', 'other', 'Non-maskable interrupts', false],
    ['36', 'PCI-MSIX-0000:00:02.0 1-edge virtio1-req.0', 'device', 'virtio1-req.0', false],
    ['251', 'tegra-gpio 52 level phy_interrupt', 'device', 'phy_interrupt', false],
    ['437', 'tegra-gpio-aon 10 level ccg_irq', 'device', 'ccg_irq', false],
    ['90', 'cs40l26 IRQ1 Controller 0 Level GPIO1 rise', 'device', 'GPIO1 rise', false],
    ['391', 'tegra-gpio 192 Edge bluetooth hostwake', 'device', 'bluetooth hostwake', false],
    ['5', '', 'device', '5', false],
  ])('%s: %s', (id, description, kind, name, isGpu) => {
    expect(source(id, description)).toMatchObject({ kind, name, isGpu });
  });
});

test('no bytes make the analysis throw', () => {
  const whole = readFileSync(path('orin-interrupts.txt'), 'utf8').split('\n').slice(0, 12);
  const lines = fc.array(
    fc.oneof(fc.constantFrom(...whole), fc.string({ unit: 'binary', maxLength: 60 })),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const [interrupts, earlier] = [a, b].map((each) => parseCounterTable(each.join('\n')));
      if (interrupts === undefined || earlier === undefined) return;
      const before = { interrupts: earlier, softirqs: earlier };
      findingsOf(analyseDump({ interrupts, softirqs: interrupts, before }));
      findingsOf(analyseDump({ interrupts, softirqs: interrupts, before: null }));
    }),
  );
});
