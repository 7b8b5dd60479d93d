# Lays the restore record on the disk, starts the guardian, which then waits for a supervisor, and says `state=ready`;
# `state=stale` where an earlier record is still there, `state=absent` where the guardian does not come. After as-root.sh.
# $1: directory of the record. $2: way to root. $3: bytes of the record. $4: stands before /proc and /sys; empty but in
# tests. Standard input: a line with the password, the record, guardian.sh.
# shellcheck disable=SC2034 # way and session for `as_root`
read_password
d=$1
way=$2
bytes=$3
root=$4
mkdir -p "$d" && cd "$d" || exit 3
# Through a file: a head that reads ahead on a pipe would take the script along.
cat > input
dd bs="$bytes" count=1 < input > record.new 2> /dev/null
g=$(tail -c "+$((bytes + 1))" input)
rm -f input
# The same once more: the connection was lost before the answer came, and the guardian waits.
if [ -e record ]; then
  s=stale
  cmp -s record record.new && [ -e held ] && { [ -e claimed ] || s=ready; }
  rm -f record.new
  echo "state=$s"
  exit 0
fi
rm -f control ack claimed held
mkfifo control ack || exit 3
# Older coreutils know only the whole sync.
sync record.new 2> /dev/null || sync
mv record.new record
sync . 2> /dev/null || sync

# First, so that it is the only job: shells list several in different orders, and dash none at all in a subshell.
setsid sh -c "$g" orin-remote-irq-hold "$d" hold "$root" < /dev/null > /dev/null 2>&1 &
jobs -p > holder
read -r h < holder
rm -f holder
session=setsid
as_root sh -c "$g" orin-remote-irq-guard "$d" guard "$root" > /dev/null 2>&1 &
# In this order: a guardian that comes too late finds no FIFO to wait at. The holder hears no other signal.
n=0
until [ -e held ] || [ $n -ge 200 ]; do
  sleep 0.05
  n=$((n + 1))
done
if [ -e held ]; then
  echo state=ready
else
  rm -f record control ack
  kill -KILL "$h"
  echo state=absent
fi
