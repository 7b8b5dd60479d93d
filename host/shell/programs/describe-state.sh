# Memory, temperatures, load and tools of a board. After describe-board.sh.
# shellcheck disable=SC2154 # root and tools
if [ -r "$root/proc/meminfo" ]; then
  while read -r l; do
    case $l in
      MemTotal:* | MemAvailable:*) o memory "$l" ;;
      Buffers:*) break ;;
    esac
  done < "$root/proc/meminfo"
fi
for z in "$root"/sys/class/thermal/thermal_zone*/temp; do
  if read -r v 2> /dev/null < "$z" && [ "$v" -gt -40000 ] 2> /dev/null; then
    o thermal 1
    break
  fi
done
first uptime "$root/proc/uptime"
first load "$root/proc/loadavg"

# By hand: `command -v` of a shell with tools of its own tells no path.
where() (
  IFS=:
  for d in $PATH; do
    if [ -f "$d/$1" ] && [ -x "$d/$1" ]; then
      echo "$d/$1"
      exit
    fi
  done
  echo
)
for t in $tools; do
  printf %s "tool=$t "
  where "$t"
done
[ -r "$root/proc/self/stat" ] || o broken /proc
