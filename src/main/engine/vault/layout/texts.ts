/**
 * What a person finds who opens a vault's folder without this program. Never changed in an existing vault.
 *
 * The lines of RECOVER.txt that begin with four spaces are one script for bash: tests/integration/vault-by-hand.test.ts
 * takes them out of the vault and runs them. They use what every system has, `sqlite3` and, for compressed records, `zstd`.
 */

export const README_TEXT = `THIS FOLDER IS A BACKSTOP VAULT
It holds backups of one or more iPhones, as several versions. Please do not
change, rename, move or delete anything in it by hand.

To use it: install Backstop and open this folder as a vault.
Without Backstop: RECOVER.txt tells how to get everything out with programs
that every computer has, or with recover.py or recover.mjs, which lie here.

What is what
  vault.json       what this vault is (vault.copy.json holds the same bytes)
  snapshots/       one small text file for each version of each phone
  catalogs/        lists of what each version contains (SQLite files)
  packs/           small files of the phones, many in one
  objects/         large files of the phones, one each
  events/          later facts: results of checks, pins, notes, deletions
  gc/              what is to be cleared away, and what was moved where
  leases/ tmp/     work in progress
  parity/          not used yet
  ballast.bin      room that is given up when the disk is full

Every file is named by the SHA-256 of its bytes, so damage can always be found.
If the phone's backups are encrypted, everything from the phone lies here as
the phone encrypted it, and the backup's password is needed to read it.
Without it, nobody can. Keep the password.
`;

