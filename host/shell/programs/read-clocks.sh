# `path:content` of what tells whether clocks can move; all of them are one line, readable without
# root.
for f in /sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_m[ai][xn]_freq \
  /sys/class/devfreq/*/m[ai][xn]_freq /sys/class/devfreq/*/device/of_node/name; do
  [ -r "$f" ] && echo "$f:$(head -c 200 "$f" | tr -d "[:cntrl:]")"
done
true
