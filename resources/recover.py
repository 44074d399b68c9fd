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
Exit code 0: everything asked for is whole; 1: something is missing or damaged; 2: it could not be done.
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
import threading
import time
import unicodedata
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

CHUNK = 1 << 20
WHOLE = 8 << 20  # objects up to this size are checked in memory before a byte is written
PACK_IN_MEMORY = 96 << 20
EMPTY = hashlib.sha256().digest()
HASH = re.compile(r"^[0-9a-f]{64}$")
PACK_NAME = re.compile(r"^([0-9a-f]{64})\.pack$")
OBJECT_NAME = re.compile(r"^([0-9a-f]{64})$")
CATALOG_NAME = re.compile(r"^([0-9a-f]{64})\.db$")
RECORD_NAME = re.compile(r"^(\d{8})-([0-9a-f]{64})\.json$")
EVENT_NAME = re.compile(r"^\d{8}T\d{9}Z-[0-9a-f]{8}-([0-9a-f]{64})\.json$")
GC_NAME = re.compile(r"^\d{8}T\d{9}Z-([0-9a-f]{64})\.(?:mark|moved)\.json$")
LATER_NAME = re.compile(r"^vault\.(\d{1,6})\.json$")
IGNORED = re.compile(r"^\._|^\.nfs|^\.DS_Store$|^desktop\.ini$|^Thumbs\.db$|conflicted copy| \(\d+\)(\.[a-z]+)?$", re.I)
RESERVED = re.compile(r"^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?$", re.I)
NO_ZSTD = 'it is compressed, and reading it needs the program "zstd", which is not installed here'

problems = 0


class CannotDo(Exception):
    """What was asked for cannot be done: wrong words, a newer format, no room."""


class Unreadable(Exception):
    """Bytes of the vault are not what they should be, or cannot be read."""


class NeedsZstd(Unreadable):
    pass


def plain(text):
    """Text from a vault that is safe to show: nothing in it moves a terminal's cursor."""
    return "".join(char if char.isprintable() else "\\x%02x" % ord(char) for char in str(text))


def say(text):
    print(plain(text), flush=True)


def note(text):
    print("note: " + plain(text), file=sys.stderr, flush=True)


def problem(text):
    global problems
    problems += 1
    print("PROBLEM: " + plain(text), file=sys.stderr, flush=True)


class Progress:
    """How far it is, on stderr: on a terminal always the last line, elsewhere a line each ten seconds."""

    def __init__(self, what, total):
        self.what, self.total, self.done = what, total, 0
        self.isatty = sys.stderr.isatty()
        self.last = time.monotonic()
        self.lock = threading.Lock()

    def add(self, amount):
        with self.lock:
            self.done += amount
            now = time.monotonic()
            if now - self.last < (0.2 if self.isatty else 10):
                return
            self.last = now
            percent = 100 * self.done // max(1, self.total)
            text = "%s: %d of %d MB, %d %%" % (self.what, self.done >> 20, self.total >> 20, min(100, percent))
            print(text, end="\r" if self.isatty else "\n", file=sys.stderr, flush=True)

    def end(self):
        if self.isatty:
            print(" " * 70, end="\r", file=sys.stderr, flush=True)


# --- files of the vault -----------------------------------------------------------------------------------------------


def files_below(folder, depth=1):
    """Plain files in a folder and, to this depth, in its folders: sorted (name, path, size). No link is followed."""
    try:
        with os.scandir(folder) as found:
            items = sorted(found, key=lambda item: item.name)
    except FileNotFoundError:
        return
    except OSError as error:
        problem("%s cannot be listed: %s" % (folder, error.strerror))
        return
    for item in items:
        if IGNORED.search(item.name):
            continue
        if item.is_dir(follow_symlinks=False):
            if depth > 0:
                yield from files_below(item.path, depth - 1)
        elif item.is_file(follow_symlinks=False):
            yield item.name, item.path, item.stat(follow_symlinks=False).st_size


