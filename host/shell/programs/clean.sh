# Removes from a base directory what orin-remote wrote there, by its names, and the directories that
# are empty then. Nothing else: what somebody put among it stays and is told as `kept=<path>`. No
# symbolic link is followed and no mount point crossed. `left=<path>` is what should have gone and
# did not, `moved=1` that interrupts of this boot are still moved; exit code 8 that the directory
# does not have our marker. $1: base directory. $2: identity of the boot. $3: `also-moved` to go on
# while interrupts are moved; their record stays then. After base-names.sh and answer.sh.
# shellcheck disable=SC2086,SC2125,SC2154,SC2231,SC2254 # patterns; marker, names, trial
boot=$2
even=$3
cd -P "$1" 2> /dev/null || exit 0
w=
read -r w n < "$marker"
[ "$w" = orin-remote ] || exit 8

# As it is now: since the probe they may have been put back, and the guardian of a run that was just
# stopped is at it.
moved() { [ "$(head -n 1 irq/record 2> /dev/null)" = "boot $boot" ]; }
guarded() {
  cat /proc/[0-9]*/cmdline 2> /dev/null | printable | grep -q "orin-remote-irq-guar[d] $PWD/irq"
}
i=0
while moved && guarded && [ $i -lt 50 ]; do
  sleep 0.1
  i=$((i + 1))
done
b=
m=
if moved; then
  m=1
  echo moved=1
  [ "$even" = also-moved ] || exit 0
fi

# Patterns for hexadecimal digits: 2, 12, 40 and 64 of them.
x=[0-9a-f]
h2=$x$x
x=$h2$h2
h12=$x$x$x
x=$x$x
h40=$x$x$x$x$x
h64=$h40$x$x$x

# Whole trees are ours by the name of their top and a file in it. Only what is no directory is
# removed by `rm`.
tree() {
  find "$1" -xdev "(" -type f -o -type l -o -type p -o -type s ")" -exec rm -f {} + || b=1
  find "$1" -xdev -depth -type d -exec rmdir {} + 2> /dev/null
}
real() { [ -d "$1" ] && if [ -L "$1" ]; then false; fi; }
files() {
  d=$1
  shift
  if real "$d"; then
    find "$d" -xdev -mindepth 1 -maxdepth 1 -type f "(" "$@" ")" -exec rm -f {} + || b=1
  fi
}

# A run has a plan; one that is laid back from a workstation is `.<run id>.<12 digits>` until it is
# whole.
if real runs; then
  for r in runs/* runs/.*.$h12; do
    if real "$r"; then
      case ${r##*/} in
        .*) tree "$r" ;;
        *) if [ -f "$r/plan.json" ]; then tree "$r"; else rmdir "$r" 2> /dev/null; fi ;;
      esac
    fi
  done
  rmdir runs 2> /dev/null
fi

if real runtimes; then
  for r in runtimes/$h64 runtimes/.$h12 runtimes/.$h12.old; do
    if real "$r"; then tree "$r"; fi
  done
  rmdir runtimes 2> /dev/null
fi

# Names as in receive.sh.
if real store; then
  if real store/sha256; then
    for d in store/sha256/$h2; do files "$d" -name "$h64"; done
    rmdir store/sha256/$h2 store/sha256 2> /dev/null
  fi
  files store/incoming -name "$h64.*-*.part" -o -name "$h64.*-*.part.$h12" -o -name "$h64.$h12.tmp"
  if real store/incoming; then
    for d in store/incoming/batch.$h12; do files "$d" -name "$h64" -o -name all; done
    rmdir store/incoming/batch.$h12 store/incoming 2> /dev/null
  fi
  rmdir store 2> /dev/null
fi

# Names as in agent/engine: what is below `ort-<key>` ONNX Runtime wrote for us.
if real engines; then
  files engines/trtexec -name "$h40.plan" -o -name "$h40.json" -o -name "$h40.[0-9]*.tmp"
  for d in engines/ort-$h40; do files "$d" -name "*"; done
  rmdir engines/ort-$h40 engines/trtexec engines 2> /dev/null
fi

files irq -name record.new -o -name input -o -name claimed -o -name held -o -name holder
if [ -z "$m" ] && real irq; then
  rm -f irq/record
  find irq -mindepth 1 -maxdepth 1 -type p "(" -name control -o -name ack ")" -exec rm -f {} +
  rmdir irq 2> /dev/null
fi
files . -name lock -o -name "lock.[0-9]*.$h2*" -o -name reservation -o \
  -name "reservation.[0-9]*" -o -name "${trial}[0-9]*"

# What is still there below our names: ours where nobody but us has such names, else somebody's.
{
  find $names "(" -type f -o -type l -o -type p -o -type s ")"
  find $names -type d -empty
} 2> /dev/null | head -n 100 | while read -r f; do
  case $f in
    irq/record | irq/control | irq/ack) [ -z "$m" ] && echo "left=$f" ;;
    lock | reservation | store/sha256/$h2/$h64 | runtimes/$h64/*) echo "left=$f" ;;
    *) echo "kept=$f" ;;
  esac
done
[ -z "$b" ] || echo left=files

# The directory itself goes where we made it, and those above it that we made for it.
k=
for f in $names; do
  if [ -e "$f" ] || [ -L "$f" ]; then k=1; fi
done
if [ -z "$k" ]; then
  rm -f "$marker"
  q=$(pwd -P)
  cd / || exit
  until [ "$n" -le 0 ] 2> /dev/null; do
    rmdir "$q" 2> /dev/null || break
    q=${q%/*}
    n=$((n - 1))
  done
fi
true
