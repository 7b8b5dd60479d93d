# Builds a runtime's tree from the store, under a temporary name until it is whole; then says
# `installed`. Hard links where the file system has them, copies where not. $1: base directory. $2:
# temporary name. $3: final name. $4: `replace` a tree of this name, or `keep` it. $5: directories of
# the tree. Then `<path>:<mode>:<path in the base>` of each file.
cd "$1" || exit 6
t=$2
final=$3
existing=$4
directories=$5
shift 5
# shellcheck disable=SC2064 # as it is now
trap "rm -rf $t" 0
trap "exit 9" HUP INT PIPE TERM
# What a killed upload left and nobody came back for within a day; see receive.sh for the names.
# shellcheck disable=SC2125 # a pattern
x=[0-9a-f]
u=$x$x$x$x
h=$u$u$u$u
u=$u$u$u
h=$h$h$h$h
find store/incoming -mindepth 1 -maxdepth 1 -mmin +1440 \
  "(" -type f -name "$h.*" -o -type d -name "batch.$u" ")" -exec rm -rf {} + 2> /dev/null
l=
for d in $directories; do l="$l $t/$d"; done
# shellcheck disable=SC2086 # a list of directories
mkdir -p $l || exit 6
for e in "$@"; do
  f=${e##*:}
  r=${e%:*}
  m=${r##*:}
  n=$t/${r%:*}
  { ln "$f" "$n" 2> /dev/null || cp "$f" "$n"; } && chmod "$m" "$n" &&
    echo "$m ${f##*/} ${r%:*}" >> "$t/manifest" || exit 6
done
# A tree that was not there before is that of a client that was quicker, and may be in use by now.
if [ "$existing" = replace ] && [ -e "$final" ]; then mv "$final" "$t.old"; fi
# Not `mv -T`, which not every board has: where another client was quicker, ours would go into its
# directory.
if [ -e "$final" ]; then :; else mv "$t" "$final" 2> /dev/null; fi
[ -e "$final/manifest" ] || exit 6
rm -rf "$t.old"
echo installed
