# Says `<mark>none` where a file is not there or empty, else `<mark>file:<bytes>`, and sends so much
# of it, packed. $1: the file. $2: mark.
file=$1
mark=$2
if [ -s "$file" ]; then :; else
  echo
  echo "${mark}none"
  exit 0
fi
echo
s=$(wc -c < "$file")
echo "${mark}file:$((s))"
head -c "$s" "$file" | gzip -1 -c
