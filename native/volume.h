/*
 * What the addon tells about the volume that holds a path. One source per system fills it: linux.c, macos.c, windows.c.
 * Nothing is guessed: what a system did not answer stays UNKNOWN, or an empty text.
 */
#ifndef BACKSTOP_VOLUME_H
#define BACKSTOP_VOLUME_H

typedef enum { UNKNOWN = 0, NO, YES } answer;

typedef struct {
  /* Stable identity of the file system: its kind, a colon, its UUID or serial in lower case ("uuid:…", "serial:…"). */
  char id[160];
  /* The system's own name for the kind of file system, as it gave it: "ext4", "apfs", "NTFS". */
  char file_system[64];
  /* Differs from one mount of the same volume to the next, where the system tells. */
  char mount[64];
  answer read_only;
  /* On another computer. */
  answer network;
  /* In this computer for good. NO: can be taken away without opening the computer. */
  answer internal;
  /* A copy can share its blocks with the original. */
  answer reflink;
  /* Encrypted at rest by the system (FileVault, BitLocker, LUKS). */
  answer encrypted;
  answer time_machine_excluded;
  /* A cloud service keeps the folder in step; its name where the system tells it. */
  answer cloud;
  char cloud_name[128];
} volume_facts;

/* `path` is UTF-8 and exists. Runs on a worker thread; may take long when a server does not answer. */
void describe_volume(const char *path, volume_facts *facts);

#endif
