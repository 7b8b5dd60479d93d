import { expect, test } from 'vitest';
import type { EdgeSnapshot, Span } from '../../journal/edges.ts';
import type { OwnSample } from '../../journal/tele-data.ts';
import { parseCounterTable } from '../../telemetry/counter-table.ts';
import { parseProcStat } from '../../telemetry/proc-stat.ts';
import { boardActivity } from './board-activity.ts';
import { agentCpuShare, agentShareText, linkPackets, linkTrafficText } from './own-cost.ts';

const softirqs = (rx: number, tx: number) =>
  `          CPU0       CPU1\n  NET_TX: ${tx} 0\n  NET_RX: ${rx} 0\n`;

function edge(second: number, [rx, tx]: readonly [number, number] = [0, 0]): EdgeSnapshot {
  return {
    t_ns: second * 1e9,
    stat: parseProcStat(`cpu0 ${second * 100} 0 0 0 0\nintr 0\nctxt 0\n`),
    interrupts: parseCounterTable(''),
    softirqs: parseCounterTable(softirqs(rx, tx)),
  };
}

function span(from: number, to: number): Span {
  return { start: edge(from), end: edge(to) };
}

/**
 * Once a second: the supervisor takes 1 % of a CPU, the sampler 2 %, and 10 packets come for 5 that
 * go.
 */
function samples(seconds: readonly number[], ssh = true): OwnSample[] {
  return seconds.map((second) => ({
    t_ns: second * 1e9,
    supervisorCpu_ns: second * 10e6,
    samplerCpu_ns: second * 20e6,
    sshCpu_ns: ssh ? second * 5e6 : null,
    received: second * 10,
    sent: second * 5,
  }));
}

const link = { interface: 'eth0', interrupts: [] };

test('CPU time of our processes over the steady parts alone, between the samples around their edges', () => {
  const own = [...samples([0, 1, 2, 3, 4])];
  // A busy second after the steady parts is none of theirs.
  own.push({ ...own[4], t_ns: 5e9, supervisorCpu_ns: 1e9 } as OwnSample);
  expect(agentCpuShare([span(0.5, 1.5), span(2.25, 3.5)], own)).toEqual({
    supervisor: expect.closeTo(0.01, 9),
    sampler: expect.closeTo(0.02, 9),
    ssh: expect.closeTo(0.005, 9),
  });
  expect(linkPackets([span(0.5, 3.5)], own, link)).toEqual({
    interface: 'eth0',
    received_per_s: expect.closeTo(10, 9),
    sent_per_s: expect.closeTo(5, 9),
  });
});

test('without samples at both ends nothing is said of a steady part', () => {
  expect(agentCpuShare([span(1, 2)], [])).toBeNull();
  expect(agentCpuShare([span(1, 9)], samples([0, 1, 2, 3]))).toBeNull();
  // Paused meanwhile: the nearest samples are far from the edges.
  expect(agentCpuShare([span(5, 15)], samples([0, 1, 20, 21]))).toBeNull();
  // The part beside it counts all the same.
  expect(agentCpuShare([span(5, 15), span(20.2, 20.8)], samples([0, 1, 20, 21]))).toMatchObject({
    sampler: expect.closeTo(0.02, 9),
  });
});

test('a sampler that began anew counts for no part that it began in', () => {
  const restarted = samples([0, 1, 2, 3]).map((sample) =>
    sample.t_ns < 2e9 ? sample : { ...sample, samplerCpu_ns: sample.samplerCpu_ns - 40e6 },
  );
  expect(agentCpuShare([span(0.5, 2.5)], restarted)).toBeNull();
});

test('an SSH server that was not found is not said to cost nothing', () => {
  const own = samples([0, 1, 2], false);
  expect(agentCpuShare([span(0, 2)], own)?.ssh).toBeNull();
  const activity = boardActivity([span(0, 2)], { own, link: null, cpuSets: [] });
  if (activity === null) throw new Error('no activity');
  expect(agentShareText(activity)).toBe(
    'our own agent meanwhile: supervisor 1 %, telemetry 2 % of one CPU',
  );
  expect(linkTrafficText(activity)).toBeNull();
});

test('packets of the link bound what of the network softirqs is ours', () => {
  const of = (rx: number, tx: number) => {
    const spans = [{ start: edge(0), end: edge(2, [rx, tx]) }];
    const activity = boardActivity(spans, { own: samples([0, 1, 2]), link, cpuSets: [] });
    return activity && linkTrafficText(activity);
  };
  expect(of(600, 20)).toBe(
    'our SSH comes over eth0 (10.0 packets/s in, 5.00 out): at most 5 % of the 300 NET_RX/s can be its traffic, at most 50 % of the 10.0 NET_TX/s can be its traffic',
  );
  expect(of(20, 0)).toBe(
    'our SSH comes over eth0 (10.0 packets/s in, 5.00 out): all of the 10.0 NET_RX/s can be its traffic',
  );
  expect(of(0, 0)).toBe('our SSH comes over eth0 (10.0 packets/s in, 5.00 out)');
});
