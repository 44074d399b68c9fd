#!/bin/sh
# NOT RUN: nobody has run this script yet (nothing whose power could be cut where it was written).
#
# Real power cuts. On the computer or virtual machine whose power will go, with the log on ANOTHER computer, because what
# the vault acknowledged must be remembered where the power stays:
#
#   sh tests/manual/power-cut.sh write FOLDER | ssh other 'cat >> power-cut.log'
#   … cut the power (pull the plug of the disk or the computer; reset the virtual machine from its host) …
#   scp other:power-cut.log .
#   sh tests/manual/power-cut.sh check FOLDER power-cut.log
#
# Repeat; the vault and the log grow on. On a virtual machine whose host can be told, everything at once, from the host
# (libvirt; the guest is reached as root@GUEST and has the project in ~/backstop):
#
#   sh tests/manual/power-cut.sh loop DOMAIN GUEST FOLDER [CUTS]
set -eu
node=node_modules/.bin/node
case "${1:-}" in
  write) exec "$node" tests/manual/exercise-disk.ts write "$2" ;;
  check) exec "$node" tests/manual/exercise-disk.ts check "$2" "$3" ;;
  loop)
    domain=$2 guest=root@$3 folder=$4 cuts=${5:-100}
    cut=0
    while [ "$cut" -lt "$cuts" ]; do
      ssh "$guest" "cd ~/backstop && sh tests/manual/power-cut.sh write '$folder'" >> power-cut.log &
      writer=$!
      # Between 3 and 12 seconds, another time each round.
      sleep $((3 + $(od -An -N1 -tu1 /dev/urandom) % 10))
      virsh reset "$domain"
      wait "$writer" 2>/dev/null || true
      until ssh -o ConnectTimeout=2 "$guest" true 2>/dev/null; do sleep 1; done
      ssh "$guest" 'cat > ~/backstop/power-cut.log' < power-cut.log
      ssh "$guest" "cd ~/backstop && sh tests/manual/power-cut.sh check '$folder' power-cut.log"
      cut=$((cut + 1))
      echo "cut $cut of $cuts: nothing lost"
    done
    ;;
  *)
    echo "usage: power-cut.sh write FOLDER | check FOLDER LOG | loop DOMAIN GUEST FOLDER [CUTS]" >&2
    exit 2
    ;;
esac
