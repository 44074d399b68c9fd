#!/usr/bin/env python3
"""Reads a Backstop vault without Backstop. One file, Python 3.8 or newer, nothing to install.

  recover.py list    VAULT                     the versions in it
  recover.py check   VAULT                     is everything whole? (reads every byte)
  recover.py extract VAULT SNAPSHOT OUT        one version, as an Apple backup folder OUT/<UDID>
  recover.py extract VAULT --all OUT           every version, in folders of their own
  recover.py scan    VAULT                     every object in every pack, by its own header
  recover.py dump    VAULT OUT                 every whole object as a file named by its SHA-256

SNAPSHOT is the beginning of a name that "list" prints, or "latest". The vault is only read.
Compressed records (codec 1) need the program "zstd", or Python 3.14.
Exit code 0: everything asked for is whole; 1: something is missing or damaged; 2: wrong usage.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zlib

RECORD_NAME = re.compile(r"^(\d{8})-([0-9a-f]{64})\.json$")
EMPTY = hashlib.sha256().digest()
CHUNK = 1 << 20
problems = 0


def say(text):
    print(text, flush=True)


def problem(text):
    global problems
    problems += 1
    print("PROBLEM: " + text, file=sys.stderr, flush=True)


def ignored(name):
    return name.startswith("._") or name.startswith(".nfs") or name == ".DS_Store"


def files_below(folder):
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if not ignored(name):
                yield os.path.join(base, name)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            digest.update(chunk)
    return digest.hexdigest()


def unzstd(data):
    try:
        from compression import zstd  # Python 3.14

        return zstd.decompress(data)
    except ImportError:
        pass
    if shutil.which("zstd") is None:
        raise ValueError("a compressed record needs the program zstd, which is not installed")
    return subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout


class Record:
    """One record of a pack: where its stored bytes are, and what they should be."""

    __slots__ = ("path", "offset", "stored", "raw", "hash", "crc", "codec")

    def __init__(self, path, offset, stored, raw, digest, crc, codec):
        self.path, self.offset, self.stored, self.raw = path, offset, stored, raw
        self.hash, self.crc, self.codec = digest, crc, codec

    def bytes(self):
        """The raw bytes, or None when they are not what they should be."""
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            data = file.read(self.stored)
        if len(data) != self.stored or zlib.crc32(data) != self.crc:
            return None
        if self.codec == 1:
            data = unzstd(data)
        elif self.codec != 0:
            return None
        return data if hashlib.sha256(data).digest() == self.hash else None


def parse_record(path, offset, head, size):
    if len(head) < 64 or head[:4] != b"BSOB" or head[4] != 1:
        return None
    if zlib.crc32(head[:60]) != struct.unpack_from("<I", head, 60)[0]:
        return None
    stored, raw = struct.unpack_from("<QQ", head, 8)
    if offset + 64 + stored > size:
        return None
    return Record(path, offset + 64, stored, raw, head[24:56], struct.unpack_from("<I", head, 56)[0], head[5])


def scan_pack(path):
    """By the record headers alone, in steps of 8 bytes wherever there is none: for packs that are cut or damaged."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        at = 96
        while at + 64 <= size:
            file.seek(at)
            window = file.read(CHUNK)
            record = parse_record(path, at, window[:64], size)
            if record is not None:
                yield record
                at = record.offset + record.stored + (-record.stored) % 8
                continue
            step = 8
            while step + 4 <= len(window) and window[step : step + 4] != b"BSOB":
                step += 8
            at += step


def index_of(path):
    """The records that a pack's own index names, or None when it has no sound index."""
    size = os.path.getsize(path)
    if size < 96 + 64:
        return None
    with open(path, "rb") as file:
        file.seek(size - 64)
        foot = file.read(64)
        if foot[:8] != b"BSFOOT01" or zlib.crc32(foot[:60]) != struct.unpack_from("<I", foot, 60)[0]:
            return None
        offset, length, count = struct.unpack_from("<QII", foot, 8)
        if offset + length + 64 != size or length != 16 + 56 * count:
            return None
        file.seek(offset)
        index = file.read(length)
    if hashlib.sha256(index).digest() != foot[24:56] or index[:8] != b"BSINDEX1":
        return None
    found = []
    for at in range(16, length, 56):
        place, stored, raw, crc = struct.unpack_from("<QIII", index, at + 32)
        found.append(Record(path, place, stored, raw, index[at : at + 32], crc, index[at + 52]))
    return found


