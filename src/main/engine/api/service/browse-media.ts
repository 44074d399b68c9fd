import type { FileView, Media as MediaView } from '../../../../shared/contract/procedures/index.ts';
import { type BackupFile, shownAs } from '../../browse/index.ts';
import { type BrowseContext, countOf } from './browse-list.ts';
import type { OpenVersion } from './browse-version.ts';

/** What of a backup can be shown, as tokens. Here names may guess; what is served is decided by the bytes. */

type MediaType = MediaView['type'];

export function mediaOf(
  { media }: BrowseContext,
  version: OpenVersion,
  file: BackupFile | null,
  type: MediaType,
): MediaView | null {
  const { backup, ref } = version;
  if (file === null || file.kind !== 'file' || !backup.hasContent(file) || file.sizeBytes === 0) return null;
  const { domain, path } = file;
  // Whether the phone made one takes two looks into its list of files, which a page of hundreds feels.
  const hasThumb =
    (type === 'image' && media.thumbs.canMake(file)) ||
    (type !== 'audio' && media.thumbs.madeByPhone(backup, file).length > 0);
  return {
    token: media.offer(ref, { kind: 'file', domain, path }),
    type,
    thumb: hasThumb ? media.offer(ref, { kind: 'thumb', domain, path }) : null,
  };
}

/** Of a picture whose own bytes are not here: the small one that the phone kept. */
export function previewOf(
  { media }: BrowseContext,
  { backup, ref }: OpenVersion,
  domain: string,
  path: string | null,
): MediaView | null {
  const small = path === null ? undefined : media.thumbs.madeByPhone(backup, { domain, path })[0];
  if (small === undefined) return null;
  const token = media.offer(ref, { kind: 'file', domain, path: small });
  return { token, type: 'image', thumb: token };
}

/** Null: nothing that is shown. */
export function typeByName(name: string, mimeType: string | null = null): MediaType | null {
  if (/\.tiff?$/i.test(name)) return null;
  const shown = shownAs({ name, mimeType, state: 'present' });
  if (shown === 'apple-image') return 'image';
  return shown === 'file' ? null : shown;
}

export interface NamedFile {
  readonly name: string;
  readonly bytes: number | null;
  readonly state: FileView['state'];
  readonly file: BackupFile | null;
  readonly mimeType?: string | null;
}

export function fileView(
  context: BrowseContext,
  version: OpenVersion,
  { name, bytes, state, file, mimeType = null }: NamedFile,
): FileView {
  const type = state === 'here' ? typeByName(file?.path ?? name, mimeType) : null;
  return { name, bytes: countOf(bytes), state, media: type === null ? null : mediaOf(context, version, file, type) };
}

export function nameOfPath(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
