#!/usr/bin/env python3
"""Writes a small vault from the text of docs/formats/vault.md, with nothing but Python's standard library and zstd.

golden_vault.py FOLDER  writes FOLDER and, beside it, FOLDER.truth.json (name or id -> SHA-256, for each version).
It shares no code with the product: what the product reads from it, it reads because the document says so.
"""

import hashlib
import json
import os
import random
import sqlite3
import struct
import subprocess
import sys
import zlib

root = sys.argv[1]
rng = random.Random(7)
VAULT = "0f8fad5b-d9cb-469f-a165-70867728950e"
SESSION = ["7c9e6679-7425-40de-944b-e07fc1f90ae7", "7c9e6679-7425-40de-944b-e07fc1f90ae8"]
WRITER = "16fd2706-8baf-433b-82eb-8c7fada847da"
UDID = "00008030-001C2D3E4F506172"
TAG = hashlib.sha256((VAULT + UDID).encode()).digest()[:16]
DEVICE = "Golden-phone-" + TAG.hex()[:8]
EMPTY = hashlib.sha256().digest()


def line(value):
    return (json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def put(path, data):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "xb") as file:
        file.write(data)


def self_hashed(value):
    return line({**value, "sha256": hashlib.sha256(line(value)).hexdigest()})


def write_pack(objects, session, flags=0, codec=0, raw=None):
    """objects: stored bytes -> returns (name, {hash: (offset, stored length)}). With a codec, `raw` is what it holds."""
    head = b"BSPACK01" + struct.pack("<HHI", 1, 96, flags)
    head += bytes.fromhex(VAULT.replace("-", "")) + bytes.fromhex(session.replace("-", ""))
    head += struct.pack("<QI", 1767225600000, 0) + TAG + bytes(16)
    head += struct.pack("<I", zlib.crc32(head))
    assert len(head) == 96
    out, entries = head, []
    for stored in objects:
        plain = stored if codec == 0 else raw
        digest = hashlib.sha256(plain).digest()
        record = b"BSOB" + bytes((1, codec)) + struct.pack("<HQQ", 0, len(stored), len(plain)) + digest
        record += struct.pack("<I", zlib.crc32(stored))
        record += struct.pack("<I", zlib.crc32(record))
        assert len(record) == 64
        entries.append((digest, len(out) + 64, len(stored), len(plain), zlib.crc32(stored), codec))
        out += record + stored + bytes(-len(stored) % 8)
    index = b"BSINDEX1" + struct.pack("<II", len(entries), 56)
    for digest, offset, stored, plain, crc, kind in sorted(entries):
        index += digest + struct.pack("<QIIIB3x", offset, stored, plain, crc, kind)
    foot = b"BSFOOT01" + struct.pack("<QII", len(out), len(index), len(entries)) + hashlib.sha256(index).digest() + bytes(4)
    foot += struct.pack("<I", zlib.crc32(foot))
    assert len(foot) == 64
    data = out + index + foot
    name = hashlib.sha256(data).hexdigest()
    put("packs/%s/%s.pack" % (name[:2], name), data)
    return name, len(data), {e[0]: (e[1], e[2]) for e in entries}


def root_of(tops, entries):
    top = hashlib.sha256()
    for name in sorted(tops, key=str.encode):
        size, obj = tops[name]
        top.update(struct.pack(">H", len(name.encode())) + name.encode() + struct.pack(">Q", size) + obj)
    nodes = b""
    for first in range(256):
        leaves = b""
        for second in range(256):
            rows = [key for key in sorted(entries) if key[:2] == bytes((first, second))] if entries else []
            data = b"".join(key + struct.pack(">Q", entries[key][0]) + entries[key][1] for key in rows)
            leaves += hashlib.sha256(data).digest() if rows else bytes(32)
        nodes += hashlib.sha256(leaves).digest()
    return hashlib.sha256(b"BSROOT1" + top.digest() + nodes).hexdigest()


def write_catalog(kind, base, seq, rows, tops, entries, places, packs, content_root, session):
    path = root + ".catalog"
    if os.path.exists(path):
        os.unlink(path)
    db = sqlite3.connect(path)
    db.execute("PRAGMA page_size=8192")
    db.execute("CREATE TABLE meta (k TEXT PRIMARY KEY, v ANY NOT NULL) STRICT, WITHOUT ROWID")
    db.execute("CREATE TABLE pack (n INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, size INTEGER NOT NULL) STRICT")
    for table, key in (("top", "name TEXT PRIMARY KEY, obj BLOB NOT NULL"), ("entry", "id BLOB PRIMARY KEY CHECK(length(id)=20), obj BLOB CHECK(length(obj)=32)")):
        db.execute(
            "CREATE TABLE %s (%s, size INTEGER NOT NULL, pack INTEGER, off INTEGER, slen INTEGER, "
            "flags INTEGER NOT NULL DEFAULT 0, mtime INTEGER NOT NULL) STRICT, WITHOUT ROWID" % (table, key)
        )
    numbers = {}
    for name, size in packs:
        numbers[name] = len(numbers) + 1
        db.execute("INSERT INTO pack VALUES (?, ?, ?)", (numbers[name], bytes.fromhex(name), size))

    def place(obj, size):
        if size == 0:
            return (None, None, None)
        where = places[obj]
        return (0, 0, size) if where is None else (numbers[where[0]], where[1], where[2])

    for name, (size, obj) in tops.items():
        db.execute("INSERT INTO top VALUES (?, ?, ?, ?, ?, ?, 0, 1767225600)", (name, obj, size, *place(obj, size)))
    for key, value in entries.items():
        if value is None:
            db.execute("INSERT INTO entry VALUES (?, NULL, 0, NULL, NULL, NULL, 0, 0)", (key,))
        else:
            db.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, 0, 1767225600)", (key, value[1], value[0], *place(value[1], value[0])))
    meta = {"format": 1, "kind": kind, "device": DEVICE, "seq": seq, "rows": rows, "root": content_root}
    if base is not None:
        meta["base"] = base
    db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    db.commit()
    db.close()
    data = open(path, "rb").read()
    os.unlink(path)
    name = hashlib.sha256(data).hexdigest()
    put("catalogs/%s.db" % name, data)
    packed = subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    write_pack([packed], session, flags=2, codec=1, raw=data)
    return {"hash": name, "size": len(data), "kind": kind}


