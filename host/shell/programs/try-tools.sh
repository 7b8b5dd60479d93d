# Tries what every run needs of the board's tools: a name says nothing of BusyBox's or an old one's.
# Each that does not do it is printed as `broken=<tool>`. After the base directory was chosen.
broken() { o broken "$1"; }

# Of the CPUs that are allowed, whichever these are.
a=$(taskset -c -p $$ 2> /dev/null)
taskset -c "${a##*: }" true 2> /dev/null || broken taskset
setsid true 2> /dev/null || broken setsid
# Shared, and of a directory that nobody else can open: other probes try the same at the same time.
if [ -n "$base" ]; then flock -s -n 9 9< "$base" 2> /dev/null || broken flock; fi
[ "$(echo abcd | tail -c +3 2> /dev/null)" = cd ] || broken tail
case $(printf abc | sha256sum 2> /dev/null) in
  ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad*) ;;
  *) broken sha256sum ;;
esac
[ "$(echo ab | gzip -1 -c 2> /dev/null | gzip -dc 2> /dev/null)" = ab ] || broken gzip
[ "$(stat -c %F / 2> /dev/null)" = directory ] || broken stat
[ "$(find / -maxdepth 0 -type d -exec echo {} + 2> /dev/null)" = / ] || broken find
[ "$(echo abcd | dd bs=2 count=1 2> /dev/null)" = ab ] || broken dd
[ "$(echo abcd | head -c 2 2> /dev/null)" = ab ] || broken head
echo abc | grep -aqF b 2> /dev/null || broken grep
sleep 0.01 2> /dev/null || broken sleep
