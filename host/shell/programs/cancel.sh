# Asks the supervisor of a run to stop, and says `asked`; one that is still there after 15 s is
# killed with its whole session. After answer.sh, boot.sh and alive.sh. $1: directory of the run.
# shellcheck disable=SC2154 # p
read_boot ""
alive "$1" || exit 0
echo asked
kill -TERM "$p" 2> /dev/null || exit 0
n=0
while [ $n -lt 150 ]; do
  kill -0 "$p" 2> /dev/null || exit 0
  sleep 0.1
  n=$((n + 1))
done
kill -KILL -- "-$p" 2> /dev/null
