# Tells again and again who has a board, each time closed by `<mark>look`: the probe's lines of it
# and nothing else, a few short processes at a time, because somebody is measuring. It ends with its
# connection: writing to it fails then. $1: base directory. $2: mark. $3: seconds between looks.
# After answer.sh and holders.sh.
mark=$2
every=$3
cd "$1" || exit 6
export LC_ALL=C
# An empty line first: login scripts may leave one unfinished.
while echo; do
  read -r l < /proc/sys/kernel/random/boot_id && o boot "$l"
  o scope "$ORIN_REMOTE_LOCK"
  if [ -r lock ]; then
    o lock "$(head -c 2000 lock)"
    for p in $(tr -cs 0-9 " " < lock); do
      printable 2> /dev/null < "/proc/$p/cmdline" | grep -q agent.cjs && o alive "$p"
    done
  fi
  if [ -r reservation ]; then o reserved "$(head -c 2000 reservation)"; fi
  list_sockets ""
  echo "${mark}look"
  sleep "$every"
done
