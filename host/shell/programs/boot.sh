# `read_boot ROOT`: leaves the kernel's identity of this boot in `$boot`; empty where it is not
# told.
# shellcheck disable=SC2034 # for the programs beside it
read_boot() {
  boot=
  if [ -r "$1/proc/sys/kernel/random/boot_id" ]; then
    read -r boot < "$1/proc/sys/kernel/random/boot_id"
  fi
}
