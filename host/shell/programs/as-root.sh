# `as_root COMMAND…` runs a command as root. `$way`: `root`, `passwordless`, or `password`, which is `$w`. `$session`:
# `setsid` where it is to outlive the connection. `read_password` reads the first line of standard input, byte by byte,
# so that what follows it stays.
session=
read_password() { IFS= read -r w; }

# shellcheck disable=SC2154 # way
as_root() {
  case $way in
    root) $session "$@" ;;
    passwordless) $session sudo -n "$@" ;;
    *)
      # `printf` is part of the shell: the password is in no argument list. -k: a cached answer would leave it unread.
      { printf %s "$w"; echo; } | $session sudo -k -S -p "" "$@"
      ;;
  esac
}
