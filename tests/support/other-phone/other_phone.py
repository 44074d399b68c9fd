#!/usr/bin/env python3
"""A second simulated iPhone, in another language and by other hands than the project's own.

It exists so that the two cannot share a misunderstanding: it is written from the protocol reference alone, shares no line
with the TypeScript simulator, and does some things differently on purpose (XML plists towards the host, a 40-digit UDID,
no installation_proxy, no springboardservices, payload blocks of odd sizes, Manifest files uploaded in one go).
Faults are read from a JSON file before every connection, so that a test can change them while the phone runs.

usage: other_phone.py --socket PATH --dir DIR [--files N] [--seed N] [--password PW-ENV-NAME] [--iterations N]
Prints one line of JSON when it is ready, then one line for each thing that happened.
Commands on stdin, one JSON object a line: {"cmd":"mutate","percent":P} {"cmd":"report"} {"cmd":"stop"}; each is answered.
"""
import argparse, hashlib, json, os, plistlib, random, socket, sqlite3, ssl, struct, subprocess, sys, tempfile, threading, time
from datetime import datetime, timezone

try:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
except ImportError:
    Cipher = None

OUT = threading.Lock()


def say(**event):
    with OUT:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


# ---------------------------------------------------------------- bytes

def recv_exact(sock, n):
    parts = []
    while n > 0:
        part = sock.recv(min(n, 1 << 20))
        if not part:
            raise EOFError("host closed")
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


def recv_plist(sock):
    (n,) = struct.unpack(">I", recv_exact(sock, 4))
    return plistlib.loads(recv_exact(sock, n))


def send_plist(sock, value):
    body = plistlib.dumps(value, fmt=plistlib.FMT_XML)
    sock.sendall(struct.pack(">I", len(body)) + body)


def wrap_key(kek, key):
    ecb = lambda b: Cipher(algorithms.AES(kek), modes.ECB()).encryptor().update(b)
    a, r = b"\xa6" * 8, [key[i:i + 8] for i in range(0, len(key), 8)]
    for j in range(6):
        for i in range(len(r)):
            b = ecb(a + r[i])
            a = struct.pack(">Q", struct.unpack(">Q", b[:8])[0] ^ (len(r) * j + i + 1))
            r[i] = b[8:]
    return a + b"".join(r)


def aes_cbc(key, data, pad):
    if pad:
        n = 16 - len(data) % 16
        data = data + bytes([n]) * n
    e = Cipher(algorithms.AES(key), modes.CBC(b"\0" * 16)).encryptor()
    return e.update(data) + e.finalize()


def unaes_cbc(key, data):
    d = Cipher(algorithms.AES(key), modes.CBC(b"\0" * 16)).decryptor()
    return d.update(data) + d.finalize()


class Uid(plistlib.UID):
    pass


def mbfile(rel, size, mode, mtime, cls, key44, digest):
    objects = ["$null", None, rel]
    root = {"$class": None, "Size": size, "Mode": mode, "UserID": 501, "GroupID": 501, "LastModified": mtime,
            "LastStatusChange": mtime, "Birth": mtime, "InodeNumber": 1000, "ProtectionClass": cls, "Flags": 0,
            "RelativePath": plistlib.UID(2)}
    if key44 is not None:
        objects.append({"NS.data": key44, "$class": plistlib.UID(len(objects) + 1)})
        root["EncryptionKey"] = plistlib.UID(len(objects) - 1)
        objects.append({"$classname": "NSMutableData", "$classes": ["NSMutableData", "NSData", "NSObject"]})
    if digest is not None:
        objects.append(digest)
        root["Digest"] = plistlib.UID(len(objects) - 1)
    objects.append({"$classname": "MBFile", "$classes": ["MBFile", "NSObject"]})
    root["$class"] = plistlib.UID(len(objects) - 1)
    objects[1] = root
    return plistlib.dumps({"$version": 100000, "$archiver": "NSKeyedArchiver", "$top": {"root": plistlib.UID(1)},
                           "$objects": objects}, fmt=plistlib.FMT_BINARY)


# ---------------------------------------------------------------- what is on the phone

