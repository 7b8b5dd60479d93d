# `o KEY VALUE` prints a line of an answer that readAnswer reads; `first KEY FILE` the first line of
# a file.
o() {
  printf %s "$1=$2"
  echo
}

first() {
  v=
  [ -r "$2" ] && read -r v < "$2"
  o "$1" "$v"
}

# Text of /proc with NULs between its words, as one line: BusyBox's grep sees no further than the
# first.
printable() { tr -c " -~" " "; }
