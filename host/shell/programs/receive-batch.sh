# Receives many small files as one stream, in the given order. Answers `stored`, or
# `damaged <sha256>` for the first that was cut or wrong; then none of them is stored. $1: base
# directory. $2: makes names that no other upload has. Then `<sha256>:<bytes>` of each file.
export LC_ALL=C
t=incoming/batch.$2
cd "$1" && mkdir -p store/incoming store/sha256 && cd store && mkdir "$t" || exit 6
# shellcheck disable=SC2064 # as it is now
trap "rm -rf $t" 0
trap "exit 9" HUP INT PIPE TERM
shift 2
# As one file first: BusyBox's head reads ahead on a pipe. dd reads of a file what it is asked for,
# and needs no option.
cat > "$t/all"
exec 3< "$t/all"
for e in "$@"; do
  f=$t/${e%%:*}
  n=${e##*:}
  : > "$f"
  if [ "$n" -gt 0 ]; then
    w=$(dd bs="$n" count=1 2>&1 > "$f" <&3) || { echo "$w" >&2; break; }
  fi
done
exec 3<&-
rm -f "$t/all"
for e in "$@"; do
  [ "$(stat -c %s "$t/${e%%:*}" 2> /dev/null)" = "${e##*:}" ] || { say damaged "${e%%:*}"; exit 5; }
done
cd "$t" || exit 6
# shellcheck disable=SC2035 # names are hashes, and are compared with them
b=$(sha256sum * | while read -r h f; do [ "$h" = "$f" ] || echo "$f"; done | head -n 1)
cd ../..
if [ -n "$b" ]; then
  say damaged "$b"
  exit 5
fi
for e in "$@"; do
  h=${e%%:*}
  d=sha256/${h%"${h#??}"}
  mkdir -p "$d" && mv -f "$t/$h" "$d/$h" || exit 6
done
say stored
