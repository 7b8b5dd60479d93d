# How this account becomes root: `way=root`, `way=passwordless` by sudo, or `way=password`.
if [ "$(id -u)" = 0 ]; then
  echo way=root
elif sudo -n true 2> /dev/null; then
  echo way=passwordless
else
  echo way=password
fi