class Content:
    def __init__(self, count, seed):
        self.random = random.Random(seed)
        self.files = {}  # (domain, rel) -> (bytes, mtime)
        self.clock = 1_700_000_000
        for i in range(count):
            self.add(i)
        self.next = count

    def add(self, i):
        r = self.random
        domain = r.choice(["HomeDomain", "CameraRollDomain", "AppDomain-org.example.app", "MediaDomain"])
        rel = r.choice([f"Library/Preferences/p{i}.plist", f"Media/DCIM/100APPLE/IMG_{i:04}.JPG",
                        f"Documents/\u65e5\u672c {i} \U0001f600.txt", f"Library/deep/{i % 7}/{i}.bin"])
        size = r.choice([0, 1, 15, 16, 17, 100, 4096, 5000, 33000, 70001]) if i % 50 else 6_000_000
        self.put(domain, rel, r.randbytes(size))

    def put(self, domain, rel, data):
        self.clock += 60
        self.files[(domain, rel)] = (data, self.clock)

    def mutate(self, percent):
        keys = sorted(self.files)
        n = max(3, len(keys) * percent // 100)
        touched = self.random.sample(keys, n)
        for k, key in enumerate(touched):
            if k % 3 == 0:
                del self.files[key]
            else:
                self.put(*key, self.random.randbytes(len(self.files[key][0]) + k % 5))
        for _ in range(max(1, n // 3)):
            self.add(self.next)
            self.next += 1

    def truth(self):
        return {file_id(d, r): hashlib.sha256(data).hexdigest() for (d, r), (data, _) in self.files.items()}


def file_id(domain, rel):
    return hashlib.sha1(f"{domain}-{rel}".encode()).hexdigest()


# ---------------------------------------------------------------- the phone

class Phone:
    def __init__(self, args):
        self.udid = hashlib.sha1(f"other phone {args.seed}".encode()).hexdigest()
        self.name = "Other \u201cPhone\u201d \u0645"
        self.dir = args.dir
        os.makedirs(self.dir, exist_ok=True)
        self.content = Content(args.files, args.seed)
        self.password = os.environ.get(args.password) if args.password else None
        self.iterations = args.iterations
        self.bag = None
        self.records = {}
        self.ports = {}
        self.next_port = 49152
        self.listeners = []
        self.lock_owner = None
        self.host_names = []
        self.replies = []
        self.key = os.path.join(self.dir, "phone.key")
        if not os.path.exists(self.key):
            subprocess.run(["openssl", "genrsa", "-traditional", "-out", self.key, "2048"], check=True, capture_output=True)
        self.public = subprocess.run(["openssl", "rsa", "-in", self.key, "-RSAPublicKey_out"], check=True, capture_output=True).stdout
        self.fault_file = os.path.join(self.dir, "fault.json")
        self.rows = {}  # file id -> (domain, rel, size, mtime, key44, digest)
        self.trusted = set()
        self.trust_tries = 0

    def fault(self, name, default=None):
        try:
            with open(self.fault_file) as f:
                return json.load(f).get(name, default)
        except (OSError, ValueError):
            return default

    # ---- usbmuxd

    def attached(self):
        return {"MessageType": "Attached", "DeviceID": 7, "Properties": {
            "ConnectionType": "USB", "DeviceID": 7, "SerialNumber": self.udid, "ConnectionSpeed": 480000000,
            "LocationID": 1, "ProductID": 4776}}

    def mux(self, conn):
        try:
            while True:
                n, version, message, tag = struct.unpack("<IIII", recv_exact(conn, 16))
                body = plistlib.loads(recv_exact(conn, n - 16))
                kind = body.get("MessageType")

                def reply(value):
                    data = plistlib.dumps(value)
                    conn.sendall(struct.pack("<IIII", 16 + len(data), 1, 8, tag) + data)

                result = lambda number: reply({"MessageType": "Result", "Number": number})
                if kind == "ListDevices":
                    reply({"DeviceList": [] if self.fault("gone") else [self.attached()]})
                elif kind == "Listen":
                    result(0)
                    data = plistlib.dumps(self.attached())
                    if not self.fault("gone"):
                        conn.sendall(struct.pack("<IIII", 16 + len(data), 1, 8, 0) + data)
                    while conn.recv(4096):
                        pass
                    return
                elif kind == "ReadBUID":
                    reply({"BUID": "30142955-444094379208051516"})
                elif kind == "ReadPairRecord":
                    record = self.records.get(body["PairRecordID"])
                    if record is None:
                        result(2)
                    else:
                        reply({"PairRecordData": record})
                elif kind == "SavePairRecord":
                    self.records[body["PairRecordID"]] = body["PairRecordData"]
                    result(0)
                elif kind == "DeletePairRecord":
                    self.records.pop(body["PairRecordID"], None)
                    result(0)
                elif kind == "Connect":
                    port = struct.unpack(">H", struct.pack("<H", body["PortNumber"]))[0]
                    if body["DeviceID"] != 7 or self.fault("gone"):
                        result(2)
                    elif port == 62078:
                        result(0)
                        return self.lockdown(conn)
                    elif port in self.ports:
                        result(0)
                        return self.service(conn, self.ports.pop(port))
                    else:
                        result(3)
                else:
                    result(1)
        except (EOFError, OSError, ssl.SSLError) as error:
            pass
        except Exception as error:
            say(type="internal", error=repr(error))
        finally:
            conn.close()

    # ---- lockdownd

    def values(self, domain, session):
        if domain is None:
            out = {"DeviceName": self.name, "ProductType": "iPhone10,6", "ProductVersion": "16.7.10", "BuildVersion": "20H350",
                   "UniqueDeviceID": self.udid, "DevicePublicKey": self.public, "WiFiAddress": "aa:bb:cc:00:11:22",
                   "DeviceClass": "iPhone", "ProtocolVersion": "2", "HardwareModel": "D221AP"}
            if session:
                out.update({"SerialNumber": "F2LXOTHER123", "PasswordProtected": bool(self.fault("locked")), "TimeIntervalSince1970": time.time()})
            return out
        if domain == "com.apple.mobile.backup":
            return {"WillEncrypt": self.password is not None} if session else None
        if domain == "com.apple.mobile.iTunes":
            return {"MinITunesVersion": "12.0"}
        return None

    def lockdown(self, conn):
        if self.fault("lockdown") == "silent":
            time.sleep(3600)
        if self.fault("lockdown") == "garbage":
            conn.sendall(os.urandom(300))
            return
        if self.fault("lockdown") == "huge":
            conn.sendall(b"\xff\xff\xff\xff" + b"x" * 100)
            return
        if self.fault("lockdown") == "eof":
            return
        session = False
        while True:
            request = recv_plist(conn)
            kind = request.get("Request")
            reply = {"Request": kind}
            if kind == "QueryType":
                reply["Type"] = "com.apple.mobile.lockdown"
            elif kind == "GetValue":
                values = self.values(request.get("Domain"), session)
                key = request.get("Key")
                if values is None:
                    reply["Error"] = "MissingValue" if session else "GetProhibited"
                elif key is None:
                    reply["Value"] = values
                elif key in values:
                    reply["Value"] = values[key]
                else:
                    reply["Error"] = "MissingValue" if session else "GetProhibited"
            elif kind == "SetValue":
                reply["Value"] = request.get("Value")
            elif kind == "Pair":
                mode = self.fault("pair")
                self.trust_tries += 1
                if mode == "denied":
                    reply["Error"] = "UserDeniedPairing"
                elif mode == "locked":
                    reply["Error"] = "PasswordProtected"
                elif mode == "pending" or (mode == "slow" and self.trust_tries < 3):
                    reply["Error"] = "PairingDialogResponsePending"
                elif mode == "prohibited":
                    reply["Error"] = "PairingProhibitedOverThisConnection"
                else:
                    record = request["PairRecord"]
                    self.trusted.add(record["HostID"])
                    self.pair_record = record
                    reply["EscrowBag"] = os.urandom(32)
            elif kind == "ValidatePair":
                if request.get("PairRecord", {}).get("HostID") not in self.trusted:
                    reply["Error"] = "InvalidHostID"
            elif kind == "StartSession":
                error = self.fault("session")
                if error:
                    reply["Error"] = error
                elif request.get("HostID") not in self.trusted:
                    reply["Error"] = "InvalidHostID"
                else:
                    reply.update({"SessionID": "S1", "EnableSessionSSL": True})
            elif kind == "StopSession":
                pass
            elif kind == "StartService":
                name = request.get("Service")
                refused = self.fault("refuse", [])
                if not session:
                    reply["Error"] = "ServiceProhibited"
                elif name in refused or name not in ("com.apple.mobilebackup2", "com.apple.afc", "com.apple.mobile.notification_proxy"):
                    reply["Error"] = "InvalidService"
                else:
                    self.next_port += 1
                    self.ports[self.next_port] = name
                    reply.update({"Service": name, "Port": self.next_port, "EnableServiceSSL": True})
            elif kind == "Goodbye":
                pass
            else:
                reply["Error"] = "InvalidRequest"
            send_plist(conn, reply)
            if kind == "StartSession" and "Error" not in reply:
                if self.fault("tls") == "garbage":
                    conn.sendall(os.urandom(200))
                    return
                if self.fault("tls") == "eof":
                    return
                conn = self.tls(conn)
                session = True

    def tls(self, conn):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with tempfile.TemporaryDirectory() as folder:
            cert, root, key = os.path.join(folder, "c"), os.path.join(folder, "r"), self.key
            with open(cert, "wb") as f:
                f.write(bytes(self.pair_record["DeviceCertificate"]))
            with open(root, "wb") as f:
                f.write(bytes(self.pair_record["RootCertificate"]))
            if self.fault("tls") == "stranger":
                key = os.path.join(folder, "k")
                subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                                "-subj", "/CN=stranger"], check=True, capture_output=True)
            context.load_cert_chain(cert, key)
            if not self.fault("lenient"):
                context.load_verify_locations(root)
                context.verify_mode = ssl.CERT_REQUIRED
        return context.wrap_socket(conn, server_side=True)

    # ---- services

    def service(self, conn, name):
        conn = self.tls(conn)
        if name == "com.apple.mobilebackup2":
            Backup(self, conn).run()
        elif name == "com.apple.afc":
            self.afc(conn)
        else:
            self.proxy(conn)
        conn.close()

    def proxy(self, conn):
        while True:
            message = recv_plist(conn)
            if message.get("Command") == "PostNotification":
                self.host_names.append(message.get("Name"))
            elif message.get("Command") == "Shutdown":
                send_plist(conn, {"Command": "ProxyDeath"})
                return

    def afc(self, conn):
        me = object()
        try:
            while True:
                head = recv_exact(conn, 40)
                total, this, number, op = struct.unpack("<QQQQ", head[8:])
                body = recv_exact(conn, total - 40)

                def answer(op, payload):
                    n = 40 + len(payload)
                    conn.sendall(b"CFA6LPAA" + struct.pack("<QQQQ", n, n, number, op) + payload)

                status = lambda code: answer(1, struct.pack("<Q", code))
                if op == 0x0D:
                    answer(0x0E, struct.pack("<Q", 5)) if self.fault("afc_open", "ok") == "ok" else status(8)
                elif op == 0x1B:
                    lock = struct.unpack("<Q", body[8:16])[0]
                    if lock == 12:
                        self.lock_owner = None
                        status(0)
                    elif self.lock_owner is None and not self.fault("lock_busy"):
                        self.lock_owner = me
                        status(0)
                    else:
                        status(19)
                elif op in (0x08, 0x09, 0x10, 0x14):
                    status(0)
                else:
                    status(8)
        finally:
            if self.lock_owner is me:
                self.lock_owner = None


class Stop(Exception):
    pass


class Backup:
    """One mobilebackup2 connection."""

    def __init__(self, phone, conn):
        self.phone, self.conn, self.step = phone, conn, 0

    def run(self):
        phone = self.phone
        if phone.fault("hello") == "eof":
            return
        self.send(["DLMessageVersionExchange", 300, 0])
        answer = recv_plist(self.conn)
        assert answer[1] == "DLVersionsOk", answer
        self.send(["DLMessageDeviceReady"])
        hello = recv_plist(self.conn)[1]
        assert all(isinstance(v, float) for v in hello["SupportedProtocolVersions"]), "versions must be reals"
        self.send(["DLMessageProcessMessage", {"MessageName": "Response", "ErrorCode": 0, "ProtocolVersion": 2.1}])
        while True:
            message = recv_plist(self.conn)
            if message[0] == "DLMessageDisconnect":
                return
            request = message[1]
            try:
                if request["MessageName"] == "Backup":
                    say(type="backup", lock=phone.lock_owner is not None, posted=list(phone.host_names), options=request.get("Options", {}))
                    self.backup(request)
                elif request["MessageName"] == "ChangePassword":
                    self.change(request)
                elif request["MessageName"] == "Restore":
                    self.restore(request)
                else:
                    self.finish(1, "not offered")
            except Stop:
                return

    # -- messages

    def send(self, message):
        send_plist(self.conn, message)

    def ask(self, message, stream=None):
        """Sends one request (and its stream), returns the host's StatusResponse; faults strike here."""
        self.step += 1
        at = self.phone.fault("at")
        if at is not None and self.step == at:
            what = self.phone.fault("what", "drop")
            say(type="fault", what=what, step=self.step, message=message[0])
            if what == "drop":
                raise Stop
            if what == "stall":
                time.sleep(3600)
            if what == "garbage":
                self.conn.sendall(os.urandom(500))
                time.sleep(1)
                raise Stop
            if what == "huge":
                self.conn.sendall(struct.pack(">I", self.phone.fault("length", 0xFFFFFFFF)) + b"bplist00" * 8)
                time.sleep(1)
                raise Stop
            if what == "gone":
                raise Stop
            if what == "error":
                self.finish(self.phone.fault("code", 104), f"told to fail (MBErrorDomain/{self.phone.fault('code', 104)})")
                raise Stop
        self.send(message)
        if stream is not None:
            stream()
        return self.status()

    def status(self):
        reply = recv_plist(self.conn)
        self.phone.replies.append([reply[1], str(reply[2])[:80]])
        if reply[0] == "DLMessageDisconnect":
            say(type="disconnected")
            raise Stop
        assert reply[0] == "DLMessageStatusResponse", reply
        return reply

    def finish(self, code, text=""):
        self.send(["DLMessageProcessMessage", {"MessageName": "Response", "ErrorCode": code, "ErrorDescription": text}])

    def upload(self, files, odd=1):
        """files: [(host name, bytes)]; one UploadFiles message."""

        def stream():
            send, drop = self.conn.sendall, self.phone.fault("drop_in_file")
            for name, data in files:
                raw = name if isinstance(name, bytes) else name.encode()
                dev = f"/.b/4/mobile/{hashlib.md5(raw).hexdigest()}".encode()
                send(struct.pack(">I", len(dev)) + dev + struct.pack(">I", len(raw)) + raw)
                for offset in range(0, len(data), 130_001):
                    piece = data[offset:offset + 130_001]
                    if drop is not None and offset + len(piece) > drop:
                        send(struct.pack(">IB", len(piece) + 1, 0x0C) + piece[: len(piece) // 2])
                        say(type="fault", what="drop_in_file", name=str(name))
                        raise Stop
                    send(struct.pack(">IB", len(piece) + 1, 0x0C) + piece)
                if self.phone.fault("unsendable") and self.phone.fault("unsendable") in str(name):
                    text = "could not read"
                    send(struct.pack(">IB", len(text) + 1, 0x0B) + text.encode())
                elif self.phone.fault("late_0b"):
                    send(struct.pack(">IB", 1, 0x0B))
                else:
                    send(struct.pack(">IB", 1, 0))
            send(struct.pack(">I", 0))

        reply = self.ask(["DLMessageUploadFiles", {}, 10.0, sum(len(d) for _, d in files)], stream)
        if reply[1] != 0:
            self.finish(104 if reply[1] != -15 else 105, f"host refused an upload (MBErrorDomain/{104 if reply[1] != -15 else 105})")
            raise Stop

    def download(self, names):
        self.step += 1
        self.send(["DLMessageDownloadFiles", list(names), {}, 0.0, 0])
        got = {}
        while True:
            (n,) = struct.unpack(">I", recv_exact(self.conn, 4))
            if n == 0:
                break
            name, data = recv_exact(self.conn, n).decode(), []
            while True:
                (n,) = struct.unpack(">I", recv_exact(self.conn, 4))
                assert n <= 32769, f"a block of {n} bytes"
                block = recv_exact(self.conn, n)
                if block[0] == 0x0C:
                    data.append(block[1:])
                    continue
                got[name] = b"".join(data) if block[0] == 0 else None
                break
        reply = self.status()
        assert (reply[1] == -13) == any(v is None for v in got.values()), reply
        return got

    # -- backup

    def backup(self, request):
        phone, udid = self.phone, request["TargetIdentifier"]
        if phone.fault("passcode") == "deny":
            self.finish(208, "Device locked (MBErrorDomain/208)")
            raise Stop
        if phone.fault("passcode") == "silent":
            time.sleep(3600)
        top = lambda name: f"{udid}/{name}"
        previous = self.download([top("Status.plist")])[top("Status.plist")]
        forced = bool(request.get("Options", {}).get("ForceFullBackup"))
        known, manifest_plist = {}, None
        if previous is not None and not forced:
            assert plistlib.loads(previous)["SnapshotState"] == "finished"
            got = self.download([top("Manifest.plist"), top("Manifest.db")])
            manifest_plist = plistlib.loads(got[top("Manifest.plist")])
            if manifest_plist["IsEncrypted"] == (phone.password is not None) and (not phone.bag or manifest_plist.get("BackupKeyBag") == phone.bag["bytes"]):
                db = got[top("Manifest.db")]
                if phone.password is not None:
                    db = unaes_cbc(phone.bag["manifest"], db)
                known = self.read_manifest(db)
        full = not known
        files = phone.content.files
        free = self.ask(["DLMessageGetFreeDiskSpace"])
        need = sum(len(d) for d, _ in files.values())
        if free[3] < need + 134217728:
            self.ask(["DLMessagePurgeDiskSpace", need + 134217728 - free[3] + 2147483648, 4])
            self.finish(105, "Insufficient free disk space on drive to back up (MBErrorDomain/105)")
            raise Stop
        self.ask(["DLMessageCreateDirectory", top("Snapshot"), {}])
        # idevicebackup2 makes no parents when it moves: the folders are asked for first.
        for shard in sorted({file_id(d, r)[:2] for d, r in files}):
            self.ask(["DLMessageCreateDirectory", top(f"Snapshot/{shard}"), {}])
            self.ask(["DLMessageCreateDirectory", top(shard), {}])
        for name in phone.fault("hostile", []):
            raw = name.encode("utf-8", "surrogateescape")
            if name.startswith("repeat:"):
                raw = b"x" * int(name.split(":")[1])
            self.upload([(raw, b"evil")])
        if phone.fault("hostile_move"):
            reply = self.ask(["DLMessageMoveItems", dict([phone.fault("hostile_move")]), {}, 0.0])
            if reply[1] != 0:
                self.finish(104, "host refused a move (MBErrorDomain/104)")
                raise Stop

        rows, batch, moved, sent = {}, [], [], 0
        for (domain, rel), (data, mtime) in sorted(files.items()):
            fid = file_id(domain, rel)
            old = known.get(fid)
            if old is not None and old[2] == len(data) and old[3] == mtime:
                rows[fid] = old
                continue
            stored, key44 = data, None
            if phone.password is not None:
                key = os.urandom(32)
                stored = aes_cbc(key, data, True)
                key44 = struct.pack("<I", 3) + wrap_key(phone.bag_ready()["class"][3], key)
            digest = hashlib.sha1(stored).digest() if domain == "HomeDomain" else None
            rows[fid] = (domain, rel, len(data), mtime, key44, digest)
            if phone.fault("omit") and phone.fault("omit") in rel:
                continue
            batch.append((top(f"Snapshot/{fid[:2]}/{fid}"), stored))
            moved.append(fid)
            sent += 1
            if len(batch) == 37 or sum(len(d) for _, d in batch) > 3_000_000:
                self.upload(batch)
                batch = []
        if batch:
            self.upload(batch)
        db = self.write_manifest(rows)
        plist = {"IsEncrypted": phone.password is not None, "Version": "10.0", "Date": datetime.now(timezone.utc).replace(tzinfo=None),
                 "SystemDomainsVersion": "24.0", "WasPasscodeSet": True, "Applications": {},
                 "Lockdown": {"UniqueDeviceID": phone.udid, "DeviceName": phone.name, "ProductType": "iPhone10,6",
                              "ProductVersion": "16.7.10", "BuildVersion": "20H350", "SerialNumber": "F2LXOTHER123"}}
        if phone.password is not None:
            bag = phone.bag_ready()
            db = aes_cbc(bag["manifest"], db, False)
            plist["BackupKeyBag"] = bag["bytes"]
            plist["ManifestKey"] = struct.pack("<I", 4) + wrap_key(bag["class"][4], bag["manifest"])
        self.upload([(top("Snapshot/Manifest.db"), db), (top("Snapshot/Manifest.plist"), plistlib.dumps(plist, fmt=plistlib.FMT_BINARY))])
        pairs = [(top(f"Snapshot/{f[:2]}/{f}"), top(f"{f[:2]}/{f}")) for f in moved] + [
            (top("Snapshot/Manifest.db"), top("Manifest.db")), (top("Snapshot/Manifest.plist"), top("Manifest.plist"))]
        for i in range(0, len(pairs), 100):
            reply = self.ask(["DLMessageMoveItems", dict(pairs[i:i + 100]), {}, 90.0])
            assert reply[1] == 0, reply
        gone = [top(f"{f[:2]}/{f}") for f in known if f not in rows]
        if gone:
            assert self.ask(["DLMessageRemoveItems", gone, {}, 95.0])[1] == 0
        status = {"SnapshotState": phone.fault("state", "finished"), "BackupState": "new", "IsFullBackup": full, "Version": "3.3",
                  "Date": datetime.now(timezone.utc).replace(tzinfo=None), "UUID": hashlib.md5(os.urandom(8)).hexdigest().upper()}
        self.upload([(top("Status.plist"), plistlib.dumps(status, fmt=plistlib.FMT_BINARY))])
        if not phone.fault("leave_snapshot"):
            self.ask(["DLMessageRemoveItems", [top("Snapshot")], {}, 97.0])
        check = self.download([top("Status.plist"), top("Manifest.plist"), top("Manifest.db")])
        assert check[top("Manifest.db")] == db, "Manifest.db came back changed"
        missing = []
        for shard in sorted({f[:2] for f in rows}):
            listing = self.ask(["DLContentsOfDirectory", top(shard)])[3]
            missing += [f for f in rows if f[:2] == shard and f not in listing]
        if missing and not phone.fault("omit") and not phone.fault("unsendable"):
            self.finish(205, f"missing {missing[:3]} (MBErrorDomain/205)")
            raise Stop
        phone.rows = rows
        if phone.fault("no_response"):
            say(type="done", full=full, sent=sent, response=False)
            raise Stop
        if phone.fault("final_code"):
            self.finish(phone.fault("final_code"), f"told to fail (MBErrorDomain/{phone.fault('final_code')})")
            raise Stop
        self.finish(0)
        say(type="done", full=full, sent=sent, removed=len(gone), files=len(rows))

    def write_manifest(self, rows):
        path = os.path.join(self.phone.dir, f"manifest-{threading.get_ident()}.db")
        if os.path.exists(path):
            os.unlink(path)
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB)")
        db.execute("CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB)")
        folders = set()
        for fid, (domain, rel, size, mtime, key44, digest) in rows.items():
            db.execute("INSERT INTO Files VALUES (?,?,?,1,?)", (fid, domain, rel, mbfile(rel, size, 0o100644, mtime, 3, key44, digest)))
            parts = rel.split("/")
            folders.update((domain, "/".join(parts[:i])) for i in range(len(parts)))
        for domain, rel in folders:
            db.execute("INSERT INTO Files VALUES (?,?,?,2,?)", (file_id(domain, rel), domain, rel, mbfile(rel, 0, 0o040755, 0, 0, None, None)))
        db.commit()
        db.close()
        with open(path, "rb") as f:
            return f.read()

    def read_manifest(self, data):
        path = os.path.join(self.phone.dir, f"previous-{threading.get_ident()}.db")
        with open(path, "wb") as f:
            f.write(data)
        db = sqlite3.connect(path)
        known = {}
        for fid, domain, rel, blob in db.execute("SELECT fileID, domain, relativePath, file FROM Files WHERE flags = 1"):
            archive = plistlib.loads(blob)
            root = archive["$objects"][archive["$top"]["root"].data]
            key = digest = None
            if "EncryptionKey" in root:
                key = archive["$objects"][root["EncryptionKey"].data]["NS.data"]
            if "Digest" in root:
                digest = archive["$objects"][root["Digest"].data]
            known[fid] = (domain, rel, root["Size"], root["LastModified"], key, digest)
        db.close()
        return known

    # -- password, restore

    def change(self, request):
        phone, old, new = self.phone, request.get("OldPassword"), request.get("NewPassword")
        if phone.fault("passcode") == "deny":
            self.finish(208, "(MBErrorDomain/208)")
        elif phone.password is not None and old != phone.password:
            self.finish(207, "Invalid password (MBErrorDomain/207)")
        else:
            phone.password, phone.bag = new, None
            say(type="password", encrypted=new is not None)
            if phone.fault("change") == "drop":
                raise Stop
            self.finish(0)
        raise Stop

    def restore(self, request):
        phone, source = self.phone, request["SourceIdentifier"]
        top = lambda name: f"{source}/{name}"
        names = [top(n) for n in ("Info.plist", "Status.plist", "Manifest.plist", "Manifest.db")]
        got = self.download(names)
        assert all(got[n] is not None for n in names), [n for n in names if got[n] is None]
        db, keys = got[names[3]], None
        manifest = plistlib.loads(got[names[2]])
        if manifest["IsEncrypted"]:
            if request.get("Options", {}).get("Password") != phone.password or phone.bag is None:
                self.finish(207, "(MBErrorDomain/207)")
                raise Stop
            db = unaes_cbc(phone.bag["manifest"], db)
        known, wrong = self.read_manifest(db), []
        ids = sorted(known)
        for i in range(0, len(ids), 50):
            files = self.download([top(f"{f[:2]}/{f}") for f in ids[i:i + 50]])
            for f in ids[i:i + 50]:
                data = files[top(f"{f[:2]}/{f}")]
                expected = phone.content.files.get(known[f][:2])
                if data is None or expected is None or (not manifest["IsEncrypted"] and data != expected[0]):
                    wrong.append(f)
        say(type="restored", files=len(ids), wrong=len(wrong))
        self.finish(0 if not wrong else 205, f"{len(wrong)} wrong")


def bag_ready(self):
    if self.bag is None:
        classes = {n: os.urandom(32) for n in range(1, 12)}
        salt, dpsl = os.urandom(20), os.urandom(20)
        k1 = hashlib.pbkdf2_hmac("sha256", self.password.encode(), dpsl, self.iterations)
        kek = hashlib.pbkdf2_hmac("sha1", k1, salt, self.iterations, 32)
        tlv = lambda tag, value: tag.encode() + struct.pack(">I", len(value)) + value
        u32 = lambda n: struct.pack(">I", n)
        data = b"".join([tlv("VERS", u32(5)), tlv("TYPE", u32(1)), tlv("UUID", os.urandom(16)), tlv("HMCK", os.urandom(40)),
                         tlv("WRAP", u32(0)), tlv("SALT", salt), tlv("ITER", u32(self.iterations)), tlv("DPWT", u32(1)),
                         tlv("DPIC", u32(self.iterations)), tlv("DPSL", dpsl)])
        for n in sorted(classes, reverse=True):
            data += b"".join([tlv("UUID", os.urandom(16)), tlv("CLAS", u32(n)), tlv("WRAP", u32(3 if n > 8 else 2)), tlv("KTYP", u32(0)),
                              tlv("WPKY", wrap_key(kek, classes[n]))])
        self.bag = {"class": classes, "bytes": data, "manifest": os.urandom(32)}
    return self.bag


Phone.bag_ready = bag_ready


def main():
    parser = argparse.ArgumentParser()
    for name, kind, default in (("socket", str, None), ("dir", str, None), ("files", int, 300), ("seed", int, 1), ("password", str, None), ("iterations", int, 1000)):
        parser.add_argument(f"--{name}", type=kind, default=default)
    args = parser.parse_args()
    if Cipher is None and args.password:
        sys.exit("python3-cryptography is needed for an encrypted phone")
    phone = Phone(args)
    server = socket.socket(socket.AF_UNIX)
    server.bind(args.socket)
    server.listen(64)

    def accept():
        while True:
            conn, _ = server.accept()
            threading.Thread(target=phone.mux, args=(conn,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    say(type="ready", address=f"UNIX:{args.socket}", udid=phone.udid)
    for line in sys.stdin:
        command = json.loads(line)
        if command["cmd"] == "mutate":
            phone.content.mutate(command["percent"])
            say(type="answer", ok=True)
        elif command["cmd"] == "truth":
            say(type="answer", ok=True, truth=phone.content.truth())
        elif command["cmd"] == "report":
            say(type="answer", ok=True, posted=phone.host_names, locked=phone.lock_owner is not None, replies=phone.replies[-50:])
        elif command["cmd"] == "stop":
            say(type="answer", ok=True)
            break
    os.unlink(args.socket)


main()