class Vault:
    def __init__(self, root):
        self.root = root
        self.description = None
        for name in ("vault.json", "vault.copy.json"):
            try:
                with open(os.path.join(root, name), "rb") as file:
                    self.description = json.loads(file.read())
                break
            except (OSError, ValueError):
                continue
        if self.description is None:
            problem("neither vault.json nor its copy can be read; going on without")
        elif self.description.get("version") != 1 or self.description["features"]["required"]:
            sys.exit("this vault is of a newer format than this program knows")
        self._records = None

    def packs(self):
        return [path for path in files_below(os.path.join(self.root, "packs")) if path.endswith(".pack")]

    def records(self):
        """hash -> every record of that hash in any pack."""
        if self._records is None:
            self._records = {}
            for path in self.packs():
                found = index_of(path)
                if found is None:
                    problem(path + ": no sound index, reading its record headers instead")
                    found = scan_pack(path)
                for record in found:
                    self._records.setdefault(record.hash, []).append(record)
        return self._records

    def single(self, digest):
        name = digest.hex()
        for path in (os.path.join(self.root, "objects", name[:2], name), os.path.join(self.root, "objects", name)):
            if os.path.isfile(path):
                return path
        return None

    def write_object(self, digest, size, target):
        """Writes an object to a new file; False when no whole copy is found."""
        if size == 0 and digest == EMPTY:
            open(target, "xb").close()
            return True
        for record in self.records().get(digest, []):
            if record.stored > (1 << 28) and record.codec == 0:
                if copy_run(record.path, record.offset, record.stored, target) == digest:
                    return True
                os.unlink(target)
                continue
            data = record.bytes()
            if data is not None and len(data) == size:
                with open(target, "xb") as file:
                    file.write(data)
                return True
        path = self.single(digest)
        if path is not None:
            if copy_run(path, 0, os.path.getsize(path), target) == digest:
                return True
            os.unlink(target)
        return False

    def snapshots(self):
        found = []
        for path in files_below(os.path.join(self.root, "snapshots")):
            match = RECORD_NAME.match(os.path.basename(path))
            if match is None:
                continue
            with open(path, "rb") as file:
                data = file.read()
            if hashlib.sha256(data).hexdigest() != match.group(2):
                problem(path + ": its bytes do not match its name")
                continue
            found.append((match.group(2), json.loads(data)))
        found.sort(key=lambda item: (item[1]["statusDate"], item[1]["seq"], item[0]))
        return found

    def catalog(self, name, scratch):
        """A local copy of a catalog, from catalogs/ or from its meta pack."""
        target = os.path.join(scratch, name + ".db")
        if os.path.exists(target):
            return target
        folder = os.path.join(self.root, "catalogs")
        for path in (os.path.join(folder, name + ".db"), os.path.join(folder, name[:2], name + ".db")):
            if os.path.isfile(path) and sha256_of(path) == name:
                shutil.copyfile(path, target)
                return target
        for record in self.records().get(bytes.fromhex(name), []):
            data = record.bytes()
            if data is not None:
                with open(target, "wb") as file:
                    file.write(data)
                return target
        return None

    def content(self, record, scratch):
        """(tops, entries) of a version: its catalogs from the last to the first, the first that has an id decides."""
        databases = []
        for reference in record["catalogs"]:
            path = self.catalog(reference["hash"], scratch)
            if path is None:
                problem("catalog %s is gone or damaged" % reference["hash"])
                return None
            databases.append(sqlite3.connect(path))
        databases.reverse()
        tops = databases[0].execute("SELECT name, obj, size, mtime FROM top ORDER BY name").fetchall()
        entries = {}
        for database in databases:
            for id_, obj, size, mtime in database.execute("SELECT id, obj, size, mtime FROM entry"):
                entries.setdefault(bytes(id_), None if obj is None else (bytes(obj), size, mtime))
        for database in databases:
            database.close()
        return tops, {key: value for key, value in entries.items() if value is not None}


def copy_run(path, offset, length, target):
    digest = hashlib.sha256()
    with open(path, "rb") as source, open(target, "xb") as out:
        source.seek(offset)
        while length > 0:
            chunk = source.read(min(CHUNK, length))
            if not chunk:
                break
            digest.update(chunk)
            out.write(chunk)
            length -= len(chunk)
    return digest.digest()


def safe_parts(name):
    parts = name.split("/")
    for part in parts:
        if part in ("", ".", "..") or "\\" in part or ":" in part or "\0" in part:
            return None
    return parts


