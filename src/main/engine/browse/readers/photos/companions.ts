import type { Backup, BackupFile } from '../../source/types.ts';
import { CAMERA_ROLL, nameParts, RAW_EXTENSIONS } from './media-names.ts';

/** The files that belong to an original: where they lie is a matter of names (backup-format 4.1). */

const MUTATIONS = 'Media/PhotoData/Mutations';
const FILMS = ['MOV', 'mov', 'MP4', 'mp4'];
/** Spellings of a rendering's ending. Looked up by name: to list a folder takes a thousand times as long. */
const PICTURE_ENDINGS = ['heic', 'jpg', 'jpeg', 'png', 'HEIC', 'JPG', 'JPEG', 'PNG', 'tiff', 'gif'];
const FILM_ENDINGS = ['mov', 'mp4', 'm4v', 'MOV', 'MP4', 'M4V'];

export function fileAt(backup: Backup, path: string): BackupFile | null {
  const file = backup.file(CAMERA_ROLL, path);
  return file?.kind === 'file' ? file : null;
}

/** Same folder, same stem, another ending; names are looked up as they are, so each spelling is one look. */
function beside(backup: Backup, path: string, extensions: readonly string[]): BackupFile | null {
  const { folder, stem } = nameParts(path);
  for (const extension of extensions) {
    const other = `${folder}/${stem}.${extension}`;
    const file = other === path ? null : fileAt(backup, other);
    if (file !== null) return file;
  }
  return null;
}

export function liveVideoOf(backup: Backup, path: string): BackupFile | null {
  return beside(backup, path, FILMS);
}

export function adjustmentsOf(backup: Backup, path: string): BackupFile | null {
  return beside(backup, path, ['AAE', 'aae']);
}

const ALL_RAWS = [...RAW_EXTENSIONS.map((one) => one.toUpperCase()), ...RAW_EXTENSIONS];

/** `isSure`: the library says that there is one, so every ending that cameras have is worth a look. */
export function rawOf(backup: Backup, path: string, isSure: boolean): BackupFile | null {
  return beside(backup, path, isSure ? ALL_RAWS : ['DNG', 'dng']);
}

/** A Live Photo has a picture and a film after its edits, a photo a picture, a video a film. */
export function renderingsOf(
  backup: Backup,
  path: string,
  wanted: { readonly picture: boolean; readonly film: boolean },
): { readonly picture: BackupFile | null; readonly film: BackupFile | null } {
  const { folder, stem } = nameParts(path);
  const rendering = `${MUTATIONS}/${folder.replace(/^Media\//, '')}/${stem}/Adjustments/FullSizeRender`;
  const first = (endings: readonly string[]): BackupFile | null => {
    for (const ending of endings) {
      const file = fileAt(backup, `${rendering}.${ending}`);
      if (file !== null) return file;
    }
    return null;
  };
  return {
    picture: wanted.picture ? first(PICTURE_ENDINGS) : null,
    film: wanted.film ? first(FILM_ENDINGS) : null,
  };
}
