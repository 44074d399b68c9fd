"""libimobiledevice's own file service client, by its C functions: lists, looks at and reads files of a phone.

usage: afc.py UDID          answers one JSON object on standard output
"""
import ctypes
import hashlib
import json
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_uint32, c_uint64, c_void_p

lib = ctypes.CDLL("libimobiledevice-1.0.so.6")
READ_ONLY = 1


def check(code, what):
    if code != 0:
        raise SystemExit(f"{what}: {code}")


def texts(pointer):
    found = []
    while pointer[len(found)]:
        found.append(pointer[len(found)].decode())
    return found


device, client = c_void_p(), c_void_p()
check(lib.idevice_new(byref(device), sys.argv[1].encode()), "idevice_new")
check(lib.afc_client_start_service(device, byref(client), b"peer"), "afc_client_start_service")


def listing(path):
    names = POINTER(c_char_p)()
    check(lib.afc_read_directory(client, path.encode(), byref(names)), path)
    return [name for name in texts(names) if name not in (".", "..")]


def facts(path):
    pairs = POINTER(c_char_p)()
    check(lib.afc_get_file_info(client, path.encode(), byref(pairs)), path)
    flat = texts(pairs)
    return dict(zip(flat[::2], flat[1::2]))


def read(path):
    handle, digest, taken = c_uint64(), hashlib.sha256(), c_uint32()
    check(lib.afc_file_open(client, path.encode(), c_int(READ_ONLY), byref(handle)), path)
    buffer = ctypes.create_string_buffer(65536)
    while True:
        check(lib.afc_file_read(client, handle, buffer, c_uint32(len(buffer)), byref(taken)), path)
        if taken.value == 0:
            break
        digest.update(buffer.raw[: taken.value])
    check(lib.afc_file_close(client, handle), path)
    return digest.hexdigest()


def walk(path):
    for name in listing(path):
        below = f"{path}/{name}"
        about = facts(below)
        if about["st_ifmt"] == "S_IFDIR":
            yield from walk(below)
        else:
            yield below, int(about["st_size"]), int(about["st_mtime"]), read(below)


disk = POINTER(c_char_p)()
check(lib.afc_get_device_info(client, byref(disk)), "afc_get_device_info")
flat = texts(disk)
names = POINTER(c_char_p)()
handle = c_uint64()
answer = {
    "disk": dict(zip(flat[::2], flat[1::2])),
    "files": {path: [size, time, sha] for path, size, time, sha in walk("/DCIM")},
    "database": read("/PhotoData/Photos.sqlite"),
    "escape": lib.afc_read_directory(client, b"/../..", byref(names)),
    "missing": lib.afc_file_open(client, b"/DCIM/nothing", c_int(READ_ONLY), byref(handle)),
    "remove": lib.afc_remove_path(client, b"/DCIM/100APPLE/IMG_0001.JPG"),
}
lib.afc_client_free(client)
lib.idevice_free(device)
print(json.dumps(answer))
