#!/bin/sh
# NOT RUN: nobody has run this script yet (no Mac where it was written).
#
# The vault's promises on APFS, on case-sensitive APFS, and on exFAT as macOS writes it (with its "._" files), each in a
# disk image of its own. No administrator needed. From the project's folder:  sh tests/manual/apfs.sh [KILLS]
set -eu
kills=${1:-100}
node=node_modules/.bin/node
work=$(mktemp -d)
trap 'hdiutil detach -quiet "$work/disk" 2>/dev/null || true; rm -rf "$work"' EXIT

"$node" scripts/build-native.mjs --strict
for format in "APFS" "Case-sensitive APFS" "ExFAT" "HFS+J"; do
  echo "== $format"
  rm -f "$work/image.sparseimage"
  mkdir -p "$work/disk"
  hdiutil create -quiet -size 2g -fs "$format" -volname BackstopTest -type SPARSE "$work/image"
  hdiutil attach -quiet -mountpoint "$work/disk" "$work/image.sparseimage"
  "$node" tests/manual/exercise-disk.ts info "$work/disk/vault"
  "$node" tests/manual/exercise-disk.ts kill "$work/disk/vault" "$kills"
  # A detach by force is the nearest to pulling the cable.
  "$node" tests/manual/exercise-disk.ts write "$work/disk/vault" > "$work/log" &
  writer=$!
  sleep 5
  hdiutil detach -quiet -force "$work/disk"
  kill "$writer" 2>/dev/null || true
  wait "$writer" 2>/dev/null || true
  hdiutil attach -quiet -mountpoint "$work/disk" "$work/image.sparseimage"
  "$node" tests/manual/exercise-disk.ts check "$work/disk/vault" "$work/log"
  hdiutil detach -quiet "$work/disk"
done

echo "== What only an eye can check, on the Mac's own disk:"
"$node" tests/manual/exercise-disk.ts info "$HOME/backstop-apfs-test"
echo "   encryptedAtRest must be what System Settings says of FileVault, timeMachine what its settings say,"
echo "   and after  tmutil addexclusion ~/backstop-apfs-test  it must be 'excluded'. Remove the folder afterwards."
