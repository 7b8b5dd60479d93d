import { expect, test } from 'vitest';
import { orinTexts, type ProcTexts, withoutCpu1 } from '../../../test/support/offline-cpu.ts';
import { edgeSnapshot } from '../../journal/tele-collector.ts';
import { boardActivity } from './board-activity.ts';

const all = [0, 1, 2, 3, 4, 5];
const remaining = [0, 2, 3, 4, 5];
const whole = (n: number) => orinTexts(n);
const less = (n: number) => withoutCpu1(orinTexts(n));
const span = (from: ProcTexts, to: ProcTexts, at_s = 0) => ({
  start: edgeSnapshot(at_s * 1e9, from),
  end: edgeSnapshot((at_s + 1) * 1e9, to),
});
const activityOf = (
  spans: readonly ReturnType<typeof span>[],
  cpuSets: readonly { readonly t_ns: number; readonly cpus: readonly number[] }[] = [],
) => {
  const activity = boardActivity(spans, { link: null, own: [], cpuSets });
  if (activity === null) throw new Error('no activity');
  return activity;
};

test.each([
  ['went at the end', [span(whole(0), less(1))], []],
  ['came at the end', [span(less(0), whole(1))], []],
  ['was gone in one of two processes', [span(whole(0), whole(1)), span(less(1), less(2), 2)], []],
  ['was gone all the while', [span(less(0), less(1), 5)], [{ t_ns: 0, cpus: all }]],
  [
    'went and came back in between',
    [span(whole(0), whole(1))],
    [
      { t_ns: 0.3e9, cpus: remaining },
      { t_ns: 0.6e9, cpus: all },
    ],
  ],
])('a CPU that %s has no figure: it is told as offline, not as 0', (_, spans, cpuSets) => {
  const { cpus, cpus_offline, interrupts, softirqs } = activityOf(spans, cpuSets);
  expect(cpus_offline).toEqual([1]);
  expect(cpus.map(({ cpu }) => cpu)).toEqual(remaining);
  expect(interrupts?.cpus).toEqual(remaining);
  expect(softirqs?.cpus).toEqual(remaining);
  expect(softirqs?.cpus_per_s).toHaveLength(5);
});

test('where all CPUs are there all the while none is told as offline, nor one that may be', () => {
  const wide = (n: number): ProcTexts => {
    const { softirqs, ...texts } = orinTexts(n);
    const [header = '', ...rows] = softirqs.trimEnd().split('\n');
    return { ...texts, softirqs: [`${header} CPU6`, ...rows.map((row) => `${row} 0`)].join('\n') };
  };
  const activity = activityOf([span(wide(0), wide(1))], [{ t_ns: 0, cpus: all }]);
  expect(activity.cpus_offline).toEqual([]);
  expect(activity.softirqs?.cpus).toEqual(all);
  expect(activity.cpus.map(({ cpu }) => cpu)).toEqual(all);
});

test('without /proc/stat counters are told of the CPUs that they name', () => {
  const blind = (n: number) => ({ ...orinTexts(n), stat: '' });
  const activity = activityOf([span(blind(0), blind(1))]);
  expect(activity).toMatchObject({ cpus: [], cpus_offline: [] });
  expect(activity.interrupts?.cpus).toEqual(all);
});
