# Prints of each run a line `run ID ALIVE AGE BYTES ENDS EARLIER`, one `plan` with its plan and one
# `last` with the last line of its journal. ALIVE is 1 or 0, AGE in seconds; the ends of processes
# of all segments, and of those before the newest. After answer.sh, boot.sh and alive.sh. $1: base
# directory. $2: bytes that a plan has at most. Then names of runs.
# shellcheck disable=SC2154 # j and k
cd "$1" || exit 6
most=$2
shift 2
export LC_ALL=C
read_boot ""
now=$(date +%s)
for x in "$@"; do
  r=runs/$x
  [ -d "$r" ] || continue
  a=0
  if alive "$r"; then a=1; fi
  s=0
  e=0
  f=0
  for g in "$r"/journal*.ndjson; do
    [ -r "$g" ] || continue
    s=$((s + $(wc -c < "$g")))
    c=$(grep -c kind...process-end "$g")
    e=$((e + c))
    [ "$g" = "$j" ] || f=$((f + c))
  done
  y=$r/plan.json
  [ "$k" -eq 1 ] || y=$r/plan-$k.json
  t=$(stat -c %Y "$y" 2> /dev/null || echo "$now")
  echo "run $x $a $((now - t)) $s $e $f"
  printf "plan "
  head -c "$most" "$y" 2> /dev/null
  echo
  printf "last "
  tail -n 1 "$j" 2> /dev/null | head -c 8000
  echo
done
