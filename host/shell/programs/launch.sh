# Lays down a plan from standard input, starts the supervisor in a session of its own, detached from
# this connection, and streams its journal after `<mark>run:live:<boot>`. Else it says
# `<mark>failed:<reason>`; nothing of the run (of that segment) is then left. After answer.sh,
# boot.sh, alive.sh, follow.sh, mark-used.sh and verified.sh. $1: directory of the run. $2:
# directory of the runtime. $3: mark. $4: segment. $5: bytes of the plan. $6: seconds to wait for
# the board. $7, $8, $9: files of the plan, the journal and the log. Then files of the store that
# are used.
# shellcheck disable=SC2015,SC2034,SC2154 # x for `follow`; boot
r=$1
n=$2
mark=$3
segment=$4
bytes=$5
wait=$6
plan=$r/$7
journal=$r/$8
log=$r/$9
shift 9
read_boot ""

failed() {
  echo
  echo "${mark}failed:$1"
}
# What a launch that failed leaves of earlier segments is all there is of them.
undo() {
  if [ "$segment" = 1 ]; then rm -rf "$r"; else rm -f "$plan" "$journal" "$log" "$r/pid"; fi
}

verified "$n" || { failed runtime; exit 8; }
if [ "$segment" = 1 ]; then
  mkdir -p "${r%/*}" && mkdir "$r" || { failed mkdir; exit 3; }
else
  # Fails where the file is there: two workstations may mean to go on with the same run.
  (set -C; : > "$plan") 2> /dev/null || { failed resumed; exit 3; }
fi
# Writing fails on a full disk; reading less than was sent does not.
f=plan
head -c "$bytes" > "$plan" || f=disk
s=$(wc -c < "$plan")
[ "$s" -eq "$bytes" ] || { undo; failed $f; exit 4; }
mark_used "$n" "$@"
restamp "$n"

# `$!` would be read as history by csh; `jobs -p` says the same, but only outside of a subshell in
# dash. Without the account's variables, which may end Node or swap its libraries; the agent reads
# them from this shell's own environment, passed as a file that only this user can read.
setsid env -i "$n/bin/node" "$n/agent.cjs" supervise "$r" --segment "$segment" --wait "$wait" \
  < /proc/$$/environ > "$log" 2>&1 &
jobs -p > "$r/pid"
read -r p < "$r/pid"
until [ -e "$journal" ]; do
  kill -0 "$p" 2> /dev/null || break
  sleep 0.02
done
# No `exec`: the supervisor is a child of this shell, and unless somebody reaps it tail takes it for
# alive.
if [ -e "$journal" ]; then
  echo
  echo "${mark}run:live:$boot"
  x=
  follow 1 "$journal"
fi
failed agent
tail -c 4000 "$log"
undo
exit 5
