import { lockSocket, peerProgram } from '../../agent/protocol/board-lock.ts';
import { defineVerified } from '../push/verified-runtime.ts';
import { printable } from '../shell/sh.ts';
import { chooseBase } from './base-script.ts';
import { tryTools } from './try-tools.ts';

/** Tools whose presence the probe reports; what a run cannot do without is tried: try-tools.ts. */
export const probedTools = [
  'taskset',
  'setsid',
  'tail',
  'sha256sum',
  'flock',
  'openssl',
  'mpstat',
  'gzip',
  'zstd',
  'chrt',
  'nvpmodel',
  'tegrastats',
  'trtexec',
  'nvidia-smi',
] as const;

// Directories that a non-interactive SSH command does not search, though nvpmodel and trtexec live there.
const extraPath = '/usr/local/sbin:/usr/sbin:/sbin:/usr/src/tensorrt/bin';

/** What of ours lies under `$base`; one `stat` line per file, nothing at all when there is no base. */
const listBase = [
  'if [ -n "$base" ] && cd "$base"; then ' +
    [
      'o base "$base"',
      'o free "$(stat -f -c "%a %S %d %c" . 2> /dev/null)"',
      '{ find store/sha256 -type f -exec stat -c "store=%n %s %Y" {} +; ' +
        'find store/incoming -type f -exec stat -c "part=%n %s %Y" {} +; ' +
        'find engines -mindepth 2 -maxdepth 2 -type f -exec stat -c "engine=%n %s %Y" {} +; ' +
        'find runtimes -mindepth 1 -maxdepth 1 -type d -exec stat -c "runtime=%n %Y" {} +; ' +
        'find runs -mindepth 1 -maxdepth 1 -type d -exec stat -c "run=%n %Y" {} +; ' +
        'find runs -mindepth 2 -maxdepth 2 -name "journal*.ndjson" -exec stat -c "journal=%n %s" {} +; } 2> /dev/null | head -n 100000',
      `for r in runtimes/[0-9a-f]*; do if stamped "$r"; then o verified "\${r##*/}"; fi; done`,
      'for f in runs/*/pid; do [ -r "$f" ] && read -r p < "$f" && o pid "$f $p"; done',
      'for f in runs/*/plan*.json; do [ -r "$f" ] && grep -Eo "[0-9a-f]{64}" "$f"; done | sort -u | head -n 20000 | while read -r h; do o ref "$h"; done',
      'if [ -r lock ]; then o lock "$(head -c 2000 lock)"; fi',
      'if [ -r reservation ]; then o reserved "$(head -c 2000 reservation)"; fi',
      // Brackets: the pattern must not find itself in this shell's own command line.
      `if [ -r irq/record ]; then o irqrecord "$(head -n 1 irq/record)"; if cat /proc/[0-9]*/cmdline 2> /dev/null | ${printable} | grep -q "orin-remote-irq-guar[d] $base/irq"; then o irqguard 1; fi; fi`,
      // Every number in the lock and the pid files that is a living process of our agent.
      `for p in $(cat lock runs/*/pid 2> /dev/null | tr -cs 0-9 " "); do ${printable} 2> /dev/null < /proc/$p/cmdline | grep -q agent.cjs && o alive "$p"; done`,
    ].join('; ') +
    '; fi',
];

/**
 * The one script of a probe. It prints `key=value` lines (see probe-answer.ts), asks nothing of the board but a
 * POSIX shell and coreutils, and creates only the base directory. `root` stands before every /proc, /sys, /etc
 * and /var path of the board's description: empty but in tests.
 */
export function probeScript(root = ''): string {
  return [
    'export LC_ALL=C',
    `PATH=$PATH:${extraPath}`,
    'o() { printf %s "$1=$2"; echo; }',
    'first() { v=; [ -r "$2" ] && read -r v < "$2"; o "$1" "$v"; }',
    'o clock "$(date +%s.%N)"',
    // One process where four would do: each costs a board about two milliseconds.
    'set -- $(uname -snrm)',
    'o system "$1"; o hostname "$2"; o kernel "$3"; o machine "$4"',
    'o user "$(id -un 2> /dev/null || id -u)"',
    'o bits "$(getconf LONG_BIT 2> /dev/null)"',
    'o libc "$(getconf GNU_LIBC_VERSION 2> /dev/null || ldd --version 2>&1 | head -n 1)"',
    eachLine(`${root}/etc/os-release`, 'PRETTY_NAME=*) o os "$l"; break;;'),
    // Device tree strings end in a NUL, which a shell variable cannot hold.
    `if [ -r ${root}/proc/device-tree/model ]; then o model "$(tr -cd " -~" < ${root}/proc/device-tree/model)"; fi`,
    `if [ -r ${root}/etc/nv_tegra_release ]; then first tegra ${root}/etc/nv_tegra_release; ` +
      // `$` before a brace would be expanded here; dpkg-query must see it.
      `elif [ -r ${root}/proc/device-tree/model ] && command -v dpkg-query > /dev/null; then d="$"; o l4tcore "$(dpkg-query -W -f "\${d}{Version}" nvidia-l4t-core 2> /dev/null)"; fi`,
    `first pmode ${root}/var/lib/nvpmodel/status`,
    `[ -r ${root}/etc/nvpmodel.conf ] && grep -E "^< *(POWER_MODEL|PM_CONFIG)" ${root}/etc/nvpmodel.conf | head -n 64 | while read -r l; do o nvpmodel "$l"; done`,
    `first boot ${root}/proc/sys/kernel/random/boot_id`,
    // An empty line ends the first processor, which speaks for the others.
    eachLine(
      `${root}/proc/cpuinfo`,
      '"model name"*|"CPU implementer"*|"CPU part"*) o cpu "$l";; "") break;;',
    ),
    `first online ${root}/sys/devices/system/cpu/online`,
    ...cpuLimits(root),
    eachLine(
      `${root}/proc/meminfo`,
      'MemTotal:*|MemAvailable:*) o memory "$l";; Buffers:*) break;;',
    ),
    `for z in ${root}/sys/class/thermal/thermal_zone*/temp; do read -r v 2> /dev/null < "$z" && [ "$v" -gt -40000 ] 2> /dev/null && { o thermal 1; break; }; done`,
    `first uptime ${root}/proc/uptime`,
    `first load ${root}/proc/loadavg`,
    // By hand: `command -v` of a shell with tools of its own tells no path.
    'where() ( IFS=:; for d in $PATH; do if [ -f "$d/$1" ] && [ -x "$d/$1" ]; then echo "$d/$1"; exit; fi; done; echo )',
    `for t in ${probedTools.join(' ')}; do printf %s "tool=$t "; where "$t"; done`,
    `[ -r ${root}/proc/self/stat ] || o broken /proc`,
    ...defineVerified(`${root}/proc/sys/kernel/random/boot_id`),
    ...chooseBase,
    ...tryTools,
    ...listBase,
    'o scope "$ORIN_REMOTE_LOCK"',
    listSockets(root),
    tellHolder(root),
    'o clock "$(date +%s.%N)"',
    'echo complete=1',
  ].join('; ');
}