export const RECOVER_TEXT = `GETTING YOUR DATA OUT OF THIS VAULT WITHOUT BACKSTOP

The easy way (Python 3.8 or Node.js 22.15 or newer, nothing else to install):

  python3 recover.py list .
  python3 recover.py extract . SNAPSHOT /some/empty/folder
  python3 recover.py extract . --all /some/empty/folder
  python3 recover.py check .
  python3 recover.py scan .

  node recover.mjs list .                         (the same commands)

The result is a standard Apple backup folder. Put it where Finder, Apple
Devices or iTunes keeps its backups, or open it with any program that reads
such backups. SNAPSHOT is the beginning of a name that "list" prints.

BY HAND, with sha256sum, sqlite3 (3.37 or newer), tail, head and zstd

Open a terminal, go into this folder with "cd", and type "bash". Then copy
the lines that begin with four spaces, one step after the other. Nothing in
the vault is changed. A Mac that has no sha256sum needs this line first:
sha256sum() { shasum -a 256 "$@"; }

1. Are the files intact? Their name is the SHA-256 of their bytes. This reads
everything and names what is damaged; it may be left out.

    find packs objects catalogs snapshots -type f ! -name '._*' |
      sed -nE 's#^(.*/)([0-9]{8}-)?([0-9a-f]{64})([.][a-z]+)?$#\\3  \\1\\2\\3\\4#p' |
      sha256sum -c --quiet

2. Choose a version. These take the newest one of the last phone; for another
one, set phone= and record= to names that "ls snapshots/*" shows.

    phone=$(ls snapshots | grep -E -- '-[0-9a-f]{8}$' | tail -1)
    record=$(ls "snapshots/$phone" | grep -E '^[0-9]{8}-[0-9a-f]{64}[.]json$' | tail -1)

3. Fetch its catalogs: a full one, and then changes to it, in this order. One
that is not in catalogs/ also lies, compressed, in a pack of its own: its hash
stands there at byte 120 and its length at byte 104.

    out=~/recovered
    mkdir -p "$out"
    cat "snapshots/$phone/$record"
    udid=$(grep -o '"udid":"[^"]*"' "snapshots/$phone/$record" | cut -d'"' -f4)
    catalogs=$(grep -o '"catalogs":[^]]*' "snapshots/$phone/$record" | grep -oE '[0-9a-f]{64}')
    for catalog in $catalogs; do
      [ -e "catalogs/$catalog.db" ] && cp "catalogs/$catalog.db" "$out/" && continue
      find packs -type f -name '*.pack' ! -name '._*' | while read -r pack; do
        [ "$(od -An -v -tx1 -j120 -N32 "$pack" | tr -d ' \\n')" = "$catalog" ] || continue
        length=$(od -An -tu8 -j104 -N8 "$pack" | tr -d ' ')
        tail -c +161 "$pack" | head -c "$length" | zstd -dcq > "$out/$catalog.db"
      done
    done
    for catalog in $catalogs; do
      echo "$catalog  $out/$catalog.db" | sha256sum -c --quiet
    done

4. Make one list of them. What a later catalog says about a file stands; an
empty obj means that the file was removed. The table "top" comes whole from
the last catalog.

    rm -f "$out/list.db"
    sqlite3 "$out/list.db" "create table list (path primary key, top, obj, size, pack, off, slen, codec);
      create table place (obj, pack, off, slen, codec);"
    for catalog in $catalogs; do
      (cd "$out" && sqlite3 list.db "attach '$catalog.db' as c;
        create temp view names as select n, lower(hex(hash)) name from c.pack union select 0, '0';
        delete from list where top;
        insert or replace into list select name, 1, lower(hex(obj)), size,
          (select name from names where n = t.pack), off, slen, flags & 255 from c.top t;
        insert or replace into list select lower(substr(hex(id), 1, 2) || '/' || hex(id)), 0, lower(hex(obj)), size,
          (select name from names where n = e.pack), off, slen, flags & 255 from c.entry e;")
    done

5. A pack that is not there was written anew: gc/*.moved.json names the packs
that hold what was still needed of it. Where each object lies stands in a list
at the end of every pack.

    cat gc/*.moved.json 2>/dev/null | grep -o '"to":[^]]*' | grep -oE '[0-9a-f]{64}' | sort -u |
    while read -r pack; do
      file=packs/\${pack:0:2}/$pack.pack
      [ -e "$file" ] || file=packs/$pack.pack
      [ -e "$file" ] || continue
      start=$(tail -c 56 "$file" | od -An -tu8 -N8 | tr -d ' ')
      tail -c +$((start+17)) "$file" | head -c $(($(wc -c < "$file")-start-80)) > "$out/index"
      od -An -v -tx1 "$out/index" | tr -d ' \\n' | fold -w 112 | cut -c1-64 > "$out/hashes"
      od -An -v -tu4 "$out/index" | tr -s ' ' '\\n' | grep . | paste -d' ' - - - - - - - - - - - - - - > "$out/words"
      paste -d' ' "$out/hashes" "$out/words" | while read -r obj _ _ _ _ _ _ _ _ low high slen _ _ codec; do
        echo "$obj|$pack|$((low+high*4294967296))|$slen|$codec"
      done
    done > "$out/places"
    (cd "$out" && sqlite3 list.db ".import places place")
    for pack in $(sqlite3 "$out/list.db" "select distinct pack from list where pack <> '0'"); do
      [ -e "packs/\${pack:0:2}/$pack.pack" ] || [ -e "packs/$pack.pack" ] ||
        sqlite3 "$out/list.db" "update list set (pack, off, slen, codec) =
          (select pack, off, slen, codec from place where place.obj = list.obj) where pack = '$pack'"
    done

6. Write the files. Size 0 is an empty file, pack 0 a large object, which is
the file itself; all others are cut out of their packs. Each is checked, and
one that is not what it should be gets a name that ends in .damaged.

    sqlite3 "$out/list.db" "select obj, size, pack, off, slen, codec, path from list where obj <> ''" |
    while IFS='|' read -r obj size pack off slen codec path; do
      case "/$path" in */../*|*/..|//*) echo "left out: $path"; continue;; esac
      target="$out/$udid/$path"
      case "$path" in */) mkdir -p "$target"; continue;; esac
      mkdir -p "$(dirname "$target")"
      if [ "$size" = 0 ]; then
        : > "$target"
      elif [ "$pack" = 0 ]; then
        cp "objects/\${obj:0:2}/$obj" "$target" || cp "objects/$obj" "$target"
      else
        file=packs/\${pack:0:2}/$pack.pack
        [ -e "$file" ] || file=packs/$pack.pack
        tail -c +$((off+1)) "$file" | head -c "$slen" |
          if [ "$codec" = 1 ]; then zstd -dcq; else cat; fi > "$target"
      fi
      echo "$obj  $target" | sha256sum -c --quiet || mv "$target" "$target.damaged"
    done

When a file is damaged, another copy may lie elsewhere in the vault:
recover.py looks for it. Each object in a pack begins with BSOB and carries
its length and SHA-256, so that even a pack that has lost its end, or a vault
that has lost all its catalogs, can be read: "recover.py dump" does it.
The format is described in full in Backstop's docs/formats/vault.md.
`;
