/** Tools that try-tools.sh tries, and of which package of Debian and Ubuntu they are. */
export const neededTools: Readonly<Record<string, string>> = {
  taskset: 'util-linux',
  setsid: 'util-linux',
  flock: 'util-linux',
  tail: 'coreutils',
  sha256sum: 'coreutils',
  gzip: 'gzip',
  stat: 'coreutils',
  find: 'findutils',
  dd: 'coreutils',
  head: 'coreutils',
  grep: 'grep',
  sleep: 'coreutils',
};
