# `follow FROM FILE`, the last command of a program: prints a file from byte FROM on, and what is
# added to it until process `$p` has ended. `$x` is `exec`, or empty where `$p` is a child of this
# shell, which must reap it.
#
# GNU tail waits in the kernel and costs the board nothing while it measures. One without `--pid`
# (BusyBox) looks once a second, and is ended by a loop beside it; it is tried, not told by its
# name.
# shellcheck disable=SC2154 # p and x
gone() {
  z=
  read -r z 2> /dev/null < "/proc/$1/stat" || return 0
  case $z in *") Z "*) return 0 ;; esac
  return 1
}

follow() {
  if tail -n 0 --pid=$$ /dev/null 2> /dev/null; then
    $x tail -c "+$1" --pid="$p" -s 0.5 -f "$2"
    exit
  fi
  {
    until gone "$p" || gone $$; do sleep 1; done
    sleep 2
    gone $$ || kill $$
  } < /dev/null > /dev/null 2>&1 &
  exec tail -c "+$1" -f "$2"
}
