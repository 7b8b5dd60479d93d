# Removes what nobody uses from a base directory; each file that went is printed as
# `removed=<name>`. $1: base directory. After base-names.sh.
# shellcheck disable=SC2154 # marker
cd "$1" && [ -f "$marker" ] || exit 6

# Nothing used within an hour is garbage: another workstation may be about to start with it.
old() { [ -n "$(find "$1" -maxdepth 0 -mmin +60 2> /dev/null)" ]; }

# remove_runtimes ID…
remove_runtimes() {
  for r in "$@"; do
    if old "runtimes/$r"; then rm -rf "runtimes/$r"; fi
  done
}

# remove_files PATH…: asked again here whether a plan names it: a run may have come since the probe.
remove_files() {
  for f in "$@"; do
    grep -qs "${f##*/}" runs/*/plan*.json && continue
    if old "$f" && rm -f "$f"; then echo "removed=${f##*/}"; fi
  done
}

# remove_engines PATH…
remove_engines() {
  for f in "$@"; do
    if old "$f" && rm -f "$f"; then
      echo "removed=$f"
      rmdir "${f%/*}" 2> /dev/null
    fi
  done
}
