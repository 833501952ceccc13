#!/bin/sh
# Runs a dockerd as the user nobody, in namespaces of that user's own, as Docker's dockerd-rootless.sh does. Only files that this process
# alone sees say that the user has subordinate ids and may open /dev/net/tun.
# usage: rootless.sh FOLDER dockerd ARGUMENT...
set -e
folder=$1
chown nobody:nogroup "$folder"
chmod 711 "$folder"
mkdir "$folder/session"
chown nobody:nogroup "$folder/session"
chmod 700 "$folder/session"
echo nobody:200000:65536 > "$folder/ids"
chmod 644 "$folder/ids"
mknod -m 666 "$folder/tun" c 10 200
# shellcheck disable=SC2016
exec unshare --mount sh -e -c '
  folder=$1
  shift
  for file in subuid subgid; do mount --bind "$folder/ids" /etc/$file; done
  mount --bind "$folder/tun" /dev/net/tun
  exec setpriv --reuid=nobody --regid=nogroup --clear-groups \
    env HOME="$folder/session" XDG_RUNTIME_DIR="$folder/session" \
    rootlesskit --net=slirp4netns --mtu=65520 --disable-host-loopback --port-driver=builtin \
    --copy-up=/etc --copy-up=/run --propagation=rslave \
    sh -c "rm -f /run/docker /run/containerd /run/xtables.lock; exec \"\$@\"" sh "$@" --storage-driver=vfs
' sh "$@"
