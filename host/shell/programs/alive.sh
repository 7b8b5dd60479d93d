# `newest DIR` leaves the number of the newest segment of the run in DIR in `$k` and the path of its
# journal in `$j`. `alive DIR` does that too, tells whether the run's supervisor is there and leaves
# its number in `$p`. A number alone proves nothing: it may belong to another process by now, so its
# command line must name the run, and the journal must be of this boot. After answer.sh and
# `read_boot`.
# shellcheck disable=SC2154 # boot
newest() {
  k=1
  while [ -e "$1/plan-$((k + 1)).json" ]; do k=$((k + 1)); done
  j=$1/journal.ndjson
  [ $k -eq 1 ] || j=$1/journal-$k.ndjson
}

alive() {
  newest "$1"
  p=
  [ -r "$1/pid" ] && read -r p < "$1/pid"
  [ -n "$p" ] || return 1
  printable 2> /dev/null < "/proc/$p/cmdline" | grep -qF "runs/${1##*/}" || return 1
  [ -s "$j" ] || return 0
  head -c 4000 "$j" | grep -aqF "$boot"
}
