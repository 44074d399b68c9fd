import { readQuotedId, readReactions } from '../../../formats/whatsapp/index.ts';
import type { Backup, BackupFile } from '../../source/types.ts';
import type { UnreadableList } from '../reading.ts';
import { blobOf, cocoaMs, numberOf, textOf } from '../tolerant-table.ts';
import type { WhatsAppPeople } from './people.ts';
import type { WhatsAppKind, WhatsAppMedia, WhatsAppMediaState, WhatsAppMessage } from './types.ts';

export type WhatsAppRow = Readonly<Record<string, unknown>>;

/** `ZMESSAGETYPE`: those that are agreed on. 10 is a notice of WhatsApp's own, such as a missed call or a changed key. */
const KINDS: ReadonlyMap<number, WhatsAppKind> = new Map([
  [0, 'text'],
  [1, 'image'],
  [2, 'video'],
  [3, 'audio'],
  [4, 'contact'],
  [5, 'location'],
  [6, 'event'],
  [7, 'link'],
  [8, 'document'],
  [10, 'notice'],
  [11, 'gif'],
  [14, 'deleted'],
  [15, 'sticker'],
]);
const WITH_FILES: ReadonlySet<WhatsAppKind> = new Set([
  'image',
  'video',
  'audio',
  'document',
  'gif',
  'sticker',
  'unknown',
]);

export interface WhatsAppAround {
  readonly domain: string;
  readonly backup: Backup;
  readonly people: WhatsAppPeople;
  /** JID and name of the chat of a message; null when there is none. */
  readonly chat: { readonly id: string; readonly name: string | null; readonly isGroup: boolean } | null;
  readonly media: WhatsAppRow | null;
  readonly receipts: Uint8Array | null;
  idOf(rowId: number, stanza: string | null): string;
  /** The id of the message with this stanza id; null when there is none. */
  knownId(stanza: string): string | null;
}

export function decodeWhatsAppMessage(
  row: WhatsAppRow,
  around: WhatsAppAround,
  unreadable: UnreadableList,
): WhatsAppMessage {
  const rowId = numberOf(row['rowId']) ?? 0;
  const { media, people, chat } = around;
  const id = around.idOf(rowId, textOf(row['stanza']));
  if (row['text'] === null && row['textBytes'] !== null) {
    unreadable.add(`ChatStorage.sqlite, message ${id}`, 'its text is larger than any real one and was not read');
  }
  const type = numberOf(row['type']);
  const kind = type === null ? 'unknown' : (KINDS.get(type) ?? 'unknown');
  const isFromMe = numberOf(row['isFromMe']) === 1;
  const member = people.member(numberOf(row['member']));
  const sender = isFromMe ? null : senderOf(row, member?.jid ?? null, chat);
  const quoted = blobOf(media?.['metadata']);
  const answered = quoted === null ? null : readQuotedId(quoted);
  const vcard = textOf(media?.['vcard']);
  return {
    id,
    rowId,
    chatId: chat?.id ?? null,
    kind,
    type,
    isFromMe,
    sender,
    senderName: isFromMe
      ? null
      : (member?.name ?? people.nameOf(sender) ?? (chat?.isGroup === false ? chat.name : null)),
    sentMs: cocoaMs(row['date']),
    text: textOf(row['text']) || captionOf(kind, media),
    isStarred: numberOf(row['isStarred']) === 1,
    media: media === null || !WITH_FILES.has(kind) ? null : mediaOf(kind, media, around),
    place: kind === 'location' ? placeOf(media) : null,
    contact:
      kind === 'contact' && vcard !== null && vcard.includes('VCARD')
        ? { name: textOf(media?.['vcardName']) || null, vcard }
        : null,
    replyTo: answered === null ? null : around.knownId(answered),
    reactions: around.receipts === null ? [] : readReactions(around.receipts),
  };
}

/** Members have a row; one-to-one chats have the one other person; a group's own JID is nobody. */
function senderOf(row: WhatsAppRow, member: string | null, chat: WhatsAppAround['chat']): string | null {
  if (member !== null) return member;
  const from = textOf(row['fromJid']);
  const isPerson = from !== null && from !== '' && !from.endsWith('@g.us') && !from.endsWith('@broadcast');
  if (isPerson) return from;
  return chat !== null && !chat.isGroup && !chat.id.startsWith('row:') ? chat.id : null;
}

/** The title of a picture is its caption; that of a document is its name. */
function captionOf(kind: WhatsAppKind, media: WhatsAppRow | null): string | null {
  if (kind !== 'image' && kind !== 'video' && kind !== 'gif') return null;
  return textOf(media?.['title']) || null;
}

/** Pictures have their width and height in these columns, so only a location is a place. */
function placeOf(media: WhatsAppRow | null): WhatsAppMessage['place'] {
  const latitude = numberOf(media?.['latitude']);
  const longitude = numberOf(media?.['longitude']);
  if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return { latitude, longitude, name: textOf(media?.['title']) || null };
}

function mediaOf(kind: WhatsAppKind, media: WhatsAppRow, around: WhatsAppAround): WhatsAppMedia | null {
  const path = textOf(media['path']) || null;
  const file = path === null ? null : findFile(around, path);
  const state: WhatsAppMediaState = path === null ? 'not-downloaded' : file === null ? 'missing' : 'present';
  const thumbnail = textOf(media['thumbnail']) || null;
  const seconds = numberOf(media['duration']);
  const size = file?.sizeBytes ?? numberOf(media['sizeBytes']);
  // Rows without a file, a size and a preview carry only what a message says besides.
  if (kind === 'unknown' && path === null) return null;
  const type = textOf(media['vcard']);
  return {
    name: (kind === 'document' ? textOf(media['title']) : null) || (path?.slice(path.lastIndexOf('/') + 1) ?? null),
    mimeType: type !== null && /^[\w.+-]+\/[\w.+-]+/.test(type) ? type : null,
    sizeBytes: size === 0 ? null : size,
    durationSeconds: seconds === null || seconds <= 0 ? null : seconds,
    state,
    file,
    thumbnail: thumbnail === null ? null : findFile(around, thumbnail),
  };
}

/** Paths are below "Message/"; old ones begin with a stroke, some name it themselves. */
export function mediaPlaces(path: string): readonly string[] {
  const plain = path.replace(/^\/+/, '');
  return plain.startsWith('Message/') ? [plain] : [`Message/${plain}`, plain];
}

function findFile({ backup, domain }: WhatsAppAround, path: string): BackupFile | null {
  for (const place of mediaPlaces(path)) {
    const file = backup.file(domain, place);
    if (file !== null && file.kind === 'file' && backup.hasContent(file)) return file;
  }
  return null;
}
