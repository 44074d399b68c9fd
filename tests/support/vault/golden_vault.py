#!/usr/bin/env python3
"""Writes a small vault from the text of docs/formats/vault.md, with nothing but Python's standard library.

  golden_vault.py FOLDER [--flat]   writes FOLDER and, beside it, FOLDER.truth.json: what must come out of it

It shares no code with the product: what the product reads from it, it reads because the document says so. Its output is
committed as tests/golden/vault-1 and is the same on every machine: bytes come from a counter and SHA-256, compressed
frames are made by hand, and the one number that SQLite writes of itself into a file's header is overwritten.

In it: an encrypted phone with a full list, two changes to it, removals, single objects, empty files, a fork, a pack that
was written anew twice, a pin, a note, a version that was forgotten and one whose forgetting was undone; an unencrypted
phone with compressed objects and a full run whose pack has lost its end; marks, and events of every kind.
"""

import hashlib
import json
import os
import sqlite3
import struct
import sys
import zlib

root = sys.argv[1]
FLAT = "--flat" in sys.argv
VAULT = "0f8fad5b-d9cb-469f-a165-70867728950e"
WRITER = "16fd2706-8baf-433b-82eb-8c7fada847da"
OTHER_WRITER = "26fd2706-8baf-433b-82eb-8c7fada847db"
EMPTY = hashlib.sha256().digest()
CREATED_MS = 1767225600000
SINGLE_FROM = 4096


def session(number):
    return "7c9e6679-7425-40de-944b-e07fc1f90a%02x" % number


def day(number):
    return "2026-01-%02dT00:00:00.000Z" % number


