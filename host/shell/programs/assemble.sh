# Puts received segments together. It is started early and waits for one line that names them all,
# so that only half a round trip lies between the last segment and this. Answers as receive.sh does
# in the end. After store-file.sh.
# shellcheck disable=SC2086,SC2154 # names of segments; what store-file.sh sets
read -r l || exit 7
set -- $l
# Stored by another upload meanwhile, which may have taken our segments for left over.
if stored; then
  rm -f "$@"
  tidy
  say stored
  exit 0
fi
if [ "$unpack" = cat ]; then
  t=$1
  shift
  cat "$@" >> "$t"
else
  t=incoming/$sha.$unique.tmp
  # shellcheck disable=SC2064 # as it is now
  trap "rm -rf $t" 0
  trap "exit 9" HUP INT PIPE TERM
  cat "$@" | $unpack > "$t"
fi
verify_and_store $l