/** Whoever benchmarks on the board, this user or another, holds sockets of these names: board-lock.ts. */
function listSockets(root: string): string {
  return `grep -a " 0001 [0-9]* *[0-9]* @orin-remote[.]" ${root}/proc/net/unix 2> /dev/null | head -n 64 | while read -r l; do o socket " @\${l#* @}"; done`;
}

/** Whose process holds the board's lock, where one does. */
function tellHolder(root: string): string {
  return [
    `k=; if [ -z "$(printf %s "$ORIN_REMOTE_LOCK" | tr -d "A-Za-z0-9_-")" ] && [ \${#ORIN_REMOTE_LOCK} -le 24 ]; then k=\${ORIN_REMOTE_LOCK:+.$ORIN_REMOTE_LOCK}; fi`,
    `if grep -qa " @${lockSocket('')}$k" ${root}/proc/net/unix 2> /dev/null; then o peer "$(perl -e "${peerProgram(lockSocket('$k'))}" 2> /dev/null)"; fi`,
  ].join('; ');
}

/**
 * Tells again and again who has a board, each time closed by `<mark>look`: the probe's lines of it and nothing else, a few short
 * processes in `everyS` seconds, because somebody is measuring. It ends with its connection: writing to it fails then.
 */
export function watchHoldersScript(base: string, mark: string, everyS: number): string {
  return [
    `cd "${base}" || exit 6`,
    'export LC_ALL=C',
    'o() { printf %s "$1=$2"; echo; }',
    // An empty line first: login scripts may leave one unfinished.
    'while echo',
    'do read -r l < /proc/sys/kernel/random/boot_id && o boot "$l"',
    'o scope "$ORIN_REMOTE_LOCK"',
    `if [ -r lock ]; then o lock "$(head -c 2000 lock)"; for p in $(tr -cs 0-9 " " < lock); do ${printable} 2> /dev/null < /proc/$p/cmdline | grep -q agent.cjs && o alive "$p"; done; fi`,
    'if [ -r reservation ]; then o reserved "$(head -c 2000 reservation)"; fi',
    listSockets(''),
    `echo ${mark}look`,
    `sleep ${everyS}`,
    'done',
  ].join('; ');
}

/** Reads a file's lines as `$l` in the shell itself, without a process for it. */
function eachLine(path: string, cases: string): string {
  return `if [ -r ${path} ]; then while read -r l; do case $l in ${cases} esac; done < ${path}; fi`;
}

/**
 * Statements that tell the CPUs that this shell may use, those that the kernel isolates, those of its control group, of the nearest one
 * that has a cpuset of its own, and the CPU quotas of its control group and all above. Version 1 names controllers, version 2 does not
 * (cgroups(7)).
 */
function cpuLimits(root: string): string[] {
  const groups = `${root}/sys/fs/cgroup`;
  return [
    eachLine(`${root}/proc/self/status`, `Cpus_allowed_list:*) o allowed "\${l#*:}"; break;;`),
    `first isolated ${root}/sys/devices/system/cpu/isolated`,
    `nearest() { p=\${3%/}; while :; do if [ -r "$1$p/$2" ]; then first cpuset "$1$p/$2"; o cpugroup "\${p:-/}"; return; fi; [ -n "$p" ] || return; p=\${p%/*}; done; }`,
    `quotas() { p=\${2%/}; while :; do if [ -r "$1$p/cpu.max" ]; then first quota "$1$p/cpu.max"; elif [ -r "$1$p/cpu.cfs_quota_us" ]; then read -r q < "$1$p/cpu.cfs_quota_us"; read -r v < "$1$p/cpu.cfs_period_us"; o quota "$q $v"; fi; [ -n "$p" ] || return; p=\${p%/*}; done; }`,
    // A path may hold colons: it is the rest of its line.
    `if [ -r ${root}/proc/self/cgroup ]; then while IFS=: read -r i c g; do case ",$c," in *,cpuset,*) nearest ${groups}/cpuset cpuset.effective_cpus "$g";; ,,) nearest ${groups} cpuset.cpus.effective "$g"; quotas ${groups} "$g"; quotas ${groups}/unified "$g";; esac; case ",$c," in *,cpu,*) quotas ${groups}/$c "$g"; [ "$c" = cpu ] || quotas ${groups}/cpu "$g";; esac; done < ${root}/proc/self/cgroup; fi`,
  ];
}