def read_range(path, offset, length):
    """The bytes of a part of a file, in chunks."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            while length > 0:
                chunk = file.read(min(CHUNK, length))
                if not chunk:
                    raise Unreadable("%s ends early" % path)
                length -= len(chunk)
                yield chunk
    except OSError as error:
        raise Unreadable("%s cannot be read: %s" % (path, error.strerror))


def read_small(path, limit=64 << 20):
    size = os.path.getsize(path)
    if size > limit:
        raise Unreadable("%s is unreasonably long" % path)
    return b"".join(read_range(path, 0, size))


def sha256_of(path, progress=None):
    digest = hashlib.sha256()
    for chunk in read_range(path, 0, os.path.getsize(path)):
        digest.update(chunk)
        if progress is not None:
            progress.add(len(chunk))
    return digest.hexdigest()


def named_json(path, expected):
    """A JSON file whose name carries the hash of its bytes."""
    data = read_small(path)
    if hashlib.sha256(data).hexdigest() != expected:
        raise Unreadable("its bytes do not match the SHA-256 in its name")
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON")
    if not isinstance(value, dict):
        raise Unreadable("it is not understood")
    return value


# --- packs ------------------------------------------------------------------------------------------------------------


def unzstd(chunks, raw):
    """Chunks of what a zstd frame holds, never more than `raw` bytes and a chunk. A damaged one yields too few or wrong
    ones: whoever asked looks at length and hash."""
    try:
        from compression import zstd  # Python 3.14
    except ImportError:
        zstd = None
    if zstd is not None and raw <= PACK_IN_MEMORY:
        try:
            yield zstd.ZstdDecompressor().decompress(b"".join(chunks), raw + 1)
        except zstd.ZstdError:
            pass
        return
    if shutil.which("zstd") is None:
        raise NeedsZstd(NO_ZSTD)
    tool = subprocess.Popen(
        ["zstd", "-dcq"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )

    def feed():
        try:
            for chunk in chunks:
                tool.stdin.write(chunk)
            tool.stdin.close()
        except (OSError, Unreadable):
            tool.kill()

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        left = raw
        while left >= 0:
            chunk = tool.stdout.read(CHUNK)
            if not chunk:
                break
            left -= len(chunk)
            yield chunk
    finally:
        tool.kill()
        feeder.join()
        tool.stdout.close()
        tool.wait()


class Record:
    """One record of a pack: where its stored bytes are, and what they should be."""

    __slots__ = ("path", "offset", "stored", "raw", "hash", "crc", "codec")

    def __init__(self, path, offset, stored, raw, digest, crc, codec):
        self.path, self.offset, self.stored, self.raw = path, offset, stored, raw
        self.hash, self.crc, self.codec = digest, crc, codec

    def chunks(self, stored=None):
        """The raw bytes as they come, not checked yet. `stored`: the stored bytes, if they are at hand."""
        if self.codec not in (0, 1):
            raise Unreadable("%s at %d: codec %d is not known here" % (self.path, self.offset, self.codec))
        source = read_range(self.path, self.offset, self.stored) if stored is None else iter((stored,))
        return source if self.codec == 0 else unzstd(source, self.raw)

    def why_damaged(self, stored=None):
        """Reads it all; None when it is whole."""
        try:
            digest, size = hashlib.sha256(), 0
            for chunk in self.chunks(stored):
                digest.update(chunk)
                size += len(chunk)
        except NeedsZstd:
            raise
        except Unreadable as error:
            return str(error)
        is_whole = size == self.raw and digest.digest() == self.hash
        return None if is_whole else "%s has other bytes at %d than it should" % (self.path, self.offset)


def parse_record(path, at, head, size):
    """The record whose header stands at this place, or None when there is no sound one."""
    if len(head) < 64 or head[:4] != b"BSOB" or head[4] != 1:
        return None
    if zlib.crc32(head[:60]) != struct.unpack_from("<I", head, 60)[0]:
        return None
    stored, raw = struct.unpack_from("<QQ", head, 8)
    if at + 64 + stored > size or raw >= 1 << 53:
        return None
    return Record(path, at + 64, stored, raw, bytes(head[24:56]), struct.unpack_from("<I", head, 56)[0], head[5])


def scan_pack(path):
    """By the record headers alone, in steps of 8 bytes wherever there is none: for packs that are cut or damaged."""
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            at, start, window = 96, 96, b""
            while at + 64 <= size:
                if at < start or at + 64 > start + len(window):
                    file.seek(at)
                    start, window = at, file.read(CHUNK)
                    if len(window) < 64:
                        return
                record = parse_record(path, at, window[at - start : at - start + 64], size)
                if record is not None:
                    yield record
                    at = record.offset + record.stored + (-record.stored) % 8
                    continue
                found = window.find(b"BSOB", at - start + 1)
                while found >= 0 and (start + found) % 8 != 0:
                    found = window.find(b"BSOB", found + 1)
                at = start + found if found >= 0 else max(at + 8, (start + len(window) - 3) // 8 * 8)
    except OSError as error:
        problem("%s cannot be read: %s" % (path, error.strerror))


def index_of(path):
    """The records that a pack's own index names, or None when it has no sound index."""
    try:
        size = os.path.getsize(path)
        if size < 96 + 64:
            return None
        with open(path, "rb") as file:
            file.seek(size - 64)
            foot = file.read(64)
            if len(foot) != 64 or foot[:8] != b"BSFOOT01":
                return None
            if zlib.crc32(foot[:60]) != struct.unpack_from("<I", foot, 60)[0]:
                return None
            offset, length, count = struct.unpack_from("<QII", foot, 8)
            if offset < 96 or offset + length + 64 != size or length != 16 + 56 * count:
                return None
            file.seek(offset)
            index = file.read(length)
    except OSError:
        return None
    if hashlib.sha256(index).digest() != foot[24:56] or index[:8] != b"BSINDEX1":
        return None
    found = []
    for at in range(16, length, 56):
        place, stored, raw, crc = struct.unpack_from("<QIII", index, at + 32)
        if place < 160 or place + stored > offset:
            return None
        found.append(Record(path, place, stored, raw, index[at : at + 32], crc, index[at + 52]))
    return found


