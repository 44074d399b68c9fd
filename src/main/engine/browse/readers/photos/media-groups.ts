import type { Backup, BackupFile } from '../../source/types.ts';
import { CAMERA_ROLL, kindOfName, nameParts } from './media-names.ts';

/** Where originals lie. What is under PhotoData besides is made by the phone: thumbnails, edits, databases. */
const ORIGINALS = ['Media/DCIM', 'Media/PhotoData/CPLAssets', 'Media/PhotoData/PhotoCloudSharingData'];

/** Photos and videos of one folder that share a stem, in the order of their names. */
export interface MediaGroup {
  readonly folder: string;
  readonly stem: string;
  readonly files: readonly BackupFile[];
}

/** Goes through the files of originals, a folder at a time. Files that are no pictures or films are left out. */
export function* mediaGroups(backup: Backup): Generator<MediaGroup> {
  for (const under of ORIGINALS) {
    let folder = '';
    let groups = new Map<string, BackupFile[]>();
    for (const file of backup.files({ domain: CAMERA_ROLL, under })) {
      if (file.kind !== 'file' || kindOfName(file.path) === 'unknown') continue;
      const parts = nameParts(file.path);
      if (parts.folder !== folder) {
        yield* groupsOf(folder, groups);
        folder = parts.folder;
        groups = new Map();
      }
      const stem = parts.stem.toLowerCase();
      const files = groups.get(stem);
      if (files === undefined) groups.set(stem, [file]);
      else files.push(file);
    }
    yield* groupsOf(folder, groups);
  }
}

function* groupsOf(folder: string, groups: ReadonlyMap<string, readonly BackupFile[]>): Generator<MediaGroup> {
  for (const [stem, files] of groups) yield { folder, stem, files };
}
