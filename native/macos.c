/*
 * macOS 11 and later. Not compiled where it was written (README.md); reviewed against Apple's documentation:
 * CFURL.h ("File System Resource Properties" for volumes), CSBackupIsItemExcluded (CoreServices, BackupCore.h),
 * statfs(2), getxattr(2).
 *
 * Two things are left to src/main/engine/platform/volume/macos.ts on purpose. kCFURLVolumeIsEncryptedKey is also true
 * for a disk that the hardware encrypts while FileVault is off, so that only its "no" is told here. And an item that is
 * not excluded from Time Machine is only inside it where Time Machine has a disk to write to.
 */
#include <CoreFoundation/CoreFoundation.h>
#include <CoreServices/CoreServices.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/xattr.h>

#include "volume.h"

static answer ask_flag(CFURLRef url, CFStringRef key) {
  CFBooleanRef value = NULL;
  answer given = UNKNOWN;
  if (!CFURLCopyResourcePropertyForKey(url, key, &value, NULL) || value == NULL) return UNKNOWN;
  if (CFGetTypeID(value) == CFBooleanGetTypeID()) given = CFBooleanGetValue(value) ? YES : NO;
  CFRelease(value);
  return given;
}

static void tell_identity(CFURLRef url, volume_facts *facts) {
  CFStringRef uuid = NULL;
  char text[64];
  size_t at;
  if (!CFURLCopyResourcePropertyForKey(url, kCFURLVolumeUUIDStringKey, &uuid, NULL) || uuid == NULL) return;
  if (CFGetTypeID(uuid) == CFStringGetTypeID() &&
      CFStringGetCString(uuid, text, (CFIndex)sizeof text, kCFStringEncodingUTF8)) {
    for (at = 0; text[at] != '\0'; at += 1) {
      if (text[at] >= 'A' && text[at] <= 'Z') text[at] = (char)(text[at] - 'A' + 'a');
    }
    snprintf(facts->id, sizeof facts->id, "uuid:%s", text);
  }
  CFRelease(uuid);
}

/* Folders of a file provider (iCloud Drive, OneDrive, Dropbox, Google Drive) carry this attribute at their top. */
static void tell_cloud(const char *path, volume_facts *facts) {
  static const char NAME[] = "com.apple.file-provider-domain-id";
  char folder[MAXPATHLEN];
  char *end;
  if (strlen(path) >= sizeof folder) return;
  strcpy(folder, path);
  for (;;) {
    if (getxattr(folder, NAME, facts->cloud_name, sizeof facts->cloud_name - 1, 0, 0) > 0) {
      facts->cloud = YES;
      return;
    }
    memset(facts->cloud_name, 0, sizeof facts->cloud_name);
    end = strrchr(folder, '/');
    if (end == NULL || end == folder) return;
    *end = '\0';
  }
}

void describe_volume(const char *path, volume_facts *facts) {
  struct statfs volume;
  CFURLRef url;
  answer flag;

  if (statfs(path, &volume) != 0) return;
  snprintf(facts->file_system, sizeof facts->file_system, "%s", volume.f_fstypename);
  /* f_fsid is made anew for each mount on file systems without a stored one; together with the id it names a mount. */
  snprintf(facts->mount, sizeof facts->mount, "mount:%x-%x", (unsigned)volume.f_fsid.val[0],
           (unsigned)volume.f_fsid.val[1]);
  facts->read_only = (volume.f_flags & MNT_RDONLY) != 0 ? YES : NO;
  facts->network = (volume.f_flags & MNT_LOCAL) != 0 ? NO : YES;
  tell_cloud(path, facts);

  url = CFURLCreateFromFileSystemRepresentation(NULL, (const UInt8 *)path, (CFIndex)strlen(path), true);
  if (url == NULL) return;
  tell_identity(url, facts);
  facts->reflink = ask_flag(url, kCFURLVolumeSupportsFileCloningKey);
  /* Absent when it cannot be told. An internal slot may hold a card: that is not "for good". */
  facts->internal = ask_flag(url, kCFURLVolumeIsInternalKey);
  flag = ask_flag(url, kCFURLVolumeIsRemovableKey);
  if (flag == YES) facts->internal = NO;
  if (ask_flag(url, kCFURLVolumeIsEncryptedKey) == NO) facts->encrypted = NO;
  facts->time_machine_excluded = CSBackupIsItemExcluded(url, NULL) ? YES : NO;
  CFRelease(url);
}