# --- the vault --------------------------------------------------------------------------------------------------------


class Vault:
    def __init__(self, root):
        self.root = root
        self._places = None
        self.description = self.describe()
        if self.description is None:
            note("neither vault.json nor its copy can be read; going on without")

    def describe(self):
        """What the vault says it is: vault.json or its copy, and the highest later one that is sound."""
        found = None
        names = sorted(name for name, _, _ in files_below(self.root, 0))
        later = sorted((int(LATER_NAME.match(name).group(1)), name) for name in names if LATER_NAME.match(name))
        for name in ["vault.json", "vault.copy.json"] + [name for _, name in later]:
            value = self.self_hashed(name)
            if value is None:
                continue
            required = value.get("features", {}).get("required") if isinstance(value.get("features"), dict) else None
            if value.get("version") != 1 or required != []:
                raise CannotDo("this vault is of a newer format than this program knows")
            is_first = name in ("vault.json", "vault.copy.json")
            if found is None or (not is_first and value.get("id") == found.get("id")):
                found = value
        return found

    def self_hashed(self, name):
        """A file whose last key is the hash of the line without it; None when it is not there or not sound."""
        try:
            text = read_small(os.path.join(self.root, name), 1 << 20)
        except (OSError, Unreadable):
            return None
        match = re.search(rb',"sha256":"([0-9a-f]{64})"\}\n$', text)
        if match is None:
            return None
        bare = text[: match.start()] + b"}\n"
        if hashlib.sha256(bare).hexdigest() != match.group(1).decode():
            return None
        try:
            value = json.loads(bare.decode("utf-8"))
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) and value.get("format") == "backstop-vault" else None

    def named(self, kind, pattern):
        """(hash, path, size) of the files of a folder that bear a hash as their name."""
        for name, path, size in files_below(os.path.join(self.root, kind)):
            match = pattern.match(name)
            if match is not None:
                yield match.group(1), path, size

    def packs(self):
        return list(self.named("packs", PACK_NAME))

    def places(self):
        """hash -> every record of that hash in any pack."""
        if self._places is None:
            self._places = {}
            for _, path, _ in self.packs():
                found = index_of(path)
                if found is None:
                    note("%s: no sound index, reading its record headers instead" % path)
                    found = scan_pack(path)
                for record in found:
                    self._places.setdefault(record.hash, []).append(record)
        return self._places

    def single(self, digest):
        name = digest.hex()
        for path in (os.path.join(self.root, "objects", name[:2], name), os.path.join(self.root, "objects", name)):
            if os.path.isfile(path) and not os.path.islink(path):
                return path
        return None

    def sources(self, digest, size):
        """Every place that may hold an object: functions that answer its bytes in chunks."""
        path = self.single(digest)
        if path is not None:
            yield path, lambda: read_range(path, 0, size)
        for record in self.places().get(digest, ()):
            if record.raw == size:
                yield record.path, record.chunks

    def write_object(self, digest, size, target):
        """Writes an object to a new file. None, or why no whole copy of it was found: then there is no file."""
        if digest == EMPTY and size == 0:
            os.close(new_file(target))
            return None
        reasons = []
        for path, chunks in self.sources(digest, size):
            try:
                if copy_checked(chunks(), digest, size, target):
                    return None
                reasons.append("%s has other bytes than it should" % path)
            except Unreadable as error:
                reasons.append(str(error))
        return "; ".join(reasons) or "no copy of it was found"

    def events(self):
        """(id, event) in the order of their times; those that cannot be read are left out, and counted by check."""
        found = []
        for expected, path, _ in self.named("events", EVENT_NAME):
            try:
                event = named_json(path, expected)
            except (OSError, Unreadable):
                continue
            if isinstance(event.get("kind"), str) and isinstance(event.get("record"), str):
                found.append((str(event.get("at")), os.path.basename(path), expected, event))
        return [(event_id, event) for _, _, event_id, event in sorted(found, key=lambda item: item[:2])]

    def states(self):
        """record -> {"pinned", "forgotten", "note"}. An undo takes back what it names; a pin beats a forgetting."""
        events = self.events()
        taken = set()
        for _, event in events:
            for key in ("forgets", "pins", "replaces"):
                if isinstance(event.get(key), list) and event["kind"] != "expire":
                    taken.update(str(one) for one in event[key])
        states = {}
        for event_id, event in events:
            if event_id in taken:
                continue
            state = states.setdefault(event["record"], {"pinned": False, "forgotten": False, "note": ""})
            if event["kind"] == "pin":
                state["pinned"] = True
            elif event["kind"] == "forget":
                state["forgotten"] = True
            elif event["kind"] == "note":
                state["note"] = str(event.get("text", ""))
        for state in states.values():
            state["forgotten"] = state["forgotten"] and not state["pinned"]
        return states

    def snapshots(self, complain):
        """[(id, record)], oldest first: by the phone's clock, then number, then id."""
        found = []
        for path, match, folder in self.record_files():
            try:
                record = named_json(path, match.group(2))
                self.validate(record, folder, int(match.group(1)))
            except OSError as error:
                complain("%s cannot be read: %s" % (path, error.strerror))
            except Unreadable as error:
                complain("%s: %s" % (path, error))
            else:
                found.append((match.group(2), record))
        return sorted(found, key=lambda item: (time_of(item[1]["statusDate"]), item[1]["seq"], item[0]))

    def record_files(self):
        root = os.path.join(self.root, "snapshots")
        for name, path, _ in files_below(root):
            match = RECORD_NAME.match(name)
            if match is not None and os.path.dirname(path) != root:
                yield path, match, os.path.basename(os.path.dirname(path))

    def validate(self, record, folder, seq):
        if record.get("format") != "backstop-snapshot" or record.get("version") != 1:
            raise Unreadable("it is of a newer format than this program knows")
        for key in ("udid", "name", "started", "finished", "statusDate", "device", "root"):
            if not isinstance(record.get(key), str):
                raise Unreadable("its field %s is not understood" % key)
        for key in ("seq", "files", "bytes"):
            if not is_count(record.get(key)):
                raise Unreadable("its field %s is not understood" % key)
        if record["device"] != folder or record["seq"] != seq:
            raise Unreadable("it is not what its place and name say")
        if self.description is not None and record.get("vault") != self.description["id"]:
            raise Unreadable("it belongs to another vault")
        catalogs = record.get("catalogs")
        if not isinstance(catalogs, list) or not 1 <= len(catalogs) <= 64 or not HASH.match(record["root"]):
            raise Unreadable("its catalogs or root are not understood")
        for one in catalogs:
            if not isinstance(one, dict) or not isinstance(one.get("hash"), str) or not HASH.match(one["hash"]):
                raise Unreadable("its catalogs are not understood")

    def catalog(self, name, scratch):
        """A local copy of a catalog, from catalogs/ or from its meta pack."""
        target = os.path.join(scratch, name + ".db")
        if os.path.exists(target):
            return target
        reasons = []
        folder = os.path.join(self.root, "catalogs")
        digest = bytes.fromhex(name)
        for path in (os.path.join(folder, name + ".db"), os.path.join(folder, name[:2], name + ".db")):
            if not os.path.isfile(path):
                continue
            try:
                size = os.path.getsize(path)
                if copy_checked(read_range(path, 0, size), digest, size, target):
                    without_strict(target)
                    return target
                reasons.append("%s has other bytes than its name says" % path)
            except Unreadable as error:
                reasons.append(str(error))
        for record in self.places().get(digest, ()):
            try:
                if copy_checked(record.chunks(), digest, record.raw, target):
                    without_strict(target)
                    return target
                reasons.append("%s has other bytes than it should" % record.path)
            except Unreadable as error:
                reasons.append("%s: %s" % (record.path, error))
        raise Unreadable("its catalog %s: %s" % (name, "; ".join(reasons) or "no copy of it was found"))

    def content(self, record, scratch):
        """(tops, entries): asks the catalogs from the last to the first; the first that has an id decides."""
        tops, entries = None, {}
        for reference in reversed(record["catalogs"]):
            path = self.catalog(reference["hash"], scratch)
            database = sqlite3.connect(path)
            try:
                # Names are taken as bytes: not every name need be text. Nothing in a catalog may act by itself.
                database.text_factory = bytes
                active = "SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view')"
                if database.execute(active).fetchone() is not None:
                    raise Unreadable("its catalog %s holds more than tables" % reference["hash"])
                if tops is None:
                    tops = [top_row(row) for row in database.execute("SELECT name, obj, size, mtime FROM top")]
                for row in database.execute("SELECT id, obj, size, mtime FROM entry"):
                    key, value = entry_row(row)
                    entries.setdefault(key, value)
            except (sqlite3.Error, OverflowError) as error:
                raise Unreadable("its catalog %s: %s" % (reference["hash"], error))
            finally:
                database.close()
        tops.sort()
        return tops, {key: value for key, value in entries.items() if value is not None}


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def top_row(row):
    name, obj, size, mtime = row
    if not isinstance(name, bytes) or not isinstance(obj, bytes) or len(obj) != 32 or not is_count(size):
        raise Unreadable("a row of its catalog is not understood")
    return name, obj, size, mtime if isinstance(mtime, int) else 0


