import type { CounterRow } from './counter-table.ts';

/**
 * What an interrupt is for. `timer`: each CPU's own clock. `ipi`: one CPU to another. `device`:
 * hardware. `other`: errors and kernel accounting.
 */
export type InterruptKind = 'device' | 'timer' | 'ipi' | 'other';

export interface InterruptSource {
  /** As before the colon: `301`, `IPI0`. */
  readonly id: string;
  readonly kind: InterruptKind;
  /** The driver's name, or what the kernel calls it: `eth0`, `Rescheduling interrupts`. */
  readonly name: string;
  /** Interrupt controller: `GICv3`, `MSI`; null for what comes from none. */
  readonly chip: string | null;
  /**
   * What the name stands for, where it is one that boards have: `network`, `storage`; else null.
   */
  readonly role: string | null;
  /** Raised by the GPU or by the engine that tells when its work is done. */
  readonly isGpu: boolean;
}

/**
 * `GICv3 26 Level arch_timer`; the number is the controller's own, the name is missing for chained
 * ones, and the controller may have several words: `cs40l26 IRQ1 Controller 0 Level GPIO1 rise`.
 * Kernels print `Level`, people also `level`.
 */
const armDevice = /^(.+?) (\d+) (?:Level|Edge|None)(?: (.*))?$/i;
/** `PCI-MSIX-0000:00:03.0 1-edge virtio2-input.0` */
const x86Device = /^(\S+) (\d+)-\S+(?: (.*))?$/;
const timers = /^(?:arch_(?:mem_)?timer|timer|tegra[\w-]*timer|kvm guest [pv]timer)$/;
/** x86 names its inter-processor interrupts by three letters, arm64 by number. */
const ipis = /^(?:IPI\d+|RES|CAL|TLB|IWI)$/;
const gpu = /host1x|host_syncpt|host_status|gk20a|nvgpu|\bg[a-z]\d{2}b\b|\bnvidia\b|\bgpu\b/i;

const roles: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:eth|enp|ens|eno|enx|wlan|wlp)\w*|rtl\d|r8169|ether_qos|iwlwifi|ath\d|brcm|bcmdhd/i,
    'network',
  ],
  [/^mmc\d|sdhci|nvme|ahci|ufshcd|virtio\d+-req/i, 'storage'],
  [/xhci|xudc|ehci|\busb\d/i, 'USB'],
  [/snd|hda|\badma|agic/i, 'audio'],
  [/tegra-hsp|bpmp/i, 'co-processor mailbox'],
  [/i2c/i, 'I2C'],
  [/uart|serial|ttyS/i, 'serial'],
  [/pcie/i, 'PCIe'],
];

/** What a row of /proc/interrupts stands for, arm64 and x86. */
export function interruptSource({
  id,
  description,
}: Pick<CounterRow, 'id' | 'description'>): InterruptSource {
  const [, chip = null, number = '', name = ''] =
    armDevice.exec(description) ?? x86Device.exec(description) ?? [];
  const isNumbered = /^\d+$/.test(id);
  // A chained interrupt has no name of its own: its controller and number say which line it is.
  const named = name || (chip === null ? description : `${chip} ${number}`) || id;
  const isGpu = gpu.test(named);
  return {
    id,
    kind: kindOf(id, isNumbered, named),
    name: named,
    chip: isNumbered ? chip : null,
    role: isGpu ? 'GPU' : (roles.find(([pattern]) => pattern.test(named))?.[1] ?? null),
    isGpu: isNumbered && isGpu,
  };
}

function kindOf(id: string, isNumbered: boolean, name: string): InterruptKind {
  if (isNumbered) return timers.test(name) ? 'timer' : 'device';
  if (id === 'LOC') return 'timer';
  return ipis.test(id) ? 'ipi' : 'other';
}
