import type { Span } from '../../journal/edges.ts';
import type { LinkInterface, OwnSample, TeleData } from '../../journal/tele-data.ts';
import { formatNumber, formatPercent } from '../../quantities/format.ts';
import type {
  Activity,
  AgentCpuShare,
  LinkPackets,
  SoftirqRates,
} from '../result/activity-result.ts';

/** Without a sample this near to an edge, the value there is a guess. */
const MAX_GAP_NS = 3e9;

type Counter = (sample: OwnSample) => number | null;

/**
 * CPU time of our own processes over these intervals, as a share of one CPU; null where it is not
 * known.
 */
export function agentCpuShare(spans: readonly Span[], own: TeleData['own']): AgentCpuShare | null {
  const supervisor = perSecond(spans, own, (sample) => sample.supervisorCpu_ns);
  const sampler = perSecond(spans, own, (sample) => sample.samplerCpu_ns);
  if (supervisor === null || sampler === null) return null;
  const ssh = perSecond(spans, own, (sample) => sample.sshCpu_ns);
  return { supervisor: supervisor / 1e9, sampler: sampler / 1e9, ssh: ssh && ssh / 1e9 };
}

/** Packets of the workstation's link over these intervals; null where it is not known. */
export function linkPackets(
  spans: readonly Span[],
  own: TeleData['own'],
  link: LinkInterface | null,
): LinkPackets | null {
  const received_per_s = perSecond(spans, own, (sample) => sample.received);
  const sent_per_s = perSecond(spans, own, (sample) => sample.sent);
  if (link === null || received_per_s === null || sent_per_s === null) return null;
  return { interface: link.interface, received_per_s, sent_per_s };
}

/** Over those intervals, all together, of which both ends are known. */
function perSecond(
  spans: readonly Span[],
  samples: readonly OwnSample[],
  counter: Counter,
): number | null {
  const parts = spans.flatMap(({ start, end }) => {
    const from = valueAt(samples, start.t_ns, counter);
    const to = valueAt(samples, end.t_ns, counter);
    if (from === null || to === null || stepsBack(samples, start.t_ns, end.t_ns, counter))
      return [];
    return [{ counted: to - from, seconds: (end.t_ns - start.t_ns) / 1e9 }];
  });
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  if (seconds <= 0) return null;
  return parts.reduce((sum, { counted }) => sum + counted, 0) / seconds;
}

/** Whether a counter began anew in an interval, or at an edge of it: its process was replaced. */
function stepsBack(
  samples: readonly OwnSample[],
  from_ns: number,
  to_ns: number,
  counter: Counter,
): boolean {
  return samples.some((sample, at) => {
    const before = samples[at - 1];
    if (before === undefined || sample.t_ns < from_ns || before.t_ns > to_ns) return false;
    return (counter(sample) ?? 0) < (counter(before) ?? 0);
  });
}

/** Between the samples before and after; null when one of them is missing or far away. */
function valueAt(samples: readonly OwnSample[], t_ns: number, counter: Counter): number | null {
  const after = samples.findIndex((sample) => sample.t_ns >= t_ns);
  const b = samples[after];
  const a = b?.t_ns === t_ns ? b : samples[after - 1];
  if (a === undefined || b === undefined || b.t_ns - a.t_ns > MAX_GAP_NS) return null;
  const from = counter(a);
  const to = counter(b);
  if (from === null || to === null) return null;
  if (a === b) return to;
  return from + ((to - from) * (t_ns - a.t_ns)) / (b.t_ns - a.t_ns);
}

/** `our own agent meanwhile: supervisor 0.41 %, telemetry 0.80 %, SSH server 0.05 % of one CPU` */
export function agentShareText({ agent_cpu_share: share }: Activity): string | null {
  if (share === null) return null;
  const ssh = share.ssh === null ? '' : `, SSH server ${formatPercent(share.ssh)}`;
  return `our own agent meanwhile: supervisor ${formatPercent(share.supervisor)}, telemetry ${formatPercent(share.sampler)}${ssh} of one CPU`;
}

/**
 * How much of the network softirqs our own connection can be, in words; null without the link's
 * counters. One NET_RX serves a packet or many, received or (their buffers freed) sent, so that
 * packets bound it; those of everybody else on that interface are among them.
 */
export function linkTrafficText({ link_packets: link, softirqs }: Activity): string | null {
  if (link === null) return null;
  const { interface: name, received_per_s: received, sent_per_s: sent } = link;
  const packets = `our SSH comes over ${name} (${formatNumber(received)} packets/s in, ${formatNumber(sent)} out)`;
  const bounds = [
    // What loopback sends is what it receives, in the same NET_RX.
    boundText('NET_RX', name === 'lo' ? received : received + sent, softirqs),
    boundText('NET_TX', sent, softirqs),
  ].flatMap((text) => text ?? []);
  return bounds.length === 0 ? packets : `${packets}: ${bounds.join(', ')}`;
}

/** `at most 2 % of the 1300 NET_RX/s is its traffic`; null where none was counted. */
function boundText(type: string, packets: number, softirqs: SoftirqRates | null): string | null {
  const per_s = softirqs?.types.find((each) => each.type === type)?.per_s ?? 0;
  if (per_s <= 0) return null;
  const all = `the ${formatNumber(per_s)} ${type}/s`;
  if (packets >= per_s) return `all of ${all} can be its traffic`;
  return `at most ${formatPercent(packets / per_s)} of ${all} can be its traffic`;
}