def entry_row(row):
    key, obj, size, mtime = row
    if not isinstance(key, bytes) or len(key) != 20:
        raise Unreadable("a row of its catalog is not understood")
    if obj is None:
        return key, None
    if not isinstance(obj, bytes) or len(obj) != 32 or not is_count(size):
        raise Unreadable("a row of its catalog is not understood")
    return key, (obj, size, mtime if isinstance(mtime, int) else 0)


def time_of(text):
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def without_strict(path):
    """SQLite before 3.37 does not know STRICT tables. In our copy their definitions, which all stand on the first page,
    lose the word at no change of length; the rest of the file means the same with and without it."""
    with open(path, "r+b") as file:
        page = file.read(8192)
        file.seek(0)
        file.write(page.replace(b"STRICT, WITHOUT ROWID", b"WITHOUT ROWID        ").replace(b") STRICT", b")       "))


def fold_root(tops, entries):
    top = hashlib.sha256()
    for name, obj, size, _ in sorted(tops):
        top.update(struct.pack(">H", len(name) & 0xFFFF) + name + struct.pack(">Q", size) + obj)
    leaves = {}
    for key in sorted(entries):
        obj, size, _ = entries[key]
        leaf = leaves.get(key[:2])
        if leaf is None:
            leaf = leaves[key[:2]] = hashlib.sha256()
        leaf.update(key + struct.pack(">Q", size) + obj)
    root = hashlib.sha256(b"BSROOT1" + top.digest())
    nothing = bytes(32)
    for first in range(256):
        node = hashlib.sha256()
        for second in range(256):
            leaf = leaves.get(bytes((first, second)))
            node.update(nothing if leaf is None else leaf.digest())
        root.update(node.digest())
    return root.hexdigest()


