# Defines, for directories of runtimes, and after `read_boot`:
# - `stamped DIR`: the runtime in DIR was verified in this boot, and none of its files has changed
#   since, by inode, size and times;
# - `verified DIR`: it is what its name says, by that stamp or else by hash: the name is the SHA-256
#   of the manifest, which has that of each file, and no other file is there. Leaves the stamp,
#   which only this user can write;
# - `restamp DIR`: notes times that we changed ourselves, of a runtime that was just verified.
#
# And `hash FILE…` (without a file: of standard input), which prints lines of SHA-256 and name as
# sha256sum does. OpenSSL uses the SHA instructions of Arm and x86, coreutils often not: 0.09 s
# against 0.31 s for 85 MB.

hash() { openssl dgst -sha256 -r "$@" 2> /dev/null || sha256sum "$@"; }

# In the directory: leaves in `$l` the files of the manifest.
# shellcheck disable=SC2034 # mode and hash are not asked for here
listed() {
  l=
  while read -r m h f; do l="$l $f"; done < manifest
}

# Times in words: as numbers they are of whole seconds.
# shellcheck disable=SC2086,SC2154 # a list of files; read_boot sets the boot
state() {
  echo "$boot"
  LC_ALL=C TZ=UTC0 stat -c "%n %i %s %y %z" manifest $l
}

stamped() (
  cd "$1" && listed && [ -n "$boot" ] && [ "$(state)" = "$(cat verified)" ]
) 2> /dev/null

verified() { stamped "$1" || by_hash "$1"; }

# shellcheck disable=SC2034,SC2086 # the mode is not asked for; a list of files
by_hash() (
  cd "$1" 2> /dev/null && listed 2> /dev/null || exit 1
  h=$(hash < manifest)
  [ "${h%% *}" = "${1##*/}" ] || exit 1
  x=$(while read -r m h f; do echo "$h  $f"; done < manifest)
  [ "$x" = "$(hash $l 2> /dev/null | tr "*" " ")" ] || exit 1
  rm -f verified
  n=$(find . -type f -o -type l | wc -l)
  set -- $l
  [ "$n" -eq $(($# + 1)) ] || exit 1
  { state > verified; } 2> /dev/null
  true
)

restamp() (
  cd "$1" && listed && state > verified
)
