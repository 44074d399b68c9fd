/** What a person finds who opens a vault's folder without this program. Never changed in an existing vault. */

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
  events/          later facts, such as results of checks
  leases/ tmp/     work in progress
  ballast.bin      room that is given up when the disk is full

Every file is named by the SHA-256 of its bytes, so damage can always be found.
If the phone's backups are encrypted, everything from the phone lies here as
the phone encrypted it, and the backup's password is needed to read it.
Without it, nobody can. Keep the password.
`;

export const RECOVER_TEXT = `GETTING YOUR DATA OUT OF THIS VAULT WITHOUT BACKSTOP

The easy way (Python 3.8 or Node.js 22, nothing else to install):

  python3 recover.py list .
  python3 recover.py extract . SNAPSHOT /some/empty/folder
  python3 recover.py extract . --all /some/empty/folder
  python3 recover.py check .
  python3 recover.py scan .

  node recover.mjs list .                         (the same commands)

The result is a standard Apple backup folder. Put it where Finder, Apple
Devices or iTunes keeps its backups, or open it with any program that reads
such backups. SNAPSHOT is the beginning of a name that "list" prints.

By hand, with sha256sum, sqlite3, tail and head:

1. Are the files intact? Their name is the SHA-256 of their bytes.
   find packs objects catalogs snapshots -type f ! -name '._*' |
     sed -E 's#^(.*/)([0-9]{8}-)?([0-9a-f]{64})(\\..*)?$#\\3  \\1\\2\\3\\4#' |
     sha256sum -c --quiet            (macOS: shasum -a 256 -c)

2. The newest version of a phone, and its catalogs:
   ls snapshots/*/ | tail -1
   cat snapshots/<phone>/<that file>

3. What is in it. "catalogs" lists one full catalog and then changes to it.
   For each id ask them from the last to the first; the first one that has the
   id decides. An empty obj means: removed. Take "top" whole from the last.
   sqlite3 'file:catalogs/<hash>.db?immutable=1' "select lower(hex(id)),
     lower(hex(obj)), size, (select lower(hex(hash)) from pack where n=pack),
     off, slen, flags from entry"
   (on a disk that cannot do that, copy the catalog elsewhere first)

4. Size 0: an empty file. pack is 0: a large object, the file itself:
   cp objects/<first 2 of obj>/<obj> out/<first 2 of id>/<id>
   Otherwise cut it out of its pack (flags 0) and check it:
   tail -c +$((off+1)) packs/<first 2>/<pack>.pack | head -c $slen |
     tee out/<first 2 of id>/<id> | sha256sum        (must print obj)
   If the low byte of flags is 1, pipe it through "zstd -dc" before tee.
   (In a vault on exFAT the folders with two letters are left out.)

5. No catalogs any more? Each also lies, compressed, in a pack of its own:
   recover.py finds it by the hash in the version's record. And each object
   in a pack begins with BSOB and carries its length and SHA-256, so that a
   damaged pack can be read by scanning it in steps of 8 bytes.

A pack that is not there may have been replaced: look into gc/*.moved.json.
The format is described in full in Backstop's docs/formats/vault.md.
`;