# --- writing ----------------------------------------------------------------------------------------------------------


def new_file(path):
    """Always a new file, never something that lies there."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


def copy_checked(chunks, digest, size, target):
    """Writes bytes to a new file. False, and no file, when they are not what they should be."""
    if size <= WHOLE:
        data = b"".join(chunks)
        if len(data) != size or hashlib.sha256(data).digest() != digest:
            return False
        with os.fdopen(new_file(target), "wb") as file:
            file.write(data)
        return True
    is_right = False
    out = os.fdopen(new_file(target), "wb")
    try:
        found, done = hashlib.sha256(), 0
        with out:
            for chunk in chunks:
                found.update(chunk)
                out.write(chunk)
                done += len(chunk)
        is_right = done == size and found.digest() == digest
        return is_right
    finally:
        if not is_right:
            os.unlink(target)


class Names:
    """Holds names to what every file system can carry and none can be tricked with."""

    def __init__(self):
        self.seen = {}

    def parts(self, raw):
        """The components of a top file's name, or why it is left out."""
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            return None, "it is not text"
        if len(raw) > 4096:
            return None, "it is too long"
        parts = (name[:-1] if name.endswith("/") else name).split("/")
        for part in parts:
            if part in ("", ".", ".."):
                return None, "it is not a plain name"
            if re.search("[\x00-\x1f\x7f\\\\:]", part):
                return None, "it holds a character that some systems read as a path or a stream"
            if RESERVED.match(part):
                return None, "it is a device name on Windows"
            if part[-1] in ". ":
                return None, "it ends in a dot or a space"
            if len(part.encode("utf-8")) > 255:
                return None, "it is too long"
        path = ""
        for part in parts:
            path = part if path == "" else path + "/" + part
            other = self.seen.setdefault(unicodedata.normalize("NFC", path).lower(), path)
            if other != path:
                return None, "it is the same as %s where case does not count" % other
        return parts, None


