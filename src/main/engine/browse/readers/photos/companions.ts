import type { Backup, BackupFile } from '../../source/types.ts';
import { CAMERA_ROLL, nameParts, RAW_EXTENSIONS } from './media-names.ts';

/** The files that belong to an original: where they lie is a matter of names (backup-format 4.1). */

const MUTATIONS = 'Media/PhotoData/Mutations';
const FILMS = ['MOV', 'mov', 'MP4', 'mp4'];
/** Not "SubstandardFullSizeRender" or "PenultimateFullSizeRender", which are steps on the way. */
const RENDERING = /^FullSizeRender\.([a-z0-9]{2,5})$/i;
const FILM = /^(?:mov|mp4|m4v)$/i;

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

/** A Live Photo has a picture and a film after its edits. */
export function renderingsOf(
  backup: Backup,
  path: string,
): { readonly picture: BackupFile | null; readonly film: BackupFile | null } {
  const { folder, stem } = nameParts(path);
  const directory = folder.replace(/^Media\//, '');
  let picture: BackupFile | null = null;
  let film: BackupFile | null = null;
  for (const file of backup.list(CAMERA_ROLL, `${MUTATIONS}/${directory}/${stem}/Adjustments`)) {
    const extension = RENDERING.exec(file.path.slice(file.path.lastIndexOf('/') + 1))?.[1];
    if (file.kind !== 'file' || extension === undefined) continue;
    if (FILM.test(extension)) film ??= file;
    else picture ??= file;
  }
  return { picture, film };
}
