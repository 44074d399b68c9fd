/*
 * Windows 10 and later. Compiled here only with MinGW's headers and never run (README.md); reviewed against Microsoft's
 * documentation: GetVolumePathNameW, GetVolumeInformationW, GetVolumeNameForVolumeMountPointW,
 * GetDriveTypeW, IOCTL_STORAGE_QUERY_PROPERTY, IOCTL_STORAGE_GET_HOTPLUG_INFO, CfGetSyncRootInfoByPath,
 * IShellItem2::GetInt32.
 *
 * BitLocker is asked through the property that Explorer draws its padlock from, because the documented ways
 * (Win32_EncryptableVolume) need an administrator. Its numbers are not documented: only those that every source agrees
 * on count, everything else stays unknown.
 */
#define COBJMACROS
#define UNICODE
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#include <windows.h>
#include <initguid.h>
#include <propkey.h>
#include <propsys.h>
#include <shlobj.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <winioctl.h>

#include "volume.h"

#define MAX_WIDE 32768
#define BLOCK_CLONING 0x08000000u /* FILE_SUPPORTS_BLOCK_REFCOUNTING */

static int is_one_of(uint32_t value, const uint32_t *values, size_t count) {
  while (count > 0) {
    if (values[--count] == value) return 1;
  }
  return 0;
}

