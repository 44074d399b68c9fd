import type { Backup, BackupFile } from '../../source/types.ts';
import { numberOf, textOf } from '../tolerant-table.ts';
import type { AttachmentState, MessageAttachment } from './types.ts';

/** What the attachment's row has, by the names that the query gives. */
export type AttachmentRow = Readonly<Record<string, unknown>>;

export const ATTACHMENT_COLUMNS = {
  guid: 'guid',
  filename: 'filename',
  uti: 'uti',
  mimeType: 'mime_type',
  transferName: 'transfer_name',
  totalBytes: 'total_bytes',
  isSticker: 'is_sticker',
  isHidden: 'hide_attachment',
} as const;

/**
 * `filename` is a path on the phone: "~/Library/SMS/Attachments/…", in old rows "/var/mobile/Library/…". Those are backed
 * up in MediaDomain. Null for places that no backup has ("/var/tmp/…").
 */
export function backupPathOf(filename: string): { readonly domain: string; readonly path: string } | null {
  const path = /^(?:~|(?:\/private)?\/var\/mobile|(?:\/private)?\/var\/root)\/(.+)$/s.exec(filename)?.[1];
  if (path === undefined) return null;
  return { domain: path.startsWith('Media/') ? 'CameraRollDomain' : 'MediaDomain', path };
}

export function readAttachment(backup: Backup, row: AttachmentRow): MessageAttachment {
  const rowId = numberOf(row['rowId']) ?? 0;
  const filename = textOf(row['filename']);
  const name = textOf(row['transferName']) ?? filename?.slice(filename.lastIndexOf('/') + 1) ?? null;
  const { state, file } = findFile(backup, filename);
  return {
    id: textOf(row['guid']) ?? `row:${rowId}`,
    rowId,
    name,
    mimeType: textOf(row['mimeType']),
    uti: textOf(row['uti']),
    sizeBytes: (state === 'present' ? file?.sizeBytes : null) ?? positive(row['totalBytes']),
    isSticker: numberOf(row['isSticker']) === 1,
    isPreview: numberOf(row['isHidden']) === 1 || /\.pluginPayloadAttachment$/i.test(name ?? filename ?? ''),
    state,
    file,
  };
}

function findFile(
  backup: Backup,
  filename: string | null,
): { readonly state: AttachmentState; readonly file: BackupFile | null } {
  if (filename === null || filename === '') return { state: 'not-downloaded', file: null };
  const place = backupPathOf(filename);
  const file = place === null ? null : backup.file(place.domain, place.path);
  if (file === null) return { state: 'missing', file: null };
  if (file.kind === 'folder') return { state: 'folder', file };
  return { state: file.kind === 'file' && backup.hasContent(file) ? 'present' : 'missing', file };
}

/** 0 stands for unknown too. */
function positive(value: unknown): number | null {
  const number = numberOf(value);
  return number !== null && number > 0 ? number : null;
}
