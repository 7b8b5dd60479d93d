# Used by the programs beside it.
# shellcheck disable=SC2034

# Says in the base directory that what has our names there was made by us: one line,
# `orin-remote <levels>`, with the number of directories, upwards from the base, that were made
# along with it.
marker=.orin-remote
# Names that we make in the base directory, besides the marker.
names="store runtimes engines runs irq lock reservation"
# A file that is tried below the base has this before the number of its process.
trial=.try.
