#!/bin/sh
# Makes a private host, says "ready", and takes everything away again once its standard input has ended: also when its owner was killed.
# A line "restart" there ends the daemon and starts it again; "restarted" is the answer.
# usage: guard.sh FOLDER NAME [dockerd ARGUMENT...]
folder=$1
name=$2
shift 2
trap '' INT TERM HUP
dockerd=

within() { nsenter --net="/var/run/netns/$name" "$@"; }

make() {
  set -e
  ip netns add "$name"
  ip netns add "$name-out"
  ip link add up0 netns "$name" type veth peer name out0 netns "$name-out"
  ip -n "$name" link set lo up
  ip -n "$name-out" link set lo up
  ip -n "$name" address add 203.0.113.1/24 dev up0
  ip -n "$name" address add 2001:db8:113::1/64 dev up0 nodad
  ip -n "$name-out" address add 203.0.113.2/24 dev out0
  ip -n "$name-out" address add 2001:db8:113::2/64 dev out0 nodad
  ip -n "$name" link set up0 up
  ip -n "$name-out" link set out0 up
  ip -n "$name" route add default via 203.0.113.2
  ip -n "$name" -6 route add default via 2001:db8:113::2
  # Were forwarding on already, dockerd would leave the FORWARD policy at ACCEPT.
  within sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward'
}

# Programs whose command line names the folder: a containerd or a shim that outlived its dockerd.
left_over() {
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    [ "$pid" = "$$" ] || [ "$pid" = "$PPID" ] && continue
    grep -qsF "$folder" "$process/cmdline" && echo "$pid"
  done
}

start() {
  nsenter --net="/var/run/netns/$name" "$@" < /dev/null >> "$folder/dockerd.log" 2>&1 &
  dockerd=$!
}

stop() {
  kill "$dockerd" 2>/dev/null
  tries=100
  # A process that has ended and was not waited for has no command line.
  while [ $tries -gt 0 ] && grep -qs . "/proc/$dockerd/cmdline"; do
    tries=$((tries - 1))
    sleep 0.2
  done
  kill -KILL "$dockerd" 2>/dev/null
}

finish() {
  set +e
  [ -z "$dockerd" ] || stop
  for pid in $(left_over); do kill -KILL "$pid" 2>/dev/null; done
  awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do umount -l "$mount"; done
  for namespace in $(ip netns list | awk -v name="$name" '$1 == name || index($1, name "-") == 1 { print $1 }'); do
    ip netns delete "$namespace"
  done
  rm -rf "$folder"
}

trap finish EXIT
make
[ $# -eq 0 ] || start "$@"
echo ready
set +e
while read -r word; do
  if [ "$word" = restart ]; then
    stop
    start "$@"
    echo restarted
  fi
done
