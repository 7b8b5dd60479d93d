# What every program that receives a file of the store begins with. After verified.sh. $1: base
# directory. $2: SHA-256 of the file. $3: its bytes. $4: command that unpacks it, `cat` where it
# travels as it is. $5: bytes on the wire: of the packed file, or the file's own. $6: makes names
# that no other upload has.
#
# What is received is hashed after it was written: beside the write every byte is copied twice more
# (0.15 s for 85 MB).
# shellcheck disable=SC2034,SC2154 # for the programs after it, which set `t`

export LC_ALL=C
sha=$2
size=$3
unpack=$4
wire=$5
unique=$6
d=sha256/${sha%"${sha#??}"}
cd "$1" && mkdir -p store/incoming "store/$d" && cd store || exit 6
d=$d/$sha

# Removes what other uploads left of files that are in the store by now, unless they are still at
# it: several may have sent the same file at once. Ours is let go of before.
tidy() {
  exec 9>&-
  for q in incoming/*.part*; do
    n=${q#incoming/}
    n=${n%%.*}
    [ -f "sha256/${n%"${n#??}"}/$n" ] && flock -n "$q" rm -f "$q"
  done
}
stored() { [ -f "$d" ] && [ "$(stat -c %s "$d")" -eq "$size" ]; }

# verify_and_store PART…: `$t` into the store, when it is whole; PARTs are what arrived for it.
#
# Size and hash are checked before the rename, so that a file in the store is whole. It is not
# synced one by one: on an SD card that would make a person wait for seconds, and after a power cut
# ext4 shows a file that never reached the disk as shorter, which the next probe sees by its size.
# But writing back must not fall into the measurement, so it is started here and goes on while Node
# and the model load.
verify_and_store() {
  z=$(stat -c %s "$t" 2> /dev/null || echo 0)
  h=-
  if [ "$z" -eq "$size" ]; then h=$(hash < "$t"); fi
  if [ "${h%% *}" = "$sha" ] && mv -f "$t" "$d"; then
    rm -f "$@"
    tidy
    say stored
    (sync -f "$d" 9>&- > /dev/null 2>&1 < /dev/null &)
  else
    s=$(cat "$@" 2> /dev/null | wc -c)
    if [ "$s" -ge "$wire" ]; then
      rm -f "$@"
      say damaged
    else
      tidy
      # shellcheck disable=SC2086 # without the blanks that some `wc` print before it
      say short $s
    fi
  fi
}

if stored; then
  tidy
  say present
  exit 0
fi
