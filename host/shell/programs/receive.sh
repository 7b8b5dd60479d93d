# Receives one segment of a file from standard input. Answers: `present` when the file is in the
# store by now; `have <bytes> <sha256>` of what an earlier upload left in `store/incoming`, after
# which it reads our header; then `stored`, `received <name>` (a segment of several),
# `short <bytes>`, or `damaged`. After store-file.sh. $7: name under which the segment waits. $8:
# its bytes, or `whole` where one carries the file.
# shellcheck disable=SC2154,SC3013 # what store-file.sh sets; every sh of a Linux knows -ef
bytes=$8
p=incoming/$7
u=$p.$unique
# The kernel drops this lock with the last process that holds it, so there are no stale ones. When
# another upload of the same bytes holds it, we go on beside it from a copy of what it has.
exec 9>> "$p"
if flock -n 9 && [ "$p" -ef /proc/self/fd/9 ]; then
  :
else
  q=$p
  p=$u
  exec 9>> "$p"
  flock -n 9
  cat "$q" > "$p" 2> /dev/null
fi

# Another upload may have stored the file before our lock told it that we are here.
if stored; then
  rm -f "$p"
  say present
  exit 0
fi
s=$(stat -c %s "$p")
h=-
if [ "$s" -gt 0 ]; then h=$(hash < "$p"); fi
say have "$s" "${h%% *}"
o=
read -r o
# No header: the connection was cut, and what is here stays for the next try.
case $o in
  "$s") ;;
  0) : > "$p" ;;
  *) exit 7 ;;
esac

if [ "$bytes" = whole ] && [ "$unpack" = cat ]; then
  # When the disk refuses a byte, what was written of it frees its space at once.
  cat >> "$p" || rm -f "$p"
  t=$p
  verify_and_store "$p"
elif [ "$bytes" = whole ]; then
  # One channel carries everything, and what is packed is unpacked while it arrives. An answer into
  # a cut connection is a SIGPIPE, which no exit trap sees.
  t=incoming/$sha.$unique.tmp
  # shellcheck disable=SC2064 # as it is now
  trap "rm -rf $t" 0
  trap "exit 9" HUP INT PIPE TERM
  if tee --output-error=exit < /dev/null > /dev/null 2>&1; then
    { cat "$p"; tee -a --output-error=exit "$p" || rm -f "$p"; } | $unpack > "$t"
  else
    # A tee that goes on after its disk was full would hide that; then it is unpacked when all of it
    # is there.
    cat >> "$p" || rm -f "$p"
    $unpack < "$p" > "$t"
  fi
  verify_and_store "$p"
else
  cat >> "$p" || rm -f "$p"
  s=$(stat -c %s "$p" || echo 0)
  if [ "$s" -eq "$bytes" ]; then
    say received "$p"
  else
    tidy
    say short "$s"
  fi
fi
