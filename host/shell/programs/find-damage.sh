# Says `verified` when a runtime is what its name says. Else `damaged=<sha256>` of each of its files
# that is damaged in the store, which is removed from it, and `damaged`. After boot.sh and
# verified.sh. $1: base directory. $2: name of the runtime. Then the paths of its files in the base.
cd "$1" || exit 6
runtime=runtimes/$2
shift 2
read_boot ""
if verified "$runtime"; then
  echo verified
  exit 0
fi
for f in "$@"; do
  h=$(hash "$f")
  [ "${h%% *}" = "${f##*/}" ] || { rm -f "$f"; echo "damaged=${f##*/}"; }
done
echo damaged
