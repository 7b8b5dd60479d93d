import { type FleetBoard, plainBoard } from './fleet-board.ts';

/**
 * The hosts that an ssh_config names: every word of its `Host` lines that is no pattern, once, out
 * of a text in which every `Include` was put in its place. How each is reached stays with
 * ssh_config, as for any host.
 */
export function sshConfigHosts(text: string): readonly FleetBoard[] {
  const names = new Set<string>();
  for (const line of text.split(/\r?\n/u)) {
    const words = /^\s*host(?:\s+|\s*=\s*)(.+?)\s*$/iu.exec(line)?.[1];
    for (const quoted of words?.match(/"[^"]*"|[^\s"]+/gu) ?? []) {
      const name = quoted.replaceAll('"', '');
      if (name.startsWith('#')) break;
      if (name !== '' && !/[*?!]/u.test(name)) names.add(name);
    }
  }
  return [...names].map((name) => plainBoard(name));
}