def refuse_inside(out, root):
    inside, vault = os.path.realpath(out), os.path.realpath(root)
    if inside == vault or inside.startswith(os.path.join(vault, "")):
        raise CannotDo("%s lies in the vault; nothing is written there" % out)


class Extraction:
    """One version, written whole under an unfinished name, which it loses at the end."""

    def __init__(self, vault, record, out):
        self.vault, self.record = vault, record
        parts, reason = Names().parts(record["udid"].encode("utf-8", "surrogatepass"))
        if parts is None or len(parts) != 1:
            raise CannotDo("the version's device id cannot be a folder's name: %s" % (reason or "it is a path"))
        self.target = os.path.join(out, parts[0])
        self.folder = self.target + ".backstop-unfinished"
        self.made = set()
        self.written = 0
        self.damaged = 0

    def run(self, scratch):
        tops, entries = self.vault.content(self.record, scratch)
        if fold_root(tops, entries) != self.record["root"]:
            problem("the content of the version has another root than its record says")
        self.prepare()
        try:
            self.write_all(tops, entries)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        say("%s: %d files" % (self.target, self.written))
        if self.damaged > 0:
            problem("%s: %d files are not in it; they are named above" % (self.target, self.damaged))

    def write_all(self, tops, entries):
        names = Names()
        for name, obj, size, mtime in tops:
            shown = name.decode("utf-8", "replace")
            parts, reason = names.parts(name)
            if parts is None:
                self.leave_out(shown, reason)
            elif name.endswith(b"/"):
                self.folder_of(shown, os.path.join(self.folder, *parts))
            elif self.folder_of(shown, os.path.join(self.folder, *parts[:-1])):
                self.write(shown, os.path.join(self.folder, *parts), obj, size, mtime)
        progress = Progress("writing", self.record["bytes"])
        for key in sorted(entries, key=self.order_of(entries)):
            obj, size, mtime = entries[key]
            name = key.hex()
            shown = name[:2] + "/" + name
            if self.folder_of(shown, os.path.join(self.folder, name[:2])):
                self.write(shown, os.path.join(self.folder, name[:2], name), obj, size, mtime)
            progress.add(size)
        progress.end()
        os.rename(self.folder, self.target)

    def prepare(self):
        if os.path.lexists(self.target):
            if os.path.islink(self.target) or not os.path.isdir(self.target) or os.listdir(self.target):
                raise CannotDo("%s is there already" % self.target)
            os.rmdir(self.target)
        if os.path.lexists(self.folder):
            shutil.rmtree(self.folder)
        os.mkdir(self.folder, 0o700)

    def order_of(self, entries):
        """As the objects lie in the vault, so that disks need not seek."""
        places = self.vault.places()

        def key(entry):
            found = places.get(entries[entry][0])
            return (found[0].path, found[0].offset, entry) if found else ("", 0, entry)

        return key

    def folder_of(self, shown, folder):
        if folder in self.made:
            return True
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            self.leave_out(shown, "a file lies where its folder should be")
            return False
        self.made.add(folder)
        return True

    def write(self, shown, path, obj, size, mtime):
        try:
            reason = self.vault.write_object(obj, size, path)
        except (FileExistsError, IsADirectoryError):
            self.leave_out(shown, "something else of the version has its place")
            return
        if reason is not None:
            self.leave_out(shown, "object %s (%d bytes): %s" % (obj.hex(), size, reason))
            return
        self.written += 1
        if mtime > 0:
            try:
                os.utime(path, (mtime, mtime))
            except (OSError, OverflowError):
                note("%s: the date cannot be set" % path)

    def leave_out(self, shown, reason):
        self.damaged += 1
        problem("%s is left out: %s" % (shown, reason))


# --- commands ---------------------------------------------------------------------------------------------------------


def list_versions(vault):
    states = vault.states()
    for name, record in vault.snapshots(problem):
        state = states.get(name, {})
        marks = [mark for mark in ("pinned", "forgotten") if state.get(mark)]
        if state.get("note"):
            marks.append("note: " + state["note"])
        head = "%s  %s  %s  %d files  %d bytes" % (
            name,
            record["finished"],
            record["name"],
            record["files"],
            record["bytes"],
        )
        say("  ".join([head] + marks))


