import type { BackupFile } from '../../source/types.ts';

/** What WhatsApp holds, as a person would tell it. Times are Unix milliseconds, null where not known. */

export type WhatsAppVariant = 'personal' | 'business';

export interface WhatsAppMember {
  /** "491701234567@s.whatsapp.net". */
  readonly jid: string;
  readonly name: string | null;
  readonly isAdmin: boolean | null;
  /** False: was in the group and is no more. */
  readonly isActive: boolean | null;
}

export interface WhatsAppChat {
  /** The JID of the person or group: the same in every version; "row:3" for chats that have none. */
  readonly id: string;
  readonly rowId: number;
  readonly name: string | null;
  readonly kind: 'private' | 'group' | 'broadcast' | 'status' | 'unknown';
  /** Of groups. */
  readonly members: readonly WhatsAppMember[];
  readonly isArchived: boolean | null;
  /** The owner left it or removed it from the list; what stands in it is still there. */
  readonly isRemoved: boolean | null;
  /** Without events such as "Anna left". */
  readonly messageCount: number;
  readonly lastMs: number | null;
}

export type WhatsAppKind =
  | 'text'
  | 'image'
  | 'video'
  | 'audio'
  | 'contact'
  | 'location'
  | 'event'
  | 'link'
  | 'document'
  | 'notice'
  | 'gif'
  | 'deleted'
  | 'sticker'
  | 'unknown';

export type WhatsAppMediaState =
  /** Its bytes are in the backup. */
  | 'present'
  /** WhatsApp never loaded it, or the owner removed it to free storage. */
  | 'not-downloaded'
  /** WhatsApp says it had it, but the backup does not have it. */
  | 'missing';

export interface WhatsAppMedia {
  /** Documents have a name; others are named by their files. */
  readonly name: string | null;
  readonly mimeType: string | null;
  /** As the backup's index says, else as WhatsApp says. */
  readonly sizeBytes: number | null;
  readonly durationSeconds: number | null;
  readonly state: WhatsAppMediaState;
  readonly file: BackupFile | null;
  /** A small preview, when the backup has one. */
  readonly thumbnail: BackupFile | null;
}

export interface WhatsAppMessage {
  /** The message's stanza id where no other message has it, else "row:12". */
  readonly id: string;
  readonly rowId: number;
  readonly chatId: string | null;
  readonly kind: WhatsAppKind;
  /** `ZMESSAGETYPE`, for what has no name here. */
  readonly type: number | null;
  readonly isFromMe: boolean;
  /** JID of who wrote it; null for the owner's own and where it is not known. */
  readonly sender: string | null;
  readonly senderName: string | null;
  readonly sentMs: number | null;
  /** The words, or the caption of a picture. */
  readonly text: string | null;
  readonly isStarred: boolean;
  readonly media: WhatsAppMedia | null;
  readonly place: { readonly latitude: number; readonly longitude: number; readonly name: string | null } | null;
  readonly contact: { readonly name: string | null; readonly vcard: string } | null;
  /** Id of the message that it answers; null also where that is not there. */
  readonly replyTo: string | null;
  /** The owner's own have a sender of null. */
  readonly reactions: readonly { readonly emoji: string; readonly sender: string | null }[];
}

export interface WhatsAppCounts {
  /** Without events. */
  readonly messages: number;
  readonly events: number;
  readonly newestMs: number | null;
}
