import { expect, test } from 'vitest';
import { readPlan } from '../../src/options/fleet-values.ts';
import { parseFleetFile } from './fleet-file.ts';
import { selectBoards } from './select-boards.ts';

const lab = `
name: lab
defaults:
  user: nvidia
  key: ~/.ssh/lab
  tags: [lab]
  expect:
    jetpack: 6.2
boards:
  - orin-[01-04].local
  - host: 192.168.7.20
    name: desk
    user: me
    port: 2222
    tags: [desk]
    expect: { model: Orin Nano, power-mode: 25W }
    plan: { threads: 1, quick: true }
groups:
  shelf:
    jump: bastion
    boards: ['orin-[02-04].local']
    plan:
      threads: 1,4
      model: [mlp-tiny, "null"]
  warm:
    boards: [orin-04.*, desk]
    plan: { threads: "2" }
`;

test('defaults, groups and boards: the nearer setting wins, tags add up', () => {
  const { name, boards } = parseFleetFile('lab.yaml', lab, readPlan);
  expect(name).toBe('lab');
  expect(boards.map((board) => board.name)).toEqual([
    ...[1, 2, 3, 4].map((n) => `orin-0${n}.local`),
    'desk',
  ]);
  const [first, second, , fourth, desk] = boards;
  expect(first).toEqual({
    name: 'orin-01.local',
    host: 'orin-01.local',
    user: 'nvidia',
    port: null,
    key: '~/.ssh/lab',
    jump: null,
    tags: ['lab'],
    expect: { model: null, jetpack: '6.2', powerMode: null },
    plan: {},
  });
  expect(second).toMatchObject({ jump: 'bastion', tags: ['lab', 'shelf'] });
  expect(second?.plan).toEqual({ threads: [1, 4], models: ['mlp-tiny', 'null'] });
  expect(fourth?.plan.threads).toEqual([2]);
  expect(desk).toMatchObject({
    host: '192.168.7.20',
    user: 'me',
    port: 2222,
    tags: ['lab', 'desk', 'warm'],
    expect: { model: 'Orin Nano', jetpack: '6.2', powerMode: '25W' },
    plan: { threads: [1], quick: true },
  });
});

test.each([
  ['tag:lab !orin-02.local', ['orin-01.local', 'orin-03.local', 'orin-04.local', 'desk']],
  ['tag:desk orin-[03-04].local', ['orin-03.local', 'orin-04.local', 'desk']],
  ['orin-* !tag:warm', ['orin-01.local', 'orin-02.local', 'orin-03.local']],
  ['!orin-*', ['desk']],
])('selecting %s', (terms, names) => {
  const { boards } = parseFleetFile('lab.yaml', lab, readPlan);
  expect(selectBoards(boards, terms.split(' ')).map(({ name }) => name)).toEqual(names);
});

test.each([
  ['tag:labb', /tags are lab, shelf/],
  ['orin-09.local', /boards are orin-01\.local/],
  ['desk !desk', /leaves none/],
])('selecting %s is refused with what there is', (terms, why) => {
  const { boards } = parseFleetFile('lab.yaml', lab, readPlan);
  expect(() => selectBoards(boards, terms.split(' '))).toThrow(
    expect.objectContaining({ code: 'usage', why: expect.stringMatching(why) }),
  );
});

test.each([
  ['boards: [a\n  b', 2, /./],
  ['boards:\n  - a\n  - host: b\n    prot: 22\n', 4, /no setting "prot"/],
  ['boards:\n  - a\n  - host: b\n    port: 70000\n', 4, /65535/],
  ['defaults:\n  user: x\n', 1, /boards/],
  ['boards:\n  - a\n  - b\n  - a\n', 4, /in line 2/],
  ['boards:\n  - orin-[9-3]\n', 2, /9 is more than 3/],
  ['boards:\n  - a\ngroups:\n  x:\n    boards: [a]\n    plan:\n      thread: 1\n', 7, /thread/],
  ['boards:\n  - a\ngroups:\n  x:\n    boards:\n      - a\n      - c\n', 7, /no board is called c/],
  ['boards:\n  - "a;rm -rf"\n', 2, /no host has/],
  ['boards:\n  - a\nboards:\n  - b\n', 3, /unique/i],
  ['- a\n- b\n', 1, /expected object/i],
  ['', 1, /expected object/i],
])('%j names its line', (text, line, why) => {
  expect(() => parseFleetFile('lab.yaml', text, readPlan)).toThrow(
    expect.objectContaining({
      code: 'config',
      message: `cannot use lab.yaml:${line}`,
      why: expect.stringMatching(why),
    }),
  );
});

test('a file of a few lines cannot become gigabytes', () => {
  const levels = Array.from({ length: 12 }, (_, i) => {
    const below = i === 0 ? 'x' : `*l${i - 1}`;
    return `l${i}: &l${i} [${Array(9).fill(below).join(', ')}]`;
  });
  expect(() => parseFleetFile('bomb.yaml', levels.join('\n'), readPlan)).toThrow(
    /cannot use bomb\.yaml/,
  );
});