def extract(vault, record, out, scratch):
    content = vault.content(record, scratch)
    if content is None:
        return
    udid = safe_parts(record["udid"])
    if udid is None or len(udid) != 1:
        problem("the device id of the version cannot be a folder's name")
        return
    folder = os.path.join(out, udid[0])
    os.makedirs(folder)
    tops, entries = content
    root = fold_root(tops, entries)
    if root != record["root"]:
        problem("the content has another root than the record says")
    written = 0
    for name, obj, size, mtime in tops:
        parts = safe_parts(name.rstrip("/"))
        if parts is None:
            problem("left out a dangerous name: %r" % name)
            continue
        path = os.path.join(folder, *parts)
        if name.endswith("/"):
            os.makedirs(path, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        written += write_one(vault, bytes(obj), size, mtime, path)
    for id_ in sorted(entries):
        obj, size, mtime = entries[id_]
        name = id_.hex()
        os.makedirs(os.path.join(folder, name[:2]), exist_ok=True)
        written += write_one(vault, obj, size, mtime, os.path.join(folder, name[:2], name))
    say("%s: %d files" % (folder, written))


def write_one(vault, obj, size, mtime, path):
    if not vault.write_object(obj, size, path):
        problem("%s: no whole copy of object %s (%d bytes)" % (path, obj.hex(), size))
        return 0
    if mtime > 0:
        os.utime(path, (mtime, mtime))
    return 1


def fold_root(tops, entries):
    top = hashlib.sha256()
    for name, obj, size, _ in sorted(tops, key=lambda row: row[0].encode()):
        raw = name.encode()
        top.update(struct.pack(">H", len(raw)) + raw + struct.pack(">Q", size) + bytes(obj))
    leaves = {}
    for id_ in sorted(entries):
        obj, size, _ = entries[id_]
        leaves.setdefault(id_[:2], hashlib.sha256()).update(id_ + struct.pack(">Q", size) + obj)
    root = hashlib.sha256(b"BSROOT1" + top.digest())
    for first in range(256):
        node = hashlib.sha256()
        for second in range(256):
            leaf = leaves.get(bytes((first, second)))
            node.update(bytes(32) if leaf is None else leaf.digest())
        root.update(node.digest())
    return root.hexdigest()


def check(vault):
    count = 0
    for kind in ("packs", "objects", "catalogs"):
        for path in files_below(os.path.join(vault.root, kind)):
            name = os.path.basename(path).split(".")[0]
            if not re.match(r"^[0-9a-f]{64}$", name):
                continue
            count += 1
            if sha256_of(path) != name:
                problem(path + ": its bytes do not match its name")
    records = vault.records()
    with tempfile.TemporaryDirectory() as scratch:
        for name, record in vault.snapshots():
            content = vault.content(record, scratch)
            if content is None:
                continue
            tops, entries = content
            if fold_root(tops, entries) != record["root"]:
                problem("version %s: its content has another root than its record says" % name)
            needed = [(bytes(row[1]), row[2]) for row in tops] + [(obj, size) for obj, size, _ in entries.values()]
            missing = sum(
                1
                for obj, size in needed
                if obj != EMPTY and obj not in records and vault.single(obj) is None
            )
            if missing:
                problem("version %s: %d of its objects are not there" % (name, missing))
            else:
                say("version %s: %d files, all there" % (name, len(entries)))
    say("%d files read, %d problems" % (count, problems))


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("list", "check", "scan", "dump", "extract"):
        print(__doc__)
        return 2
    command, root = arguments[0], arguments[1]
    if not os.path.isdir(os.path.join(root, "snapshots")) and not os.path.isdir(os.path.join(root, "packs")):
        print("%s is not a vault" % root, file=sys.stderr)
        return 2
    vault = Vault(root)
    if command == "list" and len(arguments) == 2:
        for name, record in vault.snapshots():
            say("%s  %s  %s  %d files  %d bytes" % (name, record["finished"], record["name"], record["files"], record["bytes"]))
    elif command == "check" and len(arguments) == 2:
        check(vault)
    elif command == "scan" and len(arguments) == 2:
        for path in vault.packs():
            for record in scan_pack(path):
                whole = "whole" if record.codec not in (0, 1) or record.bytes() is not None else "DAMAGED"
                if whole == "DAMAGED":
                    problem("%s at %d" % (path, record.offset))
                say("%s %d %s %d %d" % (record.hash.hex(), record.raw, path, record.offset, record.codec))
    elif command == "dump" and len(arguments) == 3:
        os.makedirs(arguments[2], exist_ok=True)
        for path in vault.packs():
            for record in scan_pack(path):
                target = os.path.join(arguments[2], record.hash.hex())
                data = record.bytes()
                if data is None:
                    problem("%s at %d" % (path, record.offset))
                elif not os.path.exists(target):
                    with open(target, "xb") as file:
                        file.write(data)
    elif command == "extract" and len(arguments) == 4:
        wanted, out = arguments[2], arguments[3]
        snapshots = vault.snapshots()
        if wanted == "latest":
            chosen = snapshots[-1:]
        elif wanted == "--all":
            chosen = snapshots
        else:
            chosen = [item for item in snapshots if item[0].startswith(wanted)]
        if not chosen or (wanted != "--all" and len(chosen) > 1):
            print("no single version begins with %s" % wanted, file=sys.stderr)
            return 2
        with tempfile.TemporaryDirectory() as scratch:
            for name, record in chosen:
                target = out if wanted != "--all" else os.path.join(out, record["device"], "%08d-%s" % (record["seq"], name[:12]))
                os.makedirs(target, exist_ok=True)
                extract(vault, record, target, scratch)
    else:
        print(__doc__)
        return 2
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
