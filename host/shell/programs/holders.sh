# list_sockets ROOT: whoever benchmarks on the board, this user or another, holds sockets of these
# names; board-lock.ts.
list_sockets() {
  grep -a " 0001 [0-9]* *[0-9]* @orin-remote[.]" "$1/proc/net/unix" 2> /dev/null | head -n 64 |
    while read -r l; do o socket " @${l#* @}"; done
}
