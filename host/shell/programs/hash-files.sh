# Prints a line for each file of a directory: its SHA-256, its size in bytes, its name. $1: the
# directory. Then names.
cd "$1" || exit
shift
for f in "$@"; do
  h=$(sha256sum < "$f") && echo "${h%% *} $(wc -c < "$f") $f"
done
