# Streams the journal of a run that was started before, after `<mark>run:live:<boot>` or, when no
# supervisor is there any more, `<mark>run:ended:<boot>:<bytes>`. After answer.sh, boot.sh, alive.sh
# and follow.sh. $1: directory of the run. $2: mark. $3: segment. $4: name of its journal. $5: from
# which byte on, 1 for the first.
# shellcheck disable=SC2034,SC2154,SC2209 # x for `follow`; boot and k
r=$1
mark=$2
segment=$3
journal=$r/$4
from=$5
read_boot ""
# The run may be starting at this very moment, under a connection that has just been lost.
n=0
while [ -d "$r" ] && [ $n -lt 50 ]; do
  [ -e "$journal" ] && break
  sleep 0.1
  n=$((n + 1))
done
if [ -e "$journal" ]; then :; else
  echo
  echo "${mark}failed:gone"
  exit 6
fi
# A supervisor of a later segment adds nothing to this one.
if alive "$r" && [ "$k" -eq "$segment" ]; then
  echo
  echo "${mark}run:live:$boot"
  x=exec
  follow "$from" "$journal"
fi
echo
echo "${mark}run:ended:$boot:$(wc -c < "$journal")"
exec tail -c "+$from" "$journal"