def bytes_of(name, length):
    """Incompressible and always the same."""
    blocks = (hashlib.sha256(b"%s %d" % (name.encode(), at)).digest() for at in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def line(value):
    return (json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def put(path, data):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "xb") as file:
        file.write(data)


def fanned(kind, name, suffix=""):
    return "%s/%s%s" % (kind, name, suffix) if FLAT else "%s/%s/%s%s" % (kind, name[:2], name, suffix)


# --- zstd, as far as runs of one byte and uncompressed blocks ------------------------------------------------------------

BLOCK = 128 * 1024


def zstd_frame(data):
    """RFC 8878: magic, single segment with a content size of 4 bytes, then raw blocks and blocks of one repeated byte."""
    blocks = []
    at = 0
    while at < len(data):
        rest = data[at : at + BLOCK]
        run = at + len(rest) - len(rest.lstrip(rest[:1]))
        if run - at >= 16:
            blocks.append((1, run - at, data[at : at + 1]))
        elif blocks and blocks[-1][0] == 0 and blocks[-1][1] + run - at <= BLOCK:
            blocks[-1] = (0, blocks[-1][1] + run - at, blocks[-1][2] + data[at:run])
        else:
            blocks.append((0, run - at, data[at:run]))
        at = run
    out = struct.pack("<IBI", 0xFD2FB528, 0xA0, len(data))
    for number, (kind, size, content) in enumerate(blocks or [(0, 0, b"")]):
        is_last = number >= len(blocks) - 1
        out += struct.pack("<I", is_last | kind << 1 | size << 3)[:3] + content
    return out


# "Backstop " 500 times, as the zstd program of 2023 compresses it: blocks with sequences, which no hand writes.
REPEATED = b"Backstop " * 500
REPEATED_FRAME = bytes.fromhex("28b52ffd04688d0000484261636b73746f7020010088c1be1c018eb2d106")


# --- packs --------------------------------------------------------------------------------------------------------------


class Phone:
    def __init__(self, udid, label, facts):
        self.udid, self.facts = udid, facts
        self.tag = hashlib.sha256((VAULT + udid).encode()).digest()[:16]
        self.folder = label + "-" + self.tag.hex()[:8]


class Pack:
    """records: (raw bytes, codec, stored bytes). `places`: hash -> (offset, stored length, codec)."""

    def __init__(self, phone, session_id, records, flags=0):
        head = b"BSPACK01" + struct.pack("<HHI", 1, 96, flags)
        head += bytes.fromhex(VAULT.replace("-", "")) + bytes.fromhex(session_id.replace("-", ""))
        head += struct.pack("<QI", CREATED_MS, 0) + phone.tag + bytes(16)
        head += struct.pack("<I", zlib.crc32(head))
        assert len(head) == 96
        out, entries = head, []
        for raw, codec, stored in records:
            digest = hashlib.sha256(raw).digest()
            record = b"BSOB" + bytes((1, codec)) + struct.pack("<HQQ", 0, len(stored), len(raw)) + digest
            record += struct.pack("<I", zlib.crc32(stored))
            record += struct.pack("<I", zlib.crc32(record))
            assert len(record) == 64
            entries.append((digest, len(out) + 64, len(stored), len(raw), zlib.crc32(stored), codec))
            out += record + stored + bytes(-len(stored) % 8)
        index = b"BSINDEX1" + struct.pack("<II", len(entries), 56)
        for digest, offset, stored, raw, crc, codec in sorted(entries):
            index += digest + struct.pack("<QIIIB3x", offset, stored, raw, crc, codec)
        foot = b"BSFOOT01" + struct.pack("<QII", len(out), len(index), len(entries))
        foot += hashlib.sha256(index).digest() + bytes(4)
        foot += struct.pack("<I", zlib.crc32(foot))
        assert len(foot) == 64
        self.data = out + index + foot
        self.name = hashlib.sha256(self.data).hexdigest()
        self.size = len(self.data)
        self.places = {entry[0]: (entry[1], entry[2], entry[5]) for entry in entries}

    def write(self, length=None):
        put(fanned("packs", self.name, ".pack"), self.data[:length])


def stored(blobs):
    return [(blob, 0, blob) for blob in blobs]


def write_single(data):
    name = hashlib.sha256(data).hexdigest()
    put(fanned("objects", name), data)


# --- catalogs and records -------------------------------------------------------------------------------------------------


def root_of(tops, entries):
    top = hashlib.sha256()
    for name in sorted(tops, key=str.encode):
        size, obj = tops[name][:2]
        top.update(struct.pack(">H", len(name.encode())) + name.encode() + struct.pack(">Q", size) + obj)
    leaves = {}
    for key in sorted(entries):
        size, obj = entries[key][:2]
        leaves[key[:2]] = leaves.get(key[:2], b"") + key + struct.pack(">Q", size) + obj
    nodes = b""
    for first in range(256):
        node = b""
        for second in range(256):
            rows = leaves.get(bytes((first, second)))
            node += bytes(32) if rows is None else hashlib.sha256(rows).digest()
        nodes += hashlib.sha256(node).digest()
    return hashlib.sha256(b"BSROOT1" + top.digest() + nodes).hexdigest()


SCHEMA = """
CREATE TABLE meta (k TEXT PRIMARY KEY, v ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE pack (n INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, size INTEGER NOT NULL) STRICT;
CREATE TABLE top (name TEXT PRIMARY KEY, obj BLOB NOT NULL CHECK (length(obj) = 32), size INTEGER NOT NULL,
  pack INTEGER, off INTEGER, slen INTEGER, flags INTEGER NOT NULL DEFAULT 0, mtime INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE entry (id BLOB PRIMARY KEY CHECK (length(id) = 20), obj BLOB CHECK (length(obj) = 32),
  size INTEGER NOT NULL, pack INTEGER, off INTEGER, slen INTEGER, flags INTEGER NOT NULL DEFAULT 0,
  mtime INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""


def place_of(obj, size, packs):
    """pack, off, slen and flags of a row, by the packs as they were when the catalog was written."""
    if size == 0:
        return (None, None, None, 0)
    for number, pack in enumerate(packs, 1):
        if obj in pack.places:
            offset, length, codec = pack.places[obj]
            return (number, offset, length, codec)
    return (0, 0, size, 0)


def write_catalog(phone, seq, base, tops, changes, packs, folded, session_id):
    """Answers how a record refers to it, and its meta pack. Rows are (size, hash, mtime), or None for a removal."""
    path = root + ".catalog"
    database = sqlite3.connect(path)
    database.execute("PRAGMA page_size = 8192")
    database.executescript(SCHEMA)
    for number, pack in enumerate(packs, 1):
        database.execute("INSERT INTO pack VALUES (?, ?, ?)", (number, bytes.fromhex(pack.name), pack.size))
    for name in sorted(tops):
        size, obj, mtime = tops[name]
        row = (name, obj, size, *place_of(obj, size, packs), mtime)
        database.execute("INSERT INTO top VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    for key in sorted(changes):
        if changes[key] is None:
            database.execute("INSERT INTO entry VALUES (?, NULL, 0, NULL, NULL, NULL, 0, 0)", (key,))
            continue
        size, obj, mtime = changes[key]
        row = (key, obj, size, *place_of(obj, size, packs), mtime)
        database.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    meta = [("format", 1), ("kind", "full" if base is None else "delta")]
    meta += [] if base is None else [("base", base)]
    meta += [("device", phone.folder), ("seq", seq), ("rows", len(folded)), ("root", root_of(tops, folded))]
    database.executemany("INSERT INTO meta VALUES (?, ?)", meta)
    database.commit()
    database.close()
    with open(path, "rb") as file:
        data = bytearray(file.read())
    os.unlink(path)
    data[96:100] = struct.pack(">I", 3045000)  # which SQLite wrote it: of no meaning to readers
    data = bytes(data)
    name = hashlib.sha256(data).hexdigest()
    put("catalogs/%s.db" % name, data)
    meta_pack = Pack(phone, session_id, [(data, 1, zstd_frame(data))], flags=2)
    meta_pack.write()
    return {"hash": name, "size": len(data), "kind": "full" if base is None else "delta"}, meta_pack


truths = []


def comes_out(row):
    """SHA-256 and date of a file that comes out of the vault."""
    return "%s %d" % (row[1].hex(), row[2])


def write_record(phone, seq, parent, session_id, catalogs, tops, entries, packs_added, date, **more):
    """Answers the version's id. `more`: what is not as usual, and what must become of it."""
    size = sum(row[0] for row in tops.values()) + sum(row[0] for row in entries.values())
    finished = more.get("finished", date)
    record = {
        "format": "backstop-snapshot", "version": 1, "vault": VAULT, "device": phone.folder, "seq": seq,
        "parent": parent, "session": session_id, "writer": more.get("writer", WRITER), "started": date,
        "finished": finished, "kind": "complete", "udid": phone.udid, **phone.facts, "full": len(catalogs) == 1,
        "statusUUID": "D6F9F6F2-0000-4000-8000-%012X" % seq, "statusDate": date, "catalogs": catalogs,
        "root": root_of(tops, entries), "files": len(entries), "bytes": size, "newBytes": more.get("new", size),
        "packsAdded": [pack.name for pack in packs_added],
    }
    if "not_sent" in more:
        record["notSent"] = more["not_sent"]
    record["verified"] = {"level": "presence", "at": finished}
    data = line(record)
    name = hashlib.sha256(data).hexdigest()
    put("snapshots/%s/%08d-%s.json" % (phone.folder, seq, name), data)
    files = {key.hex()[:2] + "/" + key.hex(): comes_out(row) for key, row in entries.items()}
    files.update({key: "folder" if key.endswith("/") else comes_out(row) for key, row in tops.items()})
    truths.append({
        "id": name, "udid": phone.udid, "device": phone.folder, "seq": seq, "date": date,
        "files": dict(sorted(files.items())), "lost": [], "pinned": False, "forgotten": False, "note": None,
    })
    return name


def write_event(kind, at, about=None, writer=WRITER, **facts):
    record, device, seq = (None, None, None) if about is None else about
    event = {"format": "backstop-event", "version": 1, "vault": VAULT, "writer": writer, "at": at}
    event.update({"record": record, "device": device, "seq": seq, "kind": kind, **facts})
    data = line(event)
    name = hashlib.sha256(data).hexdigest()
    put("events/%s-%s-%s.json" % (stamp(at), writer[:8], name), data)
    return name


def stamp(at):
    return at.replace("-", "").replace(":", "").replace(".", "")


def write_gc(kind, at, facts):
    data = line({"format": "backstop-" + kind, "version": 1, "vault": VAULT, "writer": WRITER, "at": at, **facts})
    put("gc/%s-%s.%s.json" % (stamp(at), hashlib.sha256(data).hexdigest(), kind), data)


def row(data, mtime=1767225600):
    return (len(data), hashlib.sha256(data).digest(), mtime)


def ident(number):
    return hashlib.sha1(b"AppDomain-%d" % number).digest()


# --- the vault ------------------------------------------------------------------------------------------------------------

for folder in ("packs", "objects", "catalogs", "snapshots", "events", "gc", "leases", "parity", "tmp"):
    os.makedirs(os.path.join(root, folder))
    for byte in range(0 if FLAT or folder not in ("packs", "objects") else 256):
        os.makedirs(os.path.join(root, folder, "%02x" % byte))

# The first phone: a full list and two changes to it.
anna = Phone("00008030-001C2D3E4F506172", "Annas-iPhone", {
    "name": "Anna’s iPhone", "model": "iPhone12,1", "ios": "17.4", "encrypted": True})
blobs = [bytes_of("blob %d" % n, length) for n, length in enumerate((1, 7, 8, 9, 100, 500, 1500) * 6)]
large, larger = bytes_of("large", SINGLE_FROM), bytes_of("larger", SINGLE_FROM + 5)
for data in (large, larger):
    write_single(data)
gone = bytes_of("was only in a version that is no more", 500)
first_pack = Pack(anna, session(1), stored(blobs[:20] + [gone]))  # not written: it was moved
second_pack = Pack(anna, session(1), stored(blobs[20:30]))
packs = [first_pack, second_pack]
entries = {ident(n): row(blobs[n], 1767225600 + n) for n in range(26)}
entries.update({ident(100): row(large), ident(101): (0, EMPTY, 1767225600), ident(102): (0, EMPTY, 1767225601)})
tops = {
    "Manifest.db": row(blobs[26]), "Info.plist": row(blobs[27]), "Status.plist": row(blobs[28]),
    "A folder/with spaces.plist": row(blobs[29]), "Snapshot/": (0, EMPTY, 1767225600),
    "empty.plist": (0, EMPTY, 1767225602),
}
full, full_meta = write_catalog(anna, 1, None, tops, entries, packs, entries, session(1))
first = write_record(anna, 1, None, session(1), [full], tops, entries, packs + [full_meta], day(1))

third_pack = Pack(anna, session(2), stored(blobs[30:36]))
packs = packs + [third_pack]
changes = {ident(n): row(blobs[30 + n], 1767312000) for n in range(4)}
changes.update({ident(20): None, ident(102): None, ident(25): (0, EMPTY, 1767312000)})
changes.update({ident(200): row(blobs[34]), ident(103): row(larger, 1767312001)})
second_entries = {key: value for key, value in {**entries, **changes}.items() if value is not None}
second_tops = {"Manifest.db": row(blobs[35], 1767312000), "Info.plist": tops["Info.plist"], "Status.plist": row(blobs[28])}
delta, delta_meta = write_catalog(anna, 2, full["hash"], second_tops, changes, packs, second_entries, session(2))
second = write_record(
    anna, 2, first, session(2), [full, delta], second_tops, second_entries, [third_pack, delta_meta], day(2),
    new=len(larger) + sum(len(blob) for blob in blobs[30:36]),
    not_sent=[{"path": "Library/SMS/Attachments/a b.heic", "reason": "Operation timed out"}],
)

fourth_pack = Pack(anna, session(3), stored(blobs[36:39]))
packs = packs + [fourth_pack]
changes = {ident(0): row(blobs[36], 1767398400), ident(20): row(blobs[20], 1767398400), ident(100): None}
changes[ident(200)] = None
third_entries = {key: value for key, value in {**second_entries, **changes}.items() if value is not None}
third_tops = {"Manifest.db": row(blobs[37], 1767398400), "Info.plist": row(blobs[38]), "Status.plist": row(blobs[28])}
last, last_meta = write_catalog(anna, 3, delta["hash"], third_tops, changes, packs, third_entries, session(3))
catalogs = [full, delta, last]
third = write_record(
    anna, 3, second, session(3), catalogs, third_tops, third_entries, [fourth_pack, last_meta], day(3), new=2009
)
# Two computers at once: another record with the same number, and the same content.
fork = write_record(
    anna, 3, second, session(4), catalogs, third_tops, third_entries, [], "2026-01-03T01:00:00.000Z", new=0,
    writer=OTHER_WRITER, finished="2026-01-03T01:30:00.000Z",
)
for pack in (second_pack, third_pack, fourth_pack):
    pack.write()

# The first pack was written anew twice. What nobody needs of it was left behind.
halfway = Pack(anna, session(5), stored(blobs[:20]))
now = [Pack(anna, session(6), stored(blobs[:12])), Pack(anna, session(6), stored(blobs[12:20]))]
for pack in now:
    pack.write()
write_gc("moved", "2026-01-05T00:00:00.000Z", {"from": first_pack.name, "to": [halfway.name]})
write_gc("moved", "2026-01-06T00:00:00.000Z", {"from": halfway.name, "to": [pack.name for pack in now]})
# What nobody needs is marked, and not yet swept.
waste = Pack(anna, session(7), stored([bytes_of("waste", 200)]))
waste.write()

# The second phone: compressed objects; then a full run whose pack has lost its end.
ben = Phone("d5b0d7f7f4a1c1c1f9e8a7b6c5d4e3f201234567", "iPhone", {
    "name": "iPhone", "model": "iPhone9,3", "ios": "15.8.2", "encrypted": False})
texts = [b"a" * 5000, bytes(20000), bytes_of("text", 300), b"x" * 140000 + bytes_of("end", 50)]
texts.append(b"y" * (9 << 20) + bytes_of("far end", 50))
mixed = [(data, 1, zstd_frame(data)) for data in texts[:3]] + [(REPEATED, 1, REPEATED_FRAME)] + stored(blobs[39:41])
mixed_pack = Pack(ben, session(8), mixed)
# Large objects with a codec: each is alone in a pack. The second is longer than anything that readers keep in memory.
alone = [Pack(ben, session(8), [(data, 1, zstd_frame(data))]) for data in (texts[3], texts[4])]
ben_entries = {ident(n): row(raw, 1767398400) for n, (raw, _, _) in enumerate(mixed)}
ben_entries.update({ident(50): row(texts[3]), ident(53): row(texts[4]), ident(51): (0, EMPTY, 1767398401), ident(52): row(large)})
ben_tops = {"Manifest.db": row(REPEATED), "Info.plist": row(blobs[39]), "Status.plist": row(blobs[40])}
for pack in (mixed_pack, *alone):
    pack.write()
ben_full, ben_meta = write_catalog(ben, 1, None, ben_tops, ben_entries, [mixed_pack, *alone], ben_entries, session(8))
fourth = write_record(ben, 1, None, session(8), [ben_full], ben_tops, ben_entries, [mixed_pack, *alone, ben_meta], day(4))

lost = [bytes_of("lost %d" % n, 400) for n in range(10)]
cut_pack = Pack(ben, session(9), stored(lost))
cut_at = cut_pack.size * 6 // 10
cut_pack.write(cut_at)
cut_entries = {ident(n): row(data, 1767484800) for n, data in enumerate(lost)}
cut_entries[ident(52)] = row(large)
cut_tops = {"Manifest.db": row(REPEATED), "Info.plist": row(blobs[39]), "Status.plist": row(blobs[40])}
cut_full, cut_meta = write_catalog(
    ben, 2, None, cut_tops, cut_entries, [cut_pack, mixed_pack], cut_entries, session(9)
)
fifth = write_record(ben, 2, fourth, session(9), [cut_full], cut_tops, cut_entries, [cut_pack, cut_meta], day(5))
truths[-1]["lost"] = sorted(
    key.hex()[:2] + "/" + key.hex()
    for key, value in cut_entries.items()
    if value[1] in cut_pack.places and sum(cut_pack.places[value[1]][:2]) > cut_at
)
assert 0 < len(truths[-1]["lost"]) < 10

write_gc("mark", "2026-01-06T00:00:01.000Z", {
    "records": [first, second, third, fork, fourth, fifth],
    "packs": [{"hash": waste.name, "size": waste.size}], "objects": [], "catalogs": [],
})

# What was said later about the versions: one event of each kind, and one that nobody knows yet.
about = {one["id"]: (one["id"], one["device"], one["seq"]) for one in truths}
write_event("verified", "2026-01-01T01:00:00.000Z", about[first], level="quick", ok=True, opened=False, checked=12, problems=0)
write_event("verified", "2026-01-03T02:00:00.000Z", about[third], level="full", ok=True, opened=True, checked=30, problems=0)
write_event("forget", "2026-01-07T00:00:00.000Z", about[second], by="retention")
undone = write_event("forget", "2026-01-07T00:00:01.000Z", about[third], by="owner")
write_event("expire", "2026-01-07T00:00:02.000Z", about[third], forgets=[undone])
write_event("unforget", "2026-01-07T00:00:03.000Z", about[third], writer=OTHER_WRITER, forgets=[undone])
write_event("pin", "2026-01-07T00:00:04.000Z", about[first])
write_event("forget", "2026-01-07T00:00:05.000Z", about[first], by="owner")  # a pin beats it
pin = write_event("pin", "2026-01-07T00:00:06.000Z", about[third])
write_event("unpin", "2026-01-07T00:00:07.000Z", about[third], pins=[pin])
old_note = write_event("note", "2026-01-07T00:00:08.000Z", about[first], text="draft", replaces=[])
write_event("note", "2026-01-07T00:00:09.000Z", about[first], text="Before the journey – “keep”", replaces=[old_note])
write_event("damaged", "2026-01-07T00:00:10.000Z", about[fifth], reason="its end is missing", files=[cut_pack.name], objects=[])
coverage = [{"folder": "packs", "from": "00", "to": "7f", "at": "2026-01-08T00:00:00.000Z"}]
write_event("scrub", "2026-01-08T01:00:00.000Z", startedAt="2026-01-08T00:00:00.000Z", files=3, bytes=12345, problems=0, coverage=coverage)
write_event("retention", "2026-01-08T02:00:00.000Z", policy={"preset": "standard"}, replaces=[])
write_event("from-a-later-version", "2026-01-08T03:00:00.000Z", about[third], something={"new": True})
for one in truths:
    one["pinned"] = one["id"] == first
    one["forgotten"] = one["id"] == second
    one["note"] = "Before the journey – “keep”" if one["id"] == first else None

description = {
    "format": "backstop-vault", "version": 1, "id": VAULT, "created": "2026-01-01T00:00:00.000Z",
    "features": {"required": [], "readonly_compatible": [], "optional": ["golden"]},
    "fanOut": "flat" if FLAT else "two-hex",
    "policy": {"singleFromBytes": SINGLE_FROM, "packTargetBytes": 131072},
}
for names, value in (
    (("vault.copy.json", "vault.json"), description),
    (("vault.2.json",), {**description, "policy": {"singleFromBytes": SINGLE_FROM, "packTargetBytes": 262144}}),
):
    for name in names:
        put(name, line({**value, "sha256": hashlib.sha256(line(value)).hexdigest()}))
truth = {"versions": truths, "cutPack": cut_pack.name, "moved": [first_pack.name, halfway.name], "packTargetBytes": 262144}
with open(root + ".truth.json", "w", encoding="utf-8", newline="\n") as file:
    json.dump(truth, file, indent=1, ensure_ascii=False)
    file.write("\n")
