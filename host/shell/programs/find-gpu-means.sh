# Looks for trtexec and for libraries of ONNX Runtime in their usual places. Prints `key=value`
# lines, of a bounded number of files; changes nothing on the board. After answer.sh. $1: a library
# that a person names, which comes first; empty where nobody does.
export LC_ALL=C
named=$1
PATH=$PATH:/usr/src/tensorrt/bin:/usr/local/tensorrt/bin
t=$(command -v trtexec)
if [ -n "$t" ]; then
  o trtexec "$t"
  o banner "$("$t" --help 2>&1 | head -n 1)"
fi

# look NAME FILE: two names of one library are one library; a person's own name for it is the one
# that is known here.
look() {
  o lib "$1"
  o version "$(grep -aom1 "VERS_[0-9][0-9.]*" "$2" | head -n 1)"
  for p in "${2%/*}"/libonnxruntime_providers_*.so; do
    [ -f "$p" ] && o provider "${p##*/}"
  done
}

if [ -n "$named" ] && [ -f "$named" ]; then look "$named" "$(readlink -f "$named")"; fi
# Where libraries of ONNX Runtime end up: installs of one's own, distributions, Python wheels,
# unpacked archives. In a home, environments may hide themselves or lie in a folder of them: venv,
# virtualenvwrapper, pipenv, poetry, pyenv, conda.
for f in \
  /usr/local/lib/libonnxruntime.so* \
  /usr/lib/libonnxruntime.so* \
  /usr/lib/*-linux-gnu/libonnxruntime.so* \
  /opt/*/lib/libonnxruntime.so* \
  /opt/*/*/lib/libonnxruntime.so* \
  /usr/local/lib/python3*/*-packages/onnxruntime/capi/libonnxruntime.so* \
  /usr/lib/python3*/*-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/.local/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/.venv*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/*/.venv*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/.virtualenvs/*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/.local/share/virtualenvs/*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/.cache/pypoetry/virtualenvs/*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/.pyenv/versions/*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/.conda/envs/*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/*/envs/*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  /opt/*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  /opt/*/envs/*/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so* \
  "$HOME"/onnxruntime*/lib/libonnxruntime.so*; do
  [ -f "$f" ] && echo "$f"
done | head -n 256 | while read -r f; do readlink -f "$f"; done | sort -u | head -n 64 |
  while read -r f; do look "$f" "$f"; done
echo complete=1
