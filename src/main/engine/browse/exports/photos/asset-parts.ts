import { nameParts, type PhotoAsset } from '../../readers/photos/index.ts';
import type { BackupFile } from '../../source/types.ts';

/** Which files of a photo are taken out. */
export interface PartsWanted {
  /** The film of a Live Photo, beside its picture. */
  readonly liveVideos: boolean;
  /** How it looks after its edits, beside the original. */
  readonly edited: boolean;
  /** The raw picture beside a JPEG. */
  readonly raw: boolean;
  /** .AAE: what was edited. */
  readonly adjustments: boolean;
}

/** One file of an asset, and how its name is made of the asset's stem. */
export interface AssetPart {
  readonly file: BackupFile;
  /** "" or " (edited)". */
  readonly suffix: string;
  /** Without the dot. */
  readonly extension: string;
  /** Unix milliseconds: when it was taken, or edited. */
  readonly modifiedMs: number | null;
}

const EDITED = ' (edited)';

/** The original first. Files that the backup lists without content are not in it. */
export function assetParts(asset: PhotoAsset, wanted: PartsWanted): readonly AssetPart[] {
  const parts: AssetPart[] = [];
  const add = (file: BackupFile | null, suffix: string, whenMs: number | null): void => {
    if (file === null) return;
    const modifiedMs = whenMs ?? (file.modified === null ? null : file.modified * 1000);
    parts.push({ file, suffix, extension: nameParts(file.path).extension, modifiedMs });
  };
  // A smaller copy in the original's place is worth having as well.
  add(asset.sizeBytes === null ? null : asset.file, '', asset.takenMs);
  if (wanted.liveVideos) add(asset.liveVideo, '', asset.takenMs);
  if (wanted.raw) add(asset.rawFile, '', asset.takenMs);
  if (wanted.edited) {
    add(asset.editedFile, EDITED, asset.editedMs);
    if (wanted.liveVideos) add(asset.editedVideo, EDITED, asset.editedMs);
  }
  if (wanted.adjustments) add(asset.adjustments, '', asset.editedMs);
  return parts;
}
