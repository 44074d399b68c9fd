#!/bin/sh
# NOT RUN: nobody has run this script yet (no kernel with cifs, and no NAS, where it was written).
#
# The vault's promises on a network share. With a share that is mounted already:
#   sh tests/manual/smb.sh /Volumes/backups [KILLS]          (or /mnt/nas; also NFS)
# or, as root on Linux with samba and cifs-utils, on a server of its own on this computer:
#   sh tests/manual/smb.sh --loopback [KILLS]
set -eu
node=node_modules/.bin/node
place=${1:?a mounted share, or --loopback}
kills=${2:-30}
work=$(mktemp -d)
server=""
cleanup() {
  if [ -n "$server" ]; then
    umount "$work/mnt" 2>/dev/null || true
    kill "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT

if [ "$place" = "--loopback" ]; then
  mkdir -p "$work/share" "$work/mnt" "$work/private"
  cat > "$work/smb.conf" <<CONF
[global]
  smb ports = 4455
  private dir = $work/private
  pid directory = $work
  lock directory = $work
  state directory = $work
  cache directory = $work
  map to guest = bad user
  guest account = root
[backups]
  path = $work/share
  guest ok = yes
  read only = no
CONF
  smbd --foreground --no-process-group --configfile="$work/smb.conf" &
  server=$!
  sleep 2
  mount -t cifs -o guest,port=4455,vers=3.1.1 //127.0.0.1/backups "$work/mnt"
  place="$work/mnt"
fi

folder="$place/backstop-smb-test"
"$node" tests/manual/exercise-disk.ts info "$folder"
"$node" tests/manual/exercise-disk.ts kill "$folder" "$kills"

if [ -n "$server" ]; then
  # The server goes away in the middle and comes back.
  "$node" tests/manual/exercise-disk.ts write "$folder" > "$work/log" &
  writer=$!
  sleep 5
  kill -STOP "$server"
  sleep 20
  kill -CONT "$server"
  sleep 5
  kill "$writer" 2>/dev/null || true
  wait "$writer" 2>/dev/null || true
  "$node" tests/manual/exercise-disk.ts check "$folder" "$work/log"
else
  echo "Now by hand:  $node tests/manual/exercise-disk.ts write $folder > /tmp/log"
  echo "pull the network cable, put it back, end the writer, and then:"
  echo "             $node tests/manual/exercise-disk.ts check $folder /tmp/log"
  echo "Then run 'kill' from two computers at once, and remove $folder."
fi