class Check:
    def __init__(self, vault):
        self.vault = vault
        self.whole = {}  # hash -> length of what was read and is right
        self.bad = {}  # hash -> why
        self.unread = 0
        self.files = 0

    def run(self):
        vault = self.vault
        packs = vault.packs()
        objects = list(vault.named("objects", OBJECT_NAME))
        catalogs = list(vault.named("catalogs", CATALOG_NAME))
        self.descriptions()
        for kind, pattern in (("events", EVENT_NAME), ("gc", GC_NAME)):
            for name, path, _ in vault.named(kind, pattern):
                self.named_file(path, name, None)
        progress = Progress("reading", sum(size for _, _, size in packs + objects + catalogs))
        with ThreadPoolExecutor(max(1, min(4, os.cpu_count() or 1))) as pool:
            for result in pool.map(lambda pack: self.read_pack(pack, progress), packs):
                self.take(result)
        for name, path, size in objects + catalogs:
            if self.named_file(path, name, progress):
                self.whole[bytes.fromhex(name)] = size
        progress.end()
        with tempfile.TemporaryDirectory() as scratch:
            for name, record in vault.snapshots(problem):
                self.version(name, record, scratch)
        if self.unread > 0:
            note("%d records were not unpacked: %s" % (self.unread, NO_ZSTD))
        say("%d files read, %d problems" % (self.files, problems))

    def descriptions(self):
        found = 0
        for name, path, _ in files_below(self.vault.root, 0):
            if name not in ("vault.json", "vault.copy.json") and not LATER_NAME.match(name):
                continue
            found += 1
            self.files += 1
            if self.vault.self_hashed(name) is None:
                problem("%s: its bytes do not match the SHA-256 in it" % path)
        if found < 2:
            problem("vault.json or its copy is missing")

    def named_file(self, path, name, progress):
        self.files += 1
        try:
            if sha256_of(path, progress) == name:
                return True
            problem("%s: its bytes do not match its name" % path)
        except (OSError, Unreadable) as error:
            problem("%s: %s" % (path, error))
        return False

    def read_pack(self, pack, progress):
        """Runs beside others: what is whole in a pack, what is not, and what is to be said about it."""
        name, path, size = pack
        whole, bad, said, unread = {}, {}, [], 0
        data = None
        try:
            if size <= PACK_IN_MEMORY:
                with open(path, "rb") as file:
                    data = memoryview(file.read())
                right = hashlib.sha256(data).hexdigest() == name
                progress.add(size)
            else:
                right = sha256_of(path, progress) == name
        except (OSError, Unreadable) as error:
            right, data = False, None
            said.append("%s: %s" % (path, error))
        else:
            if not right:
                said.append("%s: its bytes do not match its name" % path)
        records = index_of(path)
        if records is None:
            said.append("%s: no sound index, reading its record headers instead" % path)
            records = scan_pack(path)
        for record in records:
            try:
                stored = None if data is None else data[record.offset : record.offset + record.stored]
                reason = record.why_damaged(stored)
            except NeedsZstd:
                unread += 1
                continue
            if reason is None:
                whole[record.hash] = record.raw
            else:
                bad[record.hash] = reason
                if right:
                    said.append(reason)
        return whole, bad, said, unread

    def take(self, result):
        whole, bad, said, unread = result
        self.files += 1
        self.whole.update(whole)
        self.bad.update(bad)
        self.unread += unread
        for text in said:
            problem(text)

    def version(self, name, record, scratch):
        title = "version %s (%s, %s)" % (name[:12], record["finished"], record["name"])
        try:
            tops, entries = self.vault.content(record, scratch)
        except Unreadable as error:
            problem("%s cannot be read: %s" % (title, error))
            return
        if fold_root(tops, entries) != record["root"]:
            problem("%s: its content has another root than its record says" % title)
        size = sum(row[2] for row in tops) + sum(row[1] for row in entries.values())
        if len(entries) != record["files"] or size != record["bytes"]:
            problem("%s: its record says %d files and %d bytes" % (title, record["files"], record["bytes"]))
        rows = [(row[0].decode("utf-8", "replace"), row[1], row[2]) for row in tops]
        rows += [(key.hex()[:2] + "/" + key.hex(), entries[key][0], entries[key][1]) for key in sorted(entries)]
        damaged = 0
        for shown, obj, length in rows:
            reason = self.why_not(obj, length)
            if reason is not None:
                damaged += 1
                problem("%s: %s: object %s (%d bytes): %s" % (title, shown, obj.hex(), length, reason))
        if damaged == 0:
            say("%s: %d files, all whole" % (title, len(entries)))
        else:
            say("%s: %d of %d files are damaged or missing" % (title, damaged, len(rows)))

    def why_not(self, obj, length):
        if self.whole.get(obj) == length or (obj == EMPTY and length == 0):
            return None
        if obj in self.whole:
            return "its object has %d bytes" % self.whole[obj]
        if obj in self.bad:
            return self.bad[obj]
        if obj in self.vault.places() and any(record.codec == 1 for record in self.vault.places()[obj]):
            return NO_ZSTD
        return "it is damaged" if self.vault.single(obj) is not None else "no copy of it was found"


