# Who holds the board's lock, and whose process that is. After describe-board.sh, holders.sh and
# list-base.sh.
# shellcheck disable=SC2154 # root, lock and peer
o scope "$ORIN_REMOTE_LOCK"
list_sockets "$root"
k=
if [ -z "$(printf %s "$ORIN_REMOTE_LOCK" | tr -d "A-Za-z0-9_-")" ] && [ ${#ORIN_REMOTE_LOCK} -le 24 ]; then
  k=${ORIN_REMOTE_LOCK:+.$ORIN_REMOTE_LOCK}
fi
if grep -qa " @$lock$k" "$root/proc/net/unix" 2> /dev/null; then
  o peer "$(perl -e "$peer" "$lock$k" 2> /dev/null)"
fi
o clock "$(date +%s.%N)"
echo complete=1
