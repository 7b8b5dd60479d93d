# Chooses `$base`, or leaves it empty, and prints why earlier choices were passed over. A place that
# ORIN_REMOTE_DIR names is the only one, and told as `named`: whoever chose it must not find their
# runs elsewhere. ORIN_REMOTE_DEMO_DIR, set by the demo board, replaces ~/.cache as the first place.
# After base-names.sh.
#
# What lies in the base is executed, and removed by name. So it is a directory of this user that
# nobody else can write to, and so is the way to it: each directory above belongs to root or this
# user, and others can write there only if it is sticky, as /tmp is, where they cannot rename what
# is not theirs. Each is judged after it was made, by its physical path.
#
# A base that has our marker is ours also when its disk is full or read-only: what waits there is to
# be collected and cleaned. The reason for which nothing can run there is then printed as `trouble`.
# shellcheck disable=SC2030,SC2031,SC2154 # `n` of a subshell is another; marker, names, trial

# The directory in which we make ours where ORIN_REMOTE_DIR names a place: nothing beside it is ever
# touched.
directory=orin-remote
base=
me=$(id -u)
# The group that this user shares with nobody, as Debian makes one for each user.
own=
if [ "$(id -gn 2> /dev/null)" = "$(id -un 2> /dev/null)" ]; then own=$(id -g); fi

reject() {
  o reject "$2: ${1:-cannot be made}"
  return 1
}

# Only characters that survive double quotes in every later script; `tr` because dash knows no [^…].
plain() { [ -z "$(printf %s "$1" | tr -d "A-Za-z0-9/._@+,=: -")" ]; }

# judge_way DIR: leaves in `$y` why somebody else could replace what lies below DIR; empty when
# nobody could.
judge_way() {
  q=$1
  set --
  while [ -n "$q" ]; do
    set -- "$@" "$q"
    q=${q%/*}
  done
  x=$(stat -c "%u %g %a %n" / "$@" 2> /dev/null) || {
    y="stat does not tell who owns $1"
    return
  }
  y=$(
    echo "$x" | while read -r u g a n; do
      [ "$u" = 0 ] || [ "$u" = "$me" ] || { echo "$n belongs to user $u"; break; }
      case $a in
        [1357]???) ;;
        *[2367]) echo "others can write to $n"; break ;;
        *[2367]?) [ "$g" = "$own" ] || { echo "its group can write to $n"; break; } ;;
      esac
    done
  )
}

# judge_base DIR: the same of the base itself, which no group may write to either.
judge_base() {
  y=
  if [ -L "$1" ]; then y="is a symbolic link"; return; fi
  # shellcheck disable=SC2046 # its owner, its mode and what it is
  set -- "$1" $(stat -c "%u %a %F" "$1" 2> /dev/null)
  if [ "$4" = directory ]; then :; else y="is not a directory"; return; fi
  if [ "$2" = "$me" ]; then :; else y="belongs to user $2"; return; fi
  case $3 in *[2367] | *[2367]?) y="others can write to it"; return ;; esac
  for f in $names; do
    if [ -L "$1/$f" ]; then y="$f in it is a symbolic link"; return; fi
  done
}

# try_base DIR: leaves in `$y` why no file of some kilobytes can be written there and executed.
try_base() {
  y=
  t=$1/$trial$$
  # An external program, because it says why a write failed; dash calls everything an I/O error.
  e=$({ printf "%8192s" "" | cat > "$t"; } 2>&1) || y=${e##*: }
  # A file of blanks is run by sh itself, so that only a mount without exec refuses it.
  if [ -z "$y" ]; then
    chmod 700 "$t"
    "$t" 2> /dev/null || y="mounted noexec"
  fi
  rm -f "$t" 2> /dev/null
}

# unmake DIR: removes the `$n` directories that were made, upwards from DIR.
unmake() {
  q=$1
  until [ "$n" -le 0 ]; do
    rmdir "$q" 2> /dev/null || break
    q=${q%/*}
    n=$((n - 1))
  done
}

# usable PATH: makes PATH the base where that is safe and possible; else prints why not and leaves
# nothing of it behind.
usable() {
  d=${1%/*}
  b=$1
  case $1 in
    /*) ;;
    *) reject "not an absolute path" "$1"; return ;;
  esac
  plain "$1" || { reject "unusual characters in the path" "$1"; return; }
  n=0
  q=$d
  until [ -z "$q" ] || [ -e "$q" ]; do
    n=$((n + 1))
    q=${q%/*}
  done
  e=$({ mkdir -p "${d:-/}"; } 2>&1) || { reject "${e##*: }" "$1"; return; }
  d=$(cd -P "${d:-/}" 2> /dev/null && pwd -P) || { reject "cannot be entered" "$1"; return; }
  b=${d%/}/${1##*/}
  plain "$b" || { unmake "$d"; reject "unusual characters in the path" "$1"; return; }
  judge_way "${d%/}"
  if [ -n "$y" ]; then unmake "$d"; reject "$y" "$1"; return; fi
  if [ -e "$b" ] || [ -L "$b" ]; then
    :
  else
    e=$({ mkdir "$b"; } 2>&1) || { unmake "$d"; reject "${e##*: }" "$1"; return; }
    n=$((n + 1))
  fi
  judge_base "$b"
  if [ -n "$y" ]; then unmake "$b"; reject "$y" "$1"; return; fi
  if [ -f "$b/$marker" ]; then
    chmod 700 "$b" 2> /dev/null
    base=$b
    try_base "$b"
    [ -z "$y" ] || o trouble "$y"
    return
  fi
  for f in $names; do
    if [ -e "$b/$f" ]; then reject "$f in it was not made by orin-remote" "$1"; return; fi
  done
  try_base "$b"
  if [ -n "$y" ]; then unmake "$b"; reject "$y" "$1"; return; fi
  # Whoever made the directory knows how many; another probe at the same moment must not overwrite
  # that.
  if [ "$n" -gt 0 ]; then
    echo "orin-remote $n" > "$b/$marker"
  else
    (set -C; echo "orin-remote 0" > "$b/$marker") 2> /dev/null
  fi
  if [ -s "$b/$marker" ]; then
    chmod 700 "$b" 2> /dev/null
    base=$b
  else
    reject "cannot be marked as ours" "$1"
  fi
}

if [ -n "$ORIN_REMOTE_DIR" ]; then
  o named 1
  usable "${ORIN_REMOTE_DIR%/}/$directory"
else
  if [ -n "$ORIN_REMOTE_DEMO_DIR" ]; then
    usable "${ORIN_REMOTE_DEMO_DIR%/}/$directory"
  elif [ -n "$HOME" ]; then
    usable "${HOME%/}/.cache/$directory"
  else
    # shellcheck disable=SC2088 # for a person to read
    reject "HOME is not set" "~/.cache/$directory"
  fi
  if [ -z "$base" ]; then usable "/var/tmp/$directory-$me"; fi
fi