def scan(vault, out):
    """By record headers alone. Without `out` it tells, with it it writes each whole object under its hash."""
    for _, path, _ in vault.packs():
        for record in scan_pack(path):
            try:
                if out is None:
                    state = "damaged" if record.why_damaged() else "whole"
                else:
                    target = os.path.join(out, record.hash.hex())
                    is_new = not os.path.lexists(target)
                    is_right = not is_new or copy_checked(record.chunks(), record.hash, record.raw, target)
                    state = "whole" if is_right else "damaged"
                reason = "its bytes are not what they should be"
            except Unreadable as error:
                state, reason = "unread" if isinstance(error, NeedsZstd) else "damaged", str(error)
            if state != "whole":
                problem("%s at %d: object %s: %s" % (path, record.offset, record.hash.hex(), reason))
            if out is None:
                shown = os.path.relpath(path, vault.root).replace(os.sep, "/")
                say("%s %d %d %d %s %s" % (record.hash.hex(), record.raw, record.codec, record.offset, state, shown))


def dump(vault, out):
    refuse_inside(out, vault.root)
    os.makedirs(out, 0o700, exist_ok=True)
    scan(vault, out)
    for name, path, size in vault.named("objects", OBJECT_NAME):
        target = os.path.join(out, name)
        try:
            if os.path.lexists(target) or copy_checked(read_range(path, 0, size), bytes.fromhex(name), size, target):
                continue
            problem("%s: its bytes do not match its name" % path)
        except Unreadable as error:
            problem(str(error))


def extract(vault, wanted, out):
    refuse_inside(out, vault.root)
    is_named = wanted not in ("--all", "latest")
    snapshots = vault.snapshots(note if is_named else problem)
    if wanted == "--all":
        chosen = snapshots
    elif wanted == "latest":
        states = vault.states()
        chosen = [item for item in snapshots if not states.get(item[0], {}).get("forgotten")][-1:]
    else:
        chosen = [item for item in snapshots if wanted and item[0].startswith(wanted.lower())]
    if not chosen or (is_named and len(chosen) > 1):
        raise CannotDo("there is no version %s" % wanted if not chosen else "%d versions begin so" % len(chosen))
    with tempfile.TemporaryDirectory() as scratch:
        for name, record in chosen:
            target = out
            if wanted == "--all":
                parts, _ = Names().parts(record["device"].encode("utf-8", "surrogatepass"))
                folder = parts[0] if parts is not None and len(parts) == 1 else "device"
                target = os.path.join(out, folder, "%08d-%s" % (record["seq"], name[:12]))
            try:
                os.makedirs(target, 0o700, exist_ok=True)
                Extraction(vault, record, target).run(scratch)
            except Unreadable as error:
                problem("version %s cannot be written: %s" % (name, error))
            except CannotDo as error:
                if wanted != "--all":
                    raise
                problem("version %s is not written: %s" % (name, error))


def main(arguments):
    wanted = {"list": 0, "check": 0, "scan": 0, "dump": 1, "extract": 2}
    if len(arguments) < 2 or wanted.get(arguments[0]) != len(arguments) - 2:
        print(__doc__)
        return 2
    command, root, rest = arguments[0], arguments[1], arguments[2:]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    try:
        if not any(os.path.isdir(os.path.join(root, name)) for name in ("snapshots", "packs")):
            raise CannotDo("%s is not a vault" % root)
        vault = Vault(root)
        if command == "list":
            list_versions(vault)
        elif command == "check":
            Check(vault).run()
        elif command == "scan":
            scan(vault, None)
        elif command == "dump":
            dump(vault, rest[0])
        else:
            extract(vault, rest[0], rest[1])
    except CannotDo as error:
        print(plain(error), file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except OSError as error:
        print(plain(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 2
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
