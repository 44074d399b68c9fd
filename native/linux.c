/*
 * Linux. Here the addon adds what only system calls tell; what stands in plain files under /proc and /sys (removable,
 * LUKS, the bus) is read there by src/main/engine/platform/volume/linux.ts, with or without the addon.
 *
 * Sources: statfs(2), statx(2), ioctl_fat(2), ioctl_xfs_fsgeometry(2), include/uapi/linux/{magic,fs,
 * stat,btrfs,fscrypt}.h of Linux 6.18. Constants are written out where older headers of a distribution lack them.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "volume.h"

/* fs.h, since Linux 6.9: the UUID that the file system itself holds. */
struct fs_uuid {
  uint8_t length;
  uint8_t bytes[16];
};
#define GET_FS_UUID _IOR(0x15, 0, struct fs_uuid)
/* msdos_fs.h */
#define GET_FAT_SERIAL _IOR('r', 0x13, uint32_t)

/* xfs_fs.h, version 1 of the answer, which is 112 bytes long. */
struct xfs_geometry {
  uint32_t sizes[8];
  uint64_t blocks[4];
  uint8_t uuid[16];
  uint32_t units[2];
  int32_t version;
  uint32_t flags;
  uint32_t sectors[3];
};
#define GET_XFS_GEOMETRY _IOR('X', 100, struct xfs_geometry)
#define XFS_HAS_REFLINK (1u << 20)

/* btrfs.h: struct btrfs_ioctl_fs_info_args, 1024 bytes, the UUID at 16. */
struct btrfs_info {
  uint64_t devices[2];
  uint8_t uuid[16];
  uint8_t rest[992];
};
#define GET_BTRFS_INFO _IOR(0x94, 31, struct btrfs_info)

/* fscrypt.h, since Linux 5.4: succeeds in a folder that the file system itself encrypts. */
struct folder_encryption {
  uint64_t room;
  uint8_t policy[24];
};
#define GET_FOLDER_ENCRYPTION _IOWR('f', 22, uint8_t[9])

/* stat.h, since Linux 6.8. */
#define MOUNT_ID_UNIQUE 0x4000u

#define READ_ONLY 0x0001 /* ST_RDONLY */

typedef struct {
  uint32_t magic;
  const char *name; /* NULL where one number stands for several: mountinfo tells those apart. */
  answer network;
  answer reflink;
} kind;

static const kind KINDS[] = {
    {0x0000ef53, NULL, NO, NO}, /* ext2, ext3, ext4 */
    {0x58465342, "xfs", NO, UNKNOWN},
    {0x9123683e, "btrfs", NO, YES},
    {0xca451a4e, "bcachefs", NO, YES},
    {0x2011bab0, "exfat", NO, NO},
    {0x00004d44, "vfat", NO, NO},
    {0x7366746e, "ntfs3", NO, NO},
    {0x5346544e, "ntfs", NO, NO},
    {0xf2f52010, "f2fs", NO, UNKNOWN},
    {0x01021994, "tmpfs", NO, NO},
    {0x794c7630, "overlay", UNKNOWN, UNKNOWN},
    {0x00006969, "nfs", YES, UNKNOWN},
    {0xff534d42, "cifs", YES, UNKNOWN},
    {0xfe534d42, "smb2", YES, UNKNOWN},
    {0x0000517b, "smbfs", YES, UNKNOWN},
    {0x01021997, "9p", YES, UNKNOWN},
    {0x00c36400, "ceph", YES, UNKNOWN},
    {0x5346414f, "afs", YES, UNKNOWN},
};

static void tell_uuid(const uint8_t *bytes, volume_facts *facts) {
  size_t at;
  char *end = facts->id + snprintf(facts->id, sizeof facts->id, "uuid:");
  for (at = 0; at < 16; at += 1) {
    if (at == 4 || at == 6 || at == 8 || at == 10) *end++ = '-';
    end += snprintf(end, 3, "%02x", bytes[at]);
  }
}

static int is_zero(const uint8_t *bytes, size_t count) {
  while (count > 0) {
    if (bytes[--count] != 0) return 0;
  }
  return 1;
}

static void tell_identity(int folder, volume_facts *facts) {
  struct fs_uuid uuid;
  struct btrfs_info btrfs;
  uint32_t serial = 0;
  memset(&uuid, 0, sizeof uuid);
  if (ioctl(folder, GET_FS_UUID, &uuid) == 0 && uuid.length == 16 && !is_zero(uuid.bytes, 16)) {
    tell_uuid(uuid.bytes, facts);
    return;
  }
  memset(&btrfs, 0, sizeof btrfs);
  if (ioctl(folder, GET_BTRFS_INFO, &btrfs) == 0 && !is_zero(btrfs.uuid, 16)) {
    tell_uuid(btrfs.uuid, facts);
    return;
  }
  if (ioctl(folder, GET_FAT_SERIAL, &serial) == 0 && serial != 0) {
    /* As /dev/disk/by-uuid writes it, so that both ways give one identity. */
    snprintf(facts->id, sizeof facts->id, "uuid:%04x-%04x", serial >> 16, serial & 0xffff);
  }
}

static void tell_xfs(int folder, volume_facts *facts) {
  struct xfs_geometry geometry;
  memset(&geometry, 0, sizeof geometry);
  if (ioctl(folder, GET_XFS_GEOMETRY, &geometry) != 0) return;
  facts->reflink = (geometry.flags & XFS_HAS_REFLINK) != 0 ? YES : NO;
  if (facts->id[0] == '\0' && !is_zero(geometry.uuid, 16)) tell_uuid(geometry.uuid, facts);
}

static void tell_mount(const char *path, volume_facts *facts) {
  struct statx about;
  if (statx(AT_FDCWD, path, 0, MOUNT_ID_UNIQUE, &about) == 0 && (about.stx_mask & MOUNT_ID_UNIQUE) != 0) {
    /* Never used twice since the computer started. */
    snprintf(facts->mount, sizeof facts->mount, "mount:%llu", (unsigned long long)about.stx_mnt_id);
  }
}

void describe_volume(const char *path, volume_facts *facts) {
  struct statfs volume;
  struct folder_encryption encryption;
  int folder;
  size_t at;

  if (statfs(path, &volume) != 0) return;
  facts->read_only = (volume.f_flags & READ_ONLY) != 0 ? YES : NO;
  for (at = 0; at < sizeof KINDS / sizeof KINDS[0]; at += 1) {
    if (KINDS[at].magic != (uint32_t)volume.f_type) continue;
    if (KINDS[at].name != NULL) snprintf(facts->file_system, sizeof facts->file_system, "%s", KINDS[at].name);
    facts->network = KINDS[at].network;
    facts->reflink = KINDS[at].reflink;
  }
  tell_mount(path, facts);
  folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  tell_identity(folder, facts);
  if ((uint32_t)volume.f_type == 0x58465342) tell_xfs(folder, facts);
  memset(&encryption, 0, sizeof encryption);
  encryption.room = sizeof encryption.policy;
  if (ioctl(folder, GET_FOLDER_ENCRYPTION, &encryption) == 0) facts->encrypted = YES;
  close(folder);
}