def write_record(seq, parent, session, catalogs, content_root, files, size, new, packs, date):
    record = line({
        "format": "backstop-snapshot", "version": 1, "vault": VAULT, "device": DEVICE, "seq": seq, "parent": parent,
        "session": session, "writer": WRITER, "started": date, "finished": date, "kind": "complete", "udid": UDID,
        "name": "Golden phone", "model": "iPhone12,1", "ios": "17.4", "encrypted": True, "full": parent is None,
        "statusUUID": "D", "statusDate": date, "catalogs": catalogs, "root": content_root, "files": files,
        "bytes": size, "newBytes": new, "packsAdded": packs, "verified": {"level": "presence", "at": date},
    })
    name = hashlib.sha256(record).hexdigest()
    put("snapshots/%s/%08d-%s.json" % (DEVICE, seq, name), record)
    return name


for folder in ("packs", "objects", "catalogs", "snapshots", "events", "gc", "leases", "parity", "tmp"):
    os.makedirs(os.path.join(root, folder))
    if folder in ("packs", "objects"):
        for byte in range(256):
            os.makedirs(os.path.join(root, folder, "%02x" % byte))

blobs = [rng.randbytes(rng.choice((1, 7, 8, 100, 5000, 40000))) for _ in range(60)]
large = rng.randbytes(300000)
put("objects/%s/%s" % (hashlib.sha256(large).hexdigest()[:2], hashlib.sha256(large).hexdigest()), large)
places = {hashlib.sha256(large).digest(): None}
packs = []
for part, session in ((blobs[:25], SESSION[0]), (blobs[25:50], SESSION[0]), (blobs[50:], SESSION[1])):
    name, size, found = write_pack(part, session)
    packs.append((name, size))
    for digest, (offset, stored) in found.items():
        places[digest] = (name, offset, stored)

row = lambda data: (len(data), hashlib.sha256(data).digest())
ident = lambda number: hashlib.sha1(b"AppDomain-%d" % number).digest()
entries = {ident(n): row(blobs[n]) for n in range(49)}
entries[ident(1000)] = row(large)
entries[ident(1001)] = (0, EMPTY)
tops = {"Manifest.db": row(blobs[49]), "Info.plist": row(blobs[0]), "Snapshot/": (0, EMPTY)}
first_root = root_of(tops, entries)
full = write_catalog("full", None, 1, len(entries), tops, entries, places, packs[:2], first_root, SESSION[0])
total = sum(v[0] for v in entries.values()) + sum(v[0] for v in tops.values())
first = write_record(1, None, SESSION[0], [full], first_root, len(entries), total, total, [p[0] for p in packs[:2]], "2026-01-01T00:00:00.000Z")
truths = [{"id": first, "files": {**{k.hex(): v[1].hex() for k, v in entries.items()}, **{k: v[1].hex() for k, v in tops.items()}}}]

changes = {ident(n): row(blobs[50 + n]) for n in range(9)}
changes[ident(20)] = None
changes[ident(2000)] = row(blobs[59])
folded = {**entries, **changes}
folded = {k: v for k, v in folded.items() if v is not None}
tops2 = {"Manifest.db": row(blobs[48]), "Info.plist": row(blobs[0])}
second_root = root_of(tops2, folded)
delta = write_catalog("delta", full["hash"], 2, len(folded), tops2, changes, places, packs, second_root, SESSION[1])
total = sum(v[0] for v in folded.values()) + sum(v[0] for v in tops2.values())
second = write_record(2, first, SESSION[1], [full, delta], second_root, len(folded), total, 1, [packs[2][0]], "2026-01-02T00:00:00.000Z")
truths.append({"id": second, "files": {**{k.hex(): v[1].hex() for k, v in folded.items()}, **{k: v[1].hex() for k, v in tops2.items()}}})

description = self_hashed({
    "format": "backstop-vault", "version": 1, "id": VAULT, "created": "2026-01-01T00:00:00.000Z",
    "features": {"required": [], "readonly_compatible": [], "optional": ["golden"]}, "fanOut": "two-hex",
    "policy": {"singleFromBytes": 65536, "packTargetBytes": 131072},
})
put("vault.copy.json", description)
put("vault.json", description)
with open(root + ".truth.json", "w") as file:
    json.dump(truths, file)