/* `volume` is `\\?\Volume{…}\`; opened without its last backslash and without any right, which nobody is refused. */
static void tell_bus(const wchar_t *volume, volume_facts *facts) {
  /* STORAGE_BUS_TYPE: ATA 3, 1394 4, USB 7, RAID 8, SAS 10, SATA 11, SD 12, NVMe 17, SCM 18, UFS 19. Others, Storage
   * Spaces among them, may lie anywhere. */
  static const uint32_t INSIDE[] = {3, 8, 10, 11, 17, 18, 19};
  static const uint32_t OUTSIDE[] = {4, 7, 12};
  wchar_t name[64];
  size_t length = wcslen(volume);
  STORAGE_PROPERTY_QUERY query;
  union {
    STORAGE_DEVICE_DESCRIPTOR descriptor;
    BYTE bytes[1024];
  } about;
  STORAGE_HOTPLUG_INFO plug;
  DWORD told = 0;
  int stays;
  HANDLE handle;

  if (length < 2 || length >= sizeof name / sizeof name[0]) return;
  wcscpy(name, volume);
  name[length - 1] = L'\0';
  handle = CreateFileW(name, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
  if (handle == INVALID_HANDLE_VALUE) return;
  memset(&query, 0, sizeof query);
  memset(&about, 0, sizeof about);
  memset(&plug, 0, sizeof plug);
  /* An NVMe disk on a Thunderbolt cable has an inner disk's bus, and says that it can be unplugged. */
  stays = DeviceIoControl(handle, IOCTL_STORAGE_GET_HOTPLUG_INFO, NULL, 0, &plug, sizeof plug, &told, NULL) &&
          told >= sizeof plug && !plug.DeviceHotplug && !plug.MediaHotplug && !plug.MediaRemovable;
  if (plug.DeviceHotplug) facts->internal = NO;
  query.PropertyId = StorageDeviceProperty;
  query.QueryType = PropertyStandardQuery;
  if (DeviceIoControl(handle, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, &about, sizeof about, &told, NULL) &&
      told >= sizeof about.descriptor) {
    uint32_t bus = (uint32_t)about.descriptor.BusType;
    if (about.descriptor.RemovableMedia || is_one_of(bus, OUTSIDE, sizeof OUTSIDE / sizeof OUTSIDE[0])) {
      facts->internal = NO;
    } else if (stays && is_one_of(bus, INSIDE, sizeof INSIDE / sizeof INSIDE[0])) {
      facts->internal = YES;
    }
  }
  CloseHandle(handle);
}

static void tell_bitlocker(const wchar_t *root, volume_facts *facts) {
  IShellItem2 *item = NULL;
  PROPERTYKEY key;
  INT value = 0;
  HRESULT started = CoInitializeEx(NULL, COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE);
  if (SUCCEEDED(PSGetPropertyKeyFromName(L"System.Volume.BitLockerProtection", &key)) &&
      SUCCEEDED(SHCreateItemFromParsingName(root, NULL, &IID_IShellItem2, (void **)&item))) {
    if (SUCCEEDED(IShellItem2_GetInt32(item, &key, &value))) {
      if (value == 1 || value == 6) facts->encrypted = YES; /* on; on and locked */
      if (value == 2) facts->encrypted = NO;
    }
    IShellItem2_Release(item);
  }
  if (SUCCEEDED(started)) CoUninitialize();
}

/* cldapi.dll is there since Windows 10 1709; the two numbers are CF_SYNC_ROOT_INFO_PROVIDER and its name's place. */
static void tell_cloud(const wchar_t *path, volume_facts *facts) {
  typedef HRESULT(WINAPI * get_sync_root)(LPCWSTR, int, void *, DWORD, DWORD *);
  struct {
    int32_t status;
    wchar_t name[256];
    wchar_t version[256];
  } provider;
  DWORD told = 0;
  HMODULE library = LoadLibraryExW(L"cldapi.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
  get_sync_root find;
  if (library == NULL) return;
  find = (get_sync_root)(void (*)(void))GetProcAddress(library, "CfGetSyncRootInfoByPath");
  memset(&provider, 0, sizeof provider);
  if (find != NULL && SUCCEEDED(find(path, 2, &provider, sizeof provider, &told))) {
    facts->cloud = YES;
    provider.name[255] = L'\0';
    if (WideCharToMultiByte(CP_UTF8, 0, provider.name, -1, facts->cloud_name, (int)sizeof facts->cloud_name - 1, NULL,
                            NULL) == 0) {
      facts->cloud_name[0] = '\0';
    }
  }
  FreeLibrary(library);
}

void describe_volume(const char *path, volume_facts *facts) {
  wchar_t *wide = calloc(MAX_WIDE, sizeof *wide);
  wchar_t *root = calloc(MAX_WIDE, sizeof *root);
  wchar_t volume[64];
  wchar_t kind[64];
  DWORD serial = 0, flags = 0;
  UINT drive;

  if (wide == NULL || root == NULL || MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, MAX_WIDE) == 0 ||
      !GetVolumePathNameW(wide, root, MAX_WIDE)) {
    free(wide);
    free(root);
    return;
  }
  drive = GetDriveTypeW(root);
  if (drive == DRIVE_REMOTE) facts->network = YES;
  if (drive == DRIVE_FIXED || drive == DRIVE_REMOVABLE || drive == DRIVE_CDROM || drive == DRIVE_RAMDISK) {
    facts->network = NO;
  }
  if (drive == DRIVE_REMOVABLE || drive == DRIVE_CDROM) facts->internal = NO;
  kind[0] = L'\0';
  if (GetVolumeInformationW(root, NULL, 0, &serial, NULL, &flags, kind, sizeof kind / sizeof kind[0])) {
    facts->read_only = (flags & FILE_READ_ONLY_VOLUME) != 0 ? YES : NO;
    facts->reflink = (flags & BLOCK_CLONING) != 0 ? YES : NO;
    if (WideCharToMultiByte(CP_UTF8, 0, kind, -1, facts->file_system, (int)sizeof facts->file_system - 1, NULL, NULL) ==
        0) {
      facts->file_system[0] = '\0';
    }
    if (serial != 0) snprintf(facts->id, sizeof facts->id, "serial:%08lx", (unsigned long)serial);
  }
  if (drive != DRIVE_REMOTE && GetVolumeNameForVolumeMountPointW(root, volume, sizeof volume / sizeof volume[0])) {
    tell_bus(volume, facts);
    tell_bitlocker(root, facts);
  }
  tell_cloud(wide, facts);
  free(wide);
  free(root);
}
