import { expect, test } from 'vitest';
import { parseInventory } from './ansible-file.ts';
import { sshConfigHosts } from './ssh-config-hosts.ts';

const ini = `# the lab
loose.local ansible_user=root

[orins]
orin-[01:03].local ansible_port=2222   ; ssh
nano ansible_host=10.0.0.9 ansible_user=jet

[orins:vars]
ansible_user = nvidia
ansible_ssh_common_args='-o ProxyJump=bastion -o ConnectTimeout=5'

[lab:children]
orins

[lab:vars]
ansible_user=nobody
ansible_ssh_private_key_file=~/.ssh/lab
`;

const yaml = `---
all:
  hosts:
    loose.local: { ansible_user: root }
  children:
    lab:
      vars:
        ansible_user: nobody
        ansible_ssh_private_key_file: ~/.ssh/lab
      children:
        orins:
          hosts:
            orin-[01:03].local:
              ansible_port: 2222
              packages: [a, b]
            nano:
              ansible_host: 10.0.0.9
              ansible_user: jet
          vars:
            ansible_user: nvidia
            ansible_ssh_common_args: -o ProxyJump=bastion -o ConnectTimeout=5
`;

test.each([
  ['hosts.ini', ini],
  ['hosts.yaml', yaml],
  ['inventory', yaml],
])('%s: hosts, ranges, children and variables', (path, text) => {
  const { boards } = parseInventory(path, text);
  expect(boards.map(({ name }) => name)).toEqual([
    'loose.local',
    'orin-01.local',
    'orin-02.local',
    'orin-03.local',
    'nano',
  ]);
  expect(boards.find(({ name }) => name === 'loose.local')).toMatchObject({
    user: 'root',
    tags: [],
  });
  expect(boards.find(({ name }) => name === 'orin-02.local')).toMatchObject({
    host: 'orin-02.local',
    user: 'nvidia',
    port: 2222,
    key: '~/.ssh/lab',
    jump: 'bastion',
    tags: ['lab', 'orins'],
  });
  expect(boards.find(({ name }) => name === 'nano')).toMatchObject({
    host: '10.0.0.9',
    user: 'jet',
    port: null,
  });
});

test.each([
  ['hosts.ini', '[orins]\norin-1 ansible_port\n', 2, /no variable/],
  ['hosts.ini', 'a\n[orins:variables]\nx=1\n', 3, /no section :variables/],
  ['hosts.ini', 'orin-[3:1]\n', 1, /3 is more than 1/],
  ['hosts.yaml', 'all:\n  hosts:\n    a:\n  childs:\n    b:\n', 4, /no setting "childs"/],
])('%s names the line of a mistake', (path, text, line, why) => {
  expect(() => parseInventory(path, text)).toThrow(
    expect.objectContaining({
      message: `cannot use ${path}:${line}`,
      why: expect.stringMatching(why),
    }),
  );
});

test('groups that hold each other end', () => {
  const text = '[a:children]\nb\n[b:children]\na\n[b]\nhost-1\n';
  expect(parseInventory('hosts', text).boards.map(({ tags }) => [...tags].sort())).toEqual([
    ['a', 'b'],
  ]);
});

test('ssh_config gives the names that are no patterns, once', () => {
  const text =
    'Host *\n  User x\nHost orin-1 orin-2 !orin-3 lab-?\n\thostname 10.0.0.1\nhost=nano # desk\nHost orin-1\n';
  expect(sshConfigHosts(text).map(({ name }) => name)).toEqual(['orin-1', 'orin-2', 'nano']);
});
