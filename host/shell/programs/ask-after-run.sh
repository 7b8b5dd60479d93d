# Prints `alive <bytes of the journal>` where a segment of a run is alive. After answer.sh, boot.sh
# and alive.sh. $1: directory of the run. $2: segment. $3: name of its journal.
# shellcheck disable=SC2154 # k
read_boot ""
alive "$1" && [ "$k" -eq "$2" ] && echo "alive $(wc -c < "$1/$3")"
