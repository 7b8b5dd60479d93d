# What of ours lies below `$base`, one `stat` line per file; nothing at all when there is no base.
# shellcheck disable=SC2154 # base and root
if [ -n "$base" ] && cd "$base"; then
  o base "$base"
  o free "$(stat -f -c "%a %S %d %c" . 2> /dev/null)"
  {
    find store/sha256 -type f -exec stat -c "store=%n %s %Y" {} +
    find store/incoming -type f -exec stat -c "part=%n %s %Y" {} +
    find engines -mindepth 2 -maxdepth 2 -type f -exec stat -c "engine=%n %s %Y" {} +
    find runtimes -mindepth 1 -maxdepth 1 -type d -exec stat -c "runtime=%n %Y" {} +
    find runs -mindepth 1 -maxdepth 1 -type d -exec stat -c "run=%n %Y" {} +
    find runs -mindepth 2 -maxdepth 2 -name "journal*.ndjson" -exec stat -c "journal=%n %s" {} +
  } 2> /dev/null | head -n 100000
  read_boot "$root"
  for r in runtimes/[0-9a-f]*; do
    if stamped "$r"; then o verified "${r##*/}"; fi
  done
  for f in runs/*/pid; do
    [ -r "$f" ] && read -r p < "$f" && o pid "$f $p"
  done
  for f in runs/*/plan*.json; do
    [ -r "$f" ] && grep -Eo "[0-9a-f]{64}" "$f"
  done | sort -u | head -n 20000 | while read -r h; do o ref "$h"; done
  if [ -r lock ]; then o lock "$(head -c 2000 lock)"; fi
  if [ -r reservation ]; then o reserved "$(head -c 2000 reservation)"; fi
  if [ -r irq/record ]; then
    o irqrecord "$(head -n 1 irq/record)"
    # Brackets: the pattern must not find itself in this shell's own command line.
    guardian="orin-remote-irq-guar[d] $base/irq"
    if cat /proc/[0-9]*/cmdline 2> /dev/null | printable | grep -q "$guardian"; then
      o irqguard 1
    fi
  fi
  # Every number in the lock and the pid files that is a living process of our agent.
  for p in $(cat lock runs/*/pid 2> /dev/null | tr -cs 0-9 " "); do
    printable 2> /dev/null < "/proc/$p/cmdline" | grep -q agent.cjs && o alive "$p"
  done
fi
